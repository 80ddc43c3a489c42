// SPDX-License-Identifier: MIT
#include "command.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <system_error>

#include "descriptor.h"
#include "levelgrad/error.h"

namespace levelgrad::host {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_output = std::size_t{64} << 10;

/// Output goes to a file, not through a pipe: a server that the program leaves behind, as compiler
/// caches do, would keep a pipe open for ever.
Descriptor output_file() {
  Descriptor file = nameless_file();
  if (!file) {
    throw FileError(
        fmt::format("no place for a program's output: {}", std::generic_category().message(errno)),
        "set TMPDIR to a folder that you may write to");
  }
  return file;
}

std::string beginning_of(const Descriptor& file) {
  std::string text;
  static_cast<void>(read_all(file.number(), text, most_output));  // as much as can be read
  return text;
}

/// What the child does before it becomes the program.
class ChildSetup {
public:
  ChildSetup(int out, int err) {
    ::posix_spawn_file_actions_init(&files_);
    ::posix_spawn_file_actions_addopen(&files_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&files_, out, STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&files_, err, STDERR_FILENO);
    ::posix_spawnattr_init(&attributes_);
    sigset_t none;
    ::sigemptyset(&none);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK);
  }
  ChildSetup(const ChildSetup&) = delete;
  ChildSetup& operator=(const ChildSetup&) = delete;
  ~ChildSetup() {
    ::posix_spawn_file_actions_destroy(&files_);
    ::posix_spawnattr_destroy(&attributes_);
  }

  /// 0 or errno.
  int start(std::vector<std::string> words, std::vector<std::string> environment, pid_t& child) {
    const std::string program = words.at(0);
    return ::posix_spawn(&child, program.c_str(), &files_, &attributes_, pointers_to(words).data(),
                         pointers_to(environment).data());
  }

private:
  static std::vector<char*> pointers_to(std::vector<std::string>& words) {
    std::vector<char*> pointers;
    for (std::string& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    return pointers;
  }

  posix_spawn_file_actions_t files_{};
  posix_spawnattr_t attributes_{};
};

std::vector<std::string> environment_with(const std::vector<std::string>& changes) {
  std::vector<std::string> variables = changes;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    const std::string_view name = text.substr(0, text.find('=') + 1);
    const bool is_changed =
        std::ranges::any_of(changes, [&](const auto& change) { return change.starts_with(name); });
    if (!is_changed) variables.emplace_back(text);
  }
  return variables;
}

/// The path, absolute, or none if no program is there.
fs::path program_at(const fs::path& path) {
  std::error_code error;
  if (!fs::is_regular_file(path, error) || ::access(path.c_str(), X_OK) != 0) return {};
  const fs::path absolute = fs::absolute(path, error);
  return error ? path : absolute;
}

}  // namespace

bool CommandResult::succeeded() const {
  return start_error == 0 && wait_error == 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int CommandResult::killed_by() const {
  return start_error == 0 && wait_error == 0 && WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

std::string CommandResult::how_it_ended() const {
  const auto text_of = [](int error) { return std::generic_category().message(error); };
  if (start_error != 0) return "cannot be started: " + text_of(start_error);
  if (wait_error != 0) return "ended, but nobody knows how: " + text_of(wait_error);
  const int signal = killed_by();
  return signal == 0 ? fmt::format("ended with exit code {}", WEXITSTATUS(status))
                     : fmt::format("was killed by signal {} ({})", signal, ::strsignal(signal));
}

CommandResult run_command(const std::vector<std::string>& words,
                          const std::vector<std::string>& variables) {
  const Descriptor out = output_file();
  const Descriptor err = output_file();
  ChildSetup setup(out.number(), err.number());
  CommandResult result;
  pid_t child = -1;
  result.start_error = setup.start(words, environment_with(variables), child);
  if (result.start_error != 0) return result;
  pid_t ended = -1;
  do {
    ended = ::waitpid(child, &result.status, 0);
  } while (ended < 0 && errno == EINTR);
  // Whoever started us may have had the system forget our children: SIGCHLD ignored.
  result.wait_error = ended < 0 ? errno : 0;
  result.out = beginning_of(out);
  result.err = beginning_of(err);
  return result;
}

fs::path path_of_program(const std::string& word) {
  if (word.find('/') != std::string::npos) return program_at(word);
  const char* variable = std::getenv("PATH");
  std::string_view folders = variable == nullptr ? "/bin:/usr/bin" : variable;
  while (!folders.empty()) {
    const std::string_view folder = folders.substr(0, folders.find(':'));
    folders.remove_prefix(std::min(folder.size() + 1, folders.size()));
    // An empty folder is the current one, here as in a shell.
    fs::path found = program_at(fs::path(folder) / word);
    if (!found.empty()) return found;
  }
  return {};
}

}  // namespace levelgrad::host
