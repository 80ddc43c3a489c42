// SPDX-License-Identifier: MIT
//
// The system's C++ compiler, used while the program runs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace levelgrad::host {

/// Makes shared objects for this processor from C++20 sources, with arithmetic as the numerics
/// contract wants it.
///
/// threads   any may compile at once.
class NativeCompiler {
public:
  /// $CXX, which may hold options too ("ccache g++ -m64", split at blanks), else the first of c++,
  /// g++ and clang++ in PATH. Asks it for its version and for what this processor can do: some
  /// 20 ms.
  ///
  /// errors   CompilerError where there is none, or where it does not work.
  [[nodiscard]] static NativeCompiler find();

  /// The program's path, and the first line that it says of itself.
  [[nodiscard]] const std::string& program() const { return words_.front(); }
  [[nodiscard]] const std::string& version() const { return version_; }

  /// All that its output depends on besides source and flags: the command, the version, the flags
  /// that compile() adds, and what the processor can do. Machines of two kinds that share a home
  /// folder, or a compiler that was updated, have different ones.
  [[nodiscard]] const std::string& identity() const { return identity_; }

  /// The shared object made of the source.
  ///
  /// flags    stand behind ours, so that -O3 wins over our -O2.
  /// errors   CompilerError with the beginning of what the compiler said; FileError where there is
  ///          no place for temporary files. Whatever happens, no file and no process is left, but
  ///          for a folder in $TMPDIR if this process is killed.
  [[nodiscard]] std::string compile(std::string_view source,
                                    const std::vector<std::string>& flags = {}) const;

private:
  explicit NativeCompiler(std::vector<std::string> words);
  void choose_target();

  std::vector<std::string> words_;  // the command and our flags
  std::string version_, identity_;
};

}  // namespace levelgrad::host
