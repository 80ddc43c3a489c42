// SPDX-License-Identifier: MIT
//
// host-native as a user meets it: with a compiler, without one, and with one that fails.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "support/program_test.h"

namespace {

namespace fs = std::filesystem;
using levelgrad::testing::lines_of;
using levelgrad::testing::Outcome;
using levelgrad::testing::path_of_program;
using levelgrad::testing::read;

class HostNative : public levelgrad::testing::ProgramTest {
protected:
  void SetUp() override {
    ProgramTest::SetUp();
    by_host_ = run(train + "host").out;
    EXPECT_EQ(4U, lines_of(by_host_).size());
  }
  /// A compiler that says what it is, but has other commands for compiling. Each call leaves a line
  /// in `calls`.
  std::string compiler(const std::string& commands) {
    const fs::path path = folder_ / "compiler";
    std::ofstream(path) << "#!/bin/sh\necho call >>'" << (folder_ / "calls").string()
                        << "'\ncase \"$*\" in *--version*|*-dM*) exec c++ \"$@\";; esac\n"
                        << commands << "\n";
    fs::permissions(path, fs::perms::owner_all);
    return "CXX='" + path.string() + "' LEVELGRAD_CACHE='" + (folder_ / "cache").string() + "'";
  }
  /// Trains as the host executor does, and says why in one line that begins like this.
  void expect_host_instead(const std::string& prefix, const std::string& why) {
    const Outcome outcome = run(train + "host-native", prefix);
    EXPECT_EQ(0, outcome.exit_code) << outcome.err;
    EXPECT_EQ(by_host_, outcome.out);
    const std::vector<std::string> lines = lines_of(outcome.err);
    EXPECT_EQ(1,
              std::ranges::count_if(
                  lines, [](const std::string& line) { return line.starts_with("levelgrad: "); }))
        << outcome.err;
    const std::string expected = "levelgrad: host-native runs as host does: " + why;
    EXPECT_TRUE(lines.at(0).starts_with(expected)) << outcome.err;
  }

  const std::string train = "train moons --steps 2 --hidden 4 --executor ";
  std::string by_host_;
};

TEST_F(HostNative, PrintsWhatHostPrints) {
  const std::string own_cache = "LEVELGRAD_CACHE='" + (folder_ / "cache").string() + "'";
  for (int time = 0; time < 2; ++time) {  // compiled, and from the cache
    const Outcome outcome = run(train + "host-native", own_cache);
    EXPECT_EQ(0, outcome.exit_code) << outcome.err;
    EXPECT_EQ(by_host_, outcome.out);
    EXPECT_EQ(std::string::npos, outcome.err.find("levelgrad: ")) << outcome.err;
    EXPECT_FALSE(fs::is_empty(folder_ / "cache"));
  }
}

TEST_F(HostNative, IsTakenOnlyWhereItIsNamed) {
  const std::string prefix = compiler("exit 1");
  EXPECT_EQ(0, run("train moons --steps 1", prefix).exit_code);
  EXPECT_EQ(0, run("train yinyang --steps 1 --device cpu", prefix).exit_code);
  EXPECT_EQ(0, run("parity yinyang --steps 0 --executor host", prefix).exit_code);
  EXPECT_FALSE(fs::exists(folder_ / "calls"));
  EXPECT_EQ(0, run("parity yinyang --steps 0", prefix).exit_code);
  EXPECT_TRUE(fs::exists(folder_ / "calls"));
}

TEST_F(HostNative, RunsAsHostWithoutACompiler) {
  expect_host_instead("PATH=/nonexistent", "there is no C++ compiler: neither c++ nor g++");
  expect_host_instead("CXX=/nonexistent/c++", "CXX names a compiler that is not there: ");
  expect_host_instead("CXX=false", "the compiler ");
  const std::string empty_cache = " LEVELGRAD_CACHE='" + (folder_ / "empty").string() + "'";
  expect_host_instead("TMPDIR=/nonexistent" + empty_cache, "cannot make a folder in /nonexistent");
}

TEST_F(HostNative, RunsAsHostWhereCompilingFails) {
  expect_host_instead(compiler("echo 'code.cpp:1: error: no' >&2; echo more >&2; exit 1"),
                      "the compiler " + (folder_ / "compiler").string() +
                          " ended with exit code 1: code.cpp:1: error: no");
  expect_host_instead(compiler("kill -9 $$"), "the compiler ");
  expect_host_instead(compiler("echo rubbish >\"$(expr \"$*\" : '.*-o \\([^ ]*\\)')\""),
                      "cannot load compiled code: ");
}

TEST_F(HostNative, RunsAsHostWhatIsTooLarge) {
  const Outcome outcome =
      run("train expressions --trees 9 --points 5 --steps 1 --executor host-native");
  EXPECT_EQ(0, outcome.exit_code) << outcome.err;
  EXPECT_TRUE(outcome.err.starts_with("levelgrad: host-native runs as host does: 9 Programs"))
      << outcome.err;
}

TEST_F(HostNative, SaysThatTheCacheCannotBeWritten) {
  std::ofstream(folder_ / "file") << "";
  const Outcome outcome =
      run(train + "host-native", "LEVELGRAD_CACHE='" + (folder_ / "file/cache").string() + "'");
  EXPECT_EQ(0, outcome.exit_code) << outcome.err;
  EXPECT_EQ(by_host_, outcome.out);
  EXPECT_EQ(std::string::npos, outcome.err.find("levelgrad: ", 1)) << outcome.err;
  EXPECT_TRUE(outcome.err.starts_with("levelgrad: cannot read compiled code in ")) << outcome.err;
}

TEST_F(HostNative, EndsWithCtrlCWhileItCompiles) {
  const std::string command =
      "cd '" + folder_.string() + "' && exec env " +
      compiler(">'" + (folder_ / "compiles").string() + "'; exec sleep 60") + " '" +
      path_of_program() + "' " + train + "host-native >out.txt 2>err.txt";
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {  // a group of processes of its own, as a terminal has one
    ::setpgid(0, 0);
    ::signal(SIGINT, SIG_DFL);
    ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    ::_exit(127);
  }
  for (int i = 0; i < 10000 && !fs::exists(folder_ / "compiles"); ++i) ::usleep(2000);
  EXPECT_TRUE(fs::exists(folder_ / "compiles"));
  EXPECT_EQ(0, ::kill(-child, SIGINT));
  int status = -1;
  EXPECT_EQ(child, ::waitpid(child, &status, 0));
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT) << status;  // 130 in a shell
  EXPECT_EQ("", read(folder_ / "out.txt"));
  EXPECT_EQ("", read(folder_ / "err.txt"));
}

TEST_F(HostNative, InfoTellsOfTheCompilerAndTheCache) {
  const auto info = nlohmann::json::parse(run("info --json", "LEVELGRAD_CACHE=/a/folder").out);
  EXPECT_TRUE(fs::exists(info.at("compiler").at("program").get<std::string>())) << info;
  EXPECT_NE("", info.at("compiler").at("version"));
  EXPECT_TRUE(info.at("compiler").at("why_none").is_null());
  EXPECT_EQ("/a/folder", info.at("compiler").at("cache"));

  const Outcome none = run("info", "PATH=/nonexistent");
  EXPECT_EQ(0, none.exit_code);
  EXPECT_NE(std::string::npos, none.out.find("compiler        none: there is no C++ compiler"));
  EXPECT_NE(std::string::npos,
            none.out.find("  host-native   CPU, cannot run here: there is no C++ compiler"))
      << none.out;
}

}  // namespace
