// SPDX-License-Identifier: MIT
#include "native_compiler.h"

#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "command.h"
#include "compiled_code.h"
#include "levelgrad/error.h"
#include "levelgrad/host/disk_cache.h"
#include "native_library.h"
#include "support/environment.h"

namespace levelgrad::host {
namespace {

namespace fs = std::filesystem;
using levelgrad::testing::FileSizeLimit;
using levelgrad::testing::FolderTest;
using levelgrad::testing::Variable;

std::string source_of_constant(int value) {
  return "extern \"C\" int value() { return " + std::to_string(value) + "; }\n";
}

int value_of(const NativeLibrary& library) { return library.function<int()>("value")(); }

/// The error's text, or "" if there was none.
template <class F>
std::string error_of(F&& task) {
  try {
    task();
  } catch (const CompilerError& error) {
    EXPECT_FALSE(error.hint().empty());
    return error.what();
  }
  return "";
}

std::string error_of_find() {
  return error_of([] { static_cast<void>(NativeCompiler::find()); });
}

void expect_in(const std::string& text, const std::string& part) {
  EXPECT_NE(std::string::npos, text.find(part)) << part << "\nis not in\n" << text;
}

/// Each test has a temporary folder of its own and leaves nothing there.
class NativeCode : public FolderTest {
protected:
  void SetUp() override {
    FolderTest::SetUp();
    temporary_ = folder_ / "tmp";
    fs::create_directory(temporary_);
    tmpdir_.emplace("TMPDIR", temporary_.string());
    if (path_of_program("c++").empty()) GTEST_SKIP() << "no compiler here";
  }
  void TearDown() override {
    EXPECT_TRUE(fs::is_empty(temporary_));
    EXPECT_EQ(-1, ::waitpid(-1, nullptr, WNOHANG));  // no child is left
    EXPECT_EQ(ECHILD, errno);
    tmpdir_.reset();
    FolderTest::TearDown();
  }

  /// A program of this text, in the test's folder.
  fs::path script(const std::string& name, const std::string& text) {
    const fs::path path = folder_ / name;
    std::ofstream(path) << "#!/bin/sh\n" << text << '\n';
    fs::permissions(path, fs::perms::owner_all);
    return path;
  }

  fs::path temporary_;
  std::optional<Variable> tmpdir_;
};

TEST_F(NativeCode, CompilesLoadsAndRuns) {
  const NativeCompiler compiler = NativeCompiler::find();
  const NativeLibrary library(
      compiler.compile("extern \"C\" double f(double x) { return x * x + 1; }\n", {"-O3"}));
  EXPECT_EQ(10.0, library.function<double(double)>("f")(3.0));
  expect_in(error_of([&] { static_cast<void>(library.function<void()>("g")); }),
            "compiled code has no function g: ");
}

TEST_F(NativeCode, KeepsTheNumericsContract) {
  // 1 + 2^-27 squared, less its rounded square: a contraction would leave 2^-54.
  const std::string source =
      "extern \"C\" double f(double a, double b) { return a * a - b; }\n"
      "#ifdef __FAST_MATH__\n#error fast\n#endif\n";
  const double a = 1 + 0x1p-27;
  for (const char* more : {"", " -ffast-math -ffp-contract=fast -O1"}) {
    const Variable cxx("CXX", "c++" + std::string(more));
    const NativeLibrary library(NativeCompiler::find().compile(source));
    EXPECT_EQ(0.0, library.function<double(double, double)>("f")(a, 1 + 0x1p-26)) << more;
  }
}

TEST_F(NativeCode, SaysWhatTheCompilerSays) {
  const NativeCompiler compiler = NativeCompiler::find();
  const std::string error = error_of([&] { static_cast<void>(compiler.compile("int f( {\n")); });
  expect_in(error, " ended with exit code 1:\n");
  expect_in(error, "code.cpp:1:");
  expect_in(error, "error: ");
  std::string many;
  for (int i = 0; i < 5000; ++i) many += "wrong x" + std::to_string(i) + ";\n";
  EXPECT_GT(5000U, error_of([&] { static_cast<void>(compiler.compile(many)); }).size());
}

TEST_F(NativeCode, TakesWordsFromCxx) {
  const fs::path wrapper = script("wrapper", "exec \"$@\"");
  const Variable cxx("CXX", "  " + wrapper.string() + "\tc++   -DVALUE=7 ");
  const NativeCompiler compiler = NativeCompiler::find();
  EXPECT_EQ(
      7, value_of(NativeLibrary(compiler.compile("extern \"C\" int value() { return VALUE; }\n"))));
  EXPECT_EQ(8, value_of(NativeLibrary(compiler.compile(
                   "extern \"C\" int value() { return VALUE; }\n", {"-UVALUE", "-DVALUE=8"}))));
  expect_in(compiler.identity(), wrapper.string() + " c++ -DVALUE=7 -std=c++20");
}

TEST_F(NativeCode, IdentityTellsCompilersAndProcessorsApart) {
  const std::string usual = NativeCompiler::find().identity();
  EXPECT_EQ(usual, NativeCompiler::find().identity());
  const Variable cxx("CXX", script("c1", "exec c++ \"$@\"").string());
  const std::string one = NativeCompiler::find().identity();
  EXPECT_NE(usual, one);
  // The same command, but another version; the same version, but another processor.
  script("c1", "[ \"$1\" = --version ] && { echo 'c++ 99'; exit; }; exec c++ \"$@\"");
  const std::string version = NativeCompiler::find().identity();
  EXPECT_NE(one, version);
  EXPECT_TRUE(version.starts_with("c++ 99\n"));
  script("c1", "exec c++ -D__another_processor__ \"$@\"");
  const std::string processor = NativeCompiler::find().identity();
  EXPECT_NE(one, processor);
  EXPECT_EQ(one.substr(0, one.rfind('\n')), processor.substr(0, processor.rfind('\n')));
}

TEST_F(NativeCode, ChoosesAFlagThatTheCompilerKnows) {
  const std::string march = "case \"$*\" in *-march=native*) echo no >&2; exit 1;; esac\n";
  const std::string mcpu = "case \"$*\" in *-mcpu=native*) echo no >&2; exit 1;; esac\n";
  const Variable cxx("CXX", script("c1", march + mcpu + "exec c++ \"$@\"").string());
  const NativeCompiler neither = NativeCompiler::find();
  EXPECT_EQ(std::string::npos, neither.identity().find("native"));
  EXPECT_EQ(5, value_of(NativeLibrary(neither.compile(source_of_constant(5)))));
  script("c1", march +
                   "for a; do shift; [ \"$a\" = -mcpu=native ] || set -- \"$@\" \"$a\"; done\n" +
                   "exec c++ \"$@\"");
  const NativeCompiler second = NativeCompiler::find();
  expect_in(second.identity(), " -mcpu=native\n");
  EXPECT_EQ(5, value_of(NativeLibrary(second.compile(source_of_constant(5)))));
}

TEST_F(NativeCode, SaysThatThereIsNoCompiler) {
  {
    const Variable cxx("CXX", "/nonexistent/g++ -m64");
    const std::string error = error_of_find();
    expect_in(error, "CXX names a compiler that is not there: /nonexistent/g++\nhint: install g++");
    expect_in(error, "--executor host needs no compiler");
  }
  const Variable no_cxx("CXX", " ");
  for (const std::string& empty : {std::string(), folder_.string(), std::string(":")}) {
    const Variable path("PATH", empty);
    expect_in(error_of_find(), "there is no C++ compiler: ");
  }
}

TEST_F(NativeCode, SaysThatTheCompilerDoesNotWork) {
  const auto error_with = [&](const std::string& text) {
    const Variable cxx("CXX", script("broken", text).string());
    return error_of_find();
  };
  expect_in(error_with("kill -9 $$"), "broken was killed by signal 9 (Killed)\nhint: is there");
  expect_in(error_with("echo 'no licence' >&2; exit 3"), "ended with exit code 3:\nno licence\n");
  expect_in(error_with("echo hello"), "this is no C++ compiler: ");

  const fs::path nothing = folder_ / "nothing";
  std::ofstream(nothing) << "not a program";
  fs::permissions(nothing, fs::perms::owner_all);
  const Variable cxx("CXX", nothing.string());
  expect_in(error_of_find(), "nothing cannot be started: Exec format error");
}

TEST_F(NativeCode, SurvivesACompilerThatDies) {
  // Asked what it is it answers, but it cannot compile.
  const auto error_with = [&](const std::string& text) {
    const std::string answer = "case \"$*\" in *--version*|*-dM*) exec c++ \"$@\";; esac\n";
    const Variable cxx("CXX", script("c1", answer + text).string());
    const NativeCompiler compiler = NativeCompiler::find();
    return error_of([&] { static_cast<void>(compiler.compile(source_of_constant(1))); });
  };
  expect_in(error_with("echo half >\"$TMPDIR/left\"; echo 'out of' >&2; kill -9 $$"),
            "c1 was killed by signal 9 (Killed):\nout of\nhint: is there enough memory?");
  expect_in(error_with("kill -2 $$; sleep 9"), "killed by signal 2 (Interrupt)\nhint: --executor");
  expect_in(error_with("echo 'a warning' >&2"), "c1 made nothing:\na warning\n");
  // It leaves a process that keeps its output open, as a server does.
  expect_in(error_with("(sleep 60) & echo $! >" + (folder_ / "server").string() + "; exit 1"),
            "ended with exit code 1");
  int server = 0;
  std::ifstream(folder_ / "server") >> server;
  ASSERT_GT(server, 0);
  ::kill(server, SIGKILL);
}

TEST_F(NativeCode, EndsWithCtrlC) {
  const fs::path started = folder_ / "started";
  const std::string answer = "case \"$*\" in *--version*|*-dM*) exec c++ \"$@\";; esac\n";
  const Variable cxx("CXX", script("c1", answer + ">" + started.string() + "\nsleep 60").string());
  const NativeCompiler compiler = NativeCompiler::find();
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {  // as a program whose thread does not take the signal itself
    ::setpgid(0, 0);
    sigset_t interrupt;
    ::sigemptyset(&interrupt);
    ::sigaddset(&interrupt, SIGINT);
    ::sigprocmask(SIG_BLOCK, &interrupt, nullptr);
    const std::string error =
        error_of([&] { static_cast<void>(compiler.compile(source_of_constant(1))); });
    ::_exit(error.find("was killed by signal 2 (Interrupt)") != std::string::npos ? 0 : 1);
  }
  for (int i = 0; i < 5000 && !fs::exists(started); ++i) ::usleep(2000);
  EXPECT_EQ(0, ::kill(-child, SIGINT));
  int status = -1;
  EXPECT_EQ(child, ::waitpid(child, &status, 0));
  EXPECT_EQ(0, status);
}

TEST_F(NativeCode, SaysThatTheSystemForgetsChildren) {
  const auto old = ::signal(SIGCHLD, SIG_IGN);
  expect_in(error_of_find(), "ended, but nobody knows how: No child processes");
  ::signal(SIGCHLD, old);
}

TEST_F(NativeCode, SpeaksEnglish) {
  const Variable language("LC_ALL", "xx_XX");
  const Variable cxx("CXX", script("c1", "echo \"LC_ALL=$LC_ALL\" >&2; exit 1").string());
  expect_in(error_of_find(), "LC_ALL=C\n");
}

TEST_F(NativeCode, SaysThatThereIsNoPlaceForFiles) {
  const NativeCompiler compiler = NativeCompiler::find();
  std::ofstream(folder_ / "file") << "";
  for (const fs::path& place : {folder_ / "missing", folder_ / "file", fs::path("/proc")}) {
    const Variable tmpdir("TMPDIR", place.string());
    try {
      static_cast<void>(compiler.compile(source_of_constant(1)));
      ADD_FAILURE() << place;
    } catch (const FileError& error) {
      expect_in(error.what(), "cannot make a folder in " + place.string() + ": ");
      expect_in(error.what(), "set TMPDIR");
    }
  }
}

TEST_F(NativeCode, LeavesNothingOnAFullDisk) {
  const NativeCompiler compiler = NativeCompiler::find();
  const FileSizeLimit limit(3000);
  expect_in(error_of([&] { static_cast<void>(compiler.compile(source_of_constant(1))); }),
            "the compiler ");
  EXPECT_THROW(static_cast<void>(compiler.compile(std::string(5000, ' '))), FileError);
}

TEST_F(NativeCode, RemovesWhatKilledProcessesLeft) {
  using namespace std::chrono_literals;
  const auto make = [&](const std::string& name, std::chrono::hours ago) {
    fs::create_directory(temporary_ / name);
    std::ofstream(temporary_ / name / "code.cpp") << "x";
    fs::last_write_time(temporary_ / name, fs::file_time_type::clock::now() - ago);
  };
  make("levelgrad-folder-old", 25h);
  make("levelgrad-folder-new", 1h);
  make("other-folder", 1000h);
  static_cast<void>(NativeCompiler::find().compile(""));
  EXPECT_FALSE(fs::exists(temporary_ / "levelgrad-folder-old"));
  EXPECT_EQ(2U, fs::remove_all(temporary_ / "levelgrad-folder-new"));  // the folder and its file
  EXPECT_EQ(2U, fs::remove_all(temporary_ / "other-folder"));
}

TEST_F(NativeCode, TellsLibrariesApart) {
  // A unique symbol makes the loader remember a library for ever, under the path of its file.
  const std::string unique =
      "template <class T> struct S { static inline int number = sizeof(T); };\n";
  const NativeCompiler compiler = NativeCompiler::find();
  std::vector<NativeLibrary> open;
  for (int i = 0; i < 4; ++i) {
    const std::string bytes =
        compiler.compile(unique + "extern \"C\" int value() { return S<char>::number + " +
                         std::to_string(i) + "; }\n");
    EXPECT_EQ(i + 1, value_of(NativeLibrary(bytes)));
    open.emplace_back(bytes);
  }
  for (int i = 0; i < 4; ++i) EXPECT_EQ(i + 1, value_of(open[static_cast<std::size_t>(i)]));
}

TEST_F(NativeCode, LoadsOnlySharedObjects) {
  for (const char* bytes : {"", "not ELF",
                            "\x7f"
                            "ELF"}) {
    expect_in(error_of([&] { const NativeLibrary library(bytes); }), "cannot load compiled code: ");
  }
}

/// From here on this process has no files in memory, as on an old or a hardened system.
bool forbid_memory_files() {
  std::array<sock_filter, 4> program = {{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_memfd_create, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  }};
  sock_fprog filter = {program.size(), program.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

/// From here on this process has no /proc, as in a small container.
bool hide_proc() {
  const int spaces = CLONE_NEWNS | (::geteuid() == 0 ? 0 : CLONE_NEWUSER);
  return ::unshare(spaces) == 0 &&
         ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         ::mount("none", "/proc", "tmpfs", 0, nullptr) == 0;
}

constexpr int cannot_prepare = 77;

/// The exit code of a child that prepares itself and then does the task.
template <class F>
int exit_code_of(bool (*prepare)(), F&& task) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (!prepare()) ::_exit(cannot_prepare);
    ::_exit(task() ? 0 : 1);
  }
  int status = -1;
  EXPECT_EQ(child, ::waitpid(child, &status, 0));
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_F(NativeCode, NeedsNoFilesInMemory) {
  const int code = exit_code_of(forbid_memory_files, [&] {
    const NativeLibrary library(NativeCompiler::find().compile(source_of_constant(3)));
    return value_of(library) == 3 && fs::is_empty(temporary_);
  });
  if (code == cannot_prepare) GTEST_SKIP() << "no seccomp here";
  EXPECT_EQ(0, code);
}

TEST_F(NativeCode, NeedsNoProc) {
  const NativeCompiler compiler = NativeCompiler::find();
  const int code = exit_code_of(hide_proc, [&] {
    const NativeLibrary one(compiler.compile(source_of_constant(1)));
    const NativeLibrary two(compiler.compile(source_of_constant(2)));
    return value_of(one) == 1 && value_of(two) == 2 && fs::is_empty(temporary_);
  });
  if (code == cannot_prepare) GTEST_SKIP() << "no mount namespaces here";
  EXPECT_EQ(0, code);
}

TEST_F(NativeCode, CompilesOnceAndLoadsAgain) {
  DiskCache cache(folder_ / "cache");
  const NativeCompiler compiler = NativeCompiler::find();
  const CompiledCode first = compiled(compiler, cache, source_of_constant(1));
  EXPECT_FALSE(first.is_from_cache);
  EXPECT_GT(first.compile_milliseconds, 0);
  const CompiledCode again = compiled(compiler, cache, source_of_constant(1));
  EXPECT_TRUE(again.is_from_cache);
  EXPECT_EQ(0, again.compile_milliseconds);
  EXPECT_EQ(1, value_of(again.library));
  EXPECT_FALSE(compiled(compiler, cache, source_of_constant(2)).is_from_cache);
  EXPECT_FALSE(compiled(compiler, cache, source_of_constant(1), {"-O1"}).is_from_cache);
  EXPECT_EQ("", cache.trouble());
}

/// A cache that stands where it is told to.
class Shelf : public CodeCache {
public:
  std::optional<std::string> find(const std::string& key) override {
    const auto found = content.find(key);
    return found == content.end() ? std::nullopt : std::optional(found->second);
  }
  void keep(const std::string& key, std::string_view bytes) override { content[key] = bytes; }

  std::map<std::string, std::string> content;
};

TEST_F(NativeCode, CompilesAnewWhatCannotBeLoaded) {
  Shelf cache;
  const NativeCompiler compiler = NativeCompiler::find();
  static_cast<void>(compiled(compiler, cache, source_of_constant(4)));
  ASSERT_EQ(1U, cache.content.size());
  const std::string good = cache.content.begin()->second;
  cache.content.begin()->second = "not ELF";
  const CompiledCode code = compiled(compiler, cache, source_of_constant(4));
  EXPECT_FALSE(code.is_from_cache);
  EXPECT_EQ(4, value_of(code.library));
  EXPECT_NE("not ELF", cache.content.begin()->second);
  EXPECT_TRUE(compiled(compiler, cache, source_of_constant(4)).is_from_cache);

  // What names a function that nobody has cannot be loaded: it is not kept.
  EXPECT_THROW(static_cast<void>(compiled(
                   compiler, cache,
                   "extern \"C\" int missing(); extern \"C\" int value() { return missing(); }\n")),
               CompilerError);
  EXPECT_EQ(1U, cache.content.size());
}

TEST_F(NativeCode, IsCompiledByThreadsAtOnce) {
  DiskCache cache(folder_ / "cache");
  const NativeCompiler compiler = NativeCompiler::find();
  std::array<int, 4> values{};
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < values.size(); ++i) {
    threads.emplace_back([&, i] {
      const int constant = static_cast<int>(i / 2) + 1;
      values[i] = value_of(compiled(compiler, cache, source_of_constant(constant)).library);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ((std::array{1, 1, 2, 2}), values);
  EXPECT_EQ("", cache.trouble());
}

}  // namespace
}  // namespace levelgrad::host
