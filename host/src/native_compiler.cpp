// SPDX-License-Identifier: MIT
#include "native_compiler.h"

#include <fmt/format.h>
#include <signal.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <optional>
#include <sstream>

#include "command.h"
#include "levelgrad/code_cache.h"
#include "levelgrad/error.h"
#include "levelgrad/host/files.h"
#include "temporary_folder.h"

namespace levelgrad::host {
namespace {

namespace fs = std::filesystem;

// Compilers translate their messages.
constexpr const char* english = "LC_ALL=C";
constexpr const char* install_hint =
    "install g++ (apt-get install g++) or set CXX; --executor host needs no compiler";
constexpr const char* other_executor_hint = "--executor host needs no compiler";

/// As core/flags.cmake has them for our own code. -fno-fast-math: whatever CXX may say.
constexpr std::array base_flags = {"-std=c++20",      "-O2",
                                   "-fPIC",           "-shared",
                                   "-fno-fast-math",  "-ffp-contract=off",
                                   "-fno-math-errno", "-fno-trapping-math"};

/// Compilers differ in what they call this very processor. Some know neither: then code is slower.
constexpr std::array native_flags = {"-march=native", "-mcpu=native", ""};

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

std::vector<std::string> joined(std::vector<std::string> first,
                                const std::vector<std::string>& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

/// The first lines, where compilers say what matters; without the line's end.
std::string beginning_of(const std::string& text) {
  constexpr std::size_t most = 4096;
  std::string beginning = text.substr(0, most);
  while (!beginning.empty() && beginning.back() == '\n') beginning.pop_back();
  return beginning.empty() ? "" : ":\n" + beginning + (text.size() > most ? " ..." : "");
}

[[noreturn]] void fail(const std::string& program, const CommandResult& result) {
  throw CompilerError(
      fmt::format("the compiler {} {}{}", program, result.how_it_ended(), beginning_of(result.err)),
      result.killed_by() == SIGKILL ? fmt::format("is there enough memory? {}", other_executor_hint)
                                    : other_executor_hint);
}

/// $CXX or a compiler of a usual name, the first word as a path.
std::vector<std::string> command_of_compiler() {
  const char* variable = std::getenv("CXX");
  std::vector<std::string> words = words_of(variable == nullptr ? "" : variable);
  if (!words.empty()) {
    const fs::path program = path_of_program(words[0]);
    if (program.empty()) {
      throw CompilerError("CXX names a compiler that is not there: " + words[0], install_hint);
    }
    words[0] = program;
    return words;
  }
  for (const char* name : {"c++", "g++", "clang++"}) {
    const fs::path program = path_of_program(name);
    if (!program.empty()) return {program};
  }
  throw CompilerError("there is no C++ compiler: neither c++ nor g++ nor clang++ is in PATH",
                      install_hint);
}

}  // namespace

NativeCompiler NativeCompiler::find() { return NativeCompiler(command_of_compiler()); }

NativeCompiler::NativeCompiler(std::vector<std::string> words) : words_(std::move(words)) {
  const CommandResult version = run_command(joined(words_, {"--version"}), {english});
  if (!version.succeeded()) fail(words_[0], version);
  version_ = version.out.substr(0, version.out.find('\n'));
  choose_target();
}

/// The processor is identified by the macros that the compiler defines for it: each extension that
/// its code may use has one, as have the processor's name and the compiler's version. Unlike what
/// `g++ -v` prints they hold no path and no order that could differ from run to run; unlike what
/// /proc/cpuinfo has they are what this compiler makes of the processor.
void NativeCompiler::choose_target() {
  words_.insert(words_.end(), base_flags.begin(), base_flags.end());
  CommandResult macros;
  for (const std::string_view native : native_flags) {
    std::vector<std::string> words = words_;
    if (!native.empty()) words.emplace_back(native);
    macros = run_command(joined(words, {"-dM", "-E", "-x", "c++", "/dev/null"}), {english});
    if (!macros.succeeded()) continue;
    words_ = words;
    if (macros.out.find("#define __cplusplus ") == std::string::npos) {
      throw CompilerError("this is no C++ compiler: " + words_[0], install_hint);
    }
    identity_ = fmt::format("{}\n{}\n{}", version_, fmt::join(words_, " "),
                            code_key(std::array{macros.out}));
    return;
  }
  fail(words_[0], macros);
}

std::string NativeCompiler::compile(std::string_view source,
                                    const std::vector<std::string>& flags) const {
  const TemporaryFolder folder;
  const fs::path source_path = folder.path() / "code.cpp";
  const fs::path object_path = folder.path() / "code.so";
  write_file(source_path, source);
  const CommandResult result =
      run_command(joined(joined(words_, flags), {"-o", object_path, "-x", "c++", source_path}),
                  {english, "TMPDIR=" + folder.path().string()});
  if (!result.succeeded()) fail(words_[0], result);
  if (!fs::exists(object_path)) {
    throw CompilerError(
        fmt::format("the compiler {} made nothing{}", words_[0], beginning_of(result.err)),
        other_executor_hint);
  }
  return read_file(object_path);
}

}  // namespace levelgrad::host
