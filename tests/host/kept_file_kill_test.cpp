// SPDX-License-Identifier: MIT
//
// A process that saves is killed: what it had saved is there, or what it was just saving.
#include <gtest/gtest.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <thread>

#include "levelgrad/host/kept_file.h"
#include "levelgrad/host/safetensors.h"
#include "support/environment.h"

namespace levelgrad::host {
namespace {

namespace fs = std::filesystem;

/// The file of the n-th save: n many times, so that no mixture of two is good.
std::string checkpoint(std::uint64_t n) {
  const std::vector<std::uint64_t> numbers(20000, n);
  return safetensors_bytes({{to_tensor<std::uint64_t>("n", numbers)}, {}});
}

std::uint64_t number_of_save(const fs::path& path) {
  return numbers_of<std::uint64_t>(read_or_previous(path, parse_safetensors).content.tensors[0])[0];
}

class KilledSave : public levelgrad::testing::FolderTest {
protected:
  [[nodiscard]] std::ptrdiff_t file_count() const {
    return std::distance(fs::directory_iterator(folder_), fs::directory_iterator());
  }
};

/// Saves number after number and tells the pipe each time.
[[noreturn]] void save_for_ever(const fs::path& path, std::uint64_t first, int pipe) {
  for (std::uint64_t n = first;; ++n) {
    save_keeping_previous(path, checkpoint(n), parse_safetensors);
    if (::write(pipe, &n, sizeof n) != sizeof n) std::_Exit(1);
  }
}

TEST_F(KilledSave, AtRandomMomentsLosesNothing) {
  const fs::path path = folder_ / "model";
  save_keeping_previous(path, checkpoint(0), parse_safetensors);
  std::mt19937 random(1);
  std::uint64_t saved = 0;
  for (int round = 0; round < 100; ++round) {
    int pipe[2] = {};
    ASSERT_EQ(0, ::pipe(pipe));
    const pid_t child = ::fork();
    if (child == 0) save_for_ever(path, saved + 1, pipe[1]);
    ::close(pipe[1]);
    // The first save is done, however slow the disk is.
    ASSERT_EQ(static_cast<ssize_t>(sizeof saved), ::read(pipe[0], &saved, sizeof saved));
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 10000));
    ::kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(child, ::waitpid(child, &status, 0));
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child failed to save";
    while (::read(pipe[0], &saved, sizeof saved) == sizeof saved) {
    }
    ::close(pipe[0]);
    const std::uint64_t found = number_of_save(path);
    EXPECT_TRUE(found == saved || found == saved + 1) << found << " after " << saved;
    saved = found;
    EXPECT_LE(file_count(), 3);  // the two files and what the child was just writing
  }
  EXPECT_GE(saved, 100U);
}

/// A child that makes the second save, and stops at each of its system calls.
pid_t traced_save(const fs::path& path) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) std::_Exit(2);
    ::raise(SIGSTOP);
    save_keeping_previous(path, checkpoint(2), parse_safetensors);
    std::_Exit(0);
  }
  return child;
}

/// Kills the child at the stop of that number. False if it has ended before.
bool kill_at_stop(pid_t child, int stop) {
  int status = 0;
  ::waitpid(child, &status, 0);
  for (int k = 0; WIFSTOPPED(status) && k < stop; ++k) {
    ::ptrace(PTRACE_SYSCALL, child, nullptr, nullptr);
    ::waitpid(child, &status, 0);
  }
  if (!WIFSTOPPED(status)) {
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "status " << status;
    return false;
  }
  ::kill(child, SIGKILL);
  ::waitpid(child, &status, 0);
  return true;
}

/// Whether this process may stop its children.
bool may_trace() {
  const pid_t child = ::fork();
  if (child == 0) std::_Exit(::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == 0 ? 0 : 2);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST_F(KilledSave, BeforeAndAfterEverySystemCallLosesNothing) {
  if (!may_trace()) GTEST_SKIP() << "processes may not be traced here";
  const fs::path path = folder_ / "model";
  int stops = 0;
  bool old_read = false, new_read = false, previous_read = false;
  for (bool killed = true; killed; ++stops) {
    for (const auto& entry : fs::directory_iterator(folder_)) fs::remove(entry.path());
    save_keeping_previous(path, checkpoint(1), parse_safetensors);
    killed = kill_at_stop(traced_save(path), stops);
    const std::uint64_t found = number_of_save(path);
    EXPECT_TRUE(found == 1 || found == 2) << found << " after stop " << stops;
    old_read = old_read || found == 1;
    new_read = new_read || found == 2;
    previous_read = previous_read || !fs::exists(path);
    save_keeping_previous(path, checkpoint(3), parse_safetensors);
    EXPECT_EQ(3U, number_of_save(path));
    EXPECT_LE(file_count(), 2);  // what was left over is gone
  }
  EXPECT_GT(stops, 30);
  EXPECT_TRUE(old_read && new_read && previous_read);
}

}  // namespace
}  // namespace levelgrad::host
