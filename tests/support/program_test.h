// SPDX-License-Identifier: MIT
//
// Tests that run the program as a user does. LEVELGRAD_PROGRAM is its path; the environment has
// another one where programs were carried to another machine.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace levelgrad::testing {

struct Outcome {
  int exit_code;
  std::string out, err;
};

inline std::string read(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

inline std::string path_of_program() {
  const char* there = std::getenv("LEVELGRAD_PROGRAM");
  return there != nullptr ? there : LEVELGRAD_PROGRAM;
}

class ProgramTest : public ::testing::Test {
protected:
  void SetUp() override {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::path(::testing::TempDir()) /
              ("levelgrad-" + std::string(test->name()) + "-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  /// Runs the program in the test's own folder through the shell. prefix   words before it.
  Outcome run(const std::string& arguments, const std::string& prefix = "",
              const std::string& program = path_of_program()) {
    const std::string command = "cd '" + folder_.string() + "' && " + prefix + " '" + program +
                                "' " + arguments + " >out.txt 2>err.txt";
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read(folder_ / "out.txt"),
            read(folder_ / "err.txt")};
  }

  /// A wrong command line: exit 2, nothing on stdout, one line that mentions the word, and perhaps
  /// a hint's.
  void expect_usage_error(const std::string& arguments, const std::string& word,
                          const std::string& prefix = "") {
    const Outcome outcome = run(arguments, prefix);
    EXPECT_EQ(2, outcome.exit_code) << arguments;
    EXPECT_EQ("", outcome.out) << arguments;
    const bool has_hint = outcome.err.find("\nhint: ") != std::string::npos;
    EXPECT_EQ(has_hint ? 2 : 1, std::count(outcome.err.begin(), outcome.err.end(), '\n'))
        << outcome.err;
    EXPECT_NE(std::string::npos, outcome.err.find(word)) << outcome.err;
  }

  std::filesystem::path folder_;
};

}  // namespace levelgrad::testing
