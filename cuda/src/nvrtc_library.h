// SPDX-License-Identifier: MIT
//
// NVRTC, NVIDIA's compiler for CUDA C++ as a library. It is opened when it is first needed, so that
// programs start, and run everything else, where it is not installed.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace levelgrad::cuda {

/// What one compilation reads: no file, only these texts.
struct JitSource {
  std::string name;  ///< as messages of the compiler have it: "forest.cu"
  std::string text;
  std::vector<std::pair<std::string_view, std::string_view>> headers;  ///< name, text
};

/// NVRTC, opened.
///
/// threads   any.
class Nvrtc {
public:
  /// The one that is installed: the file that the environment variable LEVELGRAD_NVRTC names, else
  /// what the loader finds, else the one of the toolkit that levelgrad was built with.
  ///
  /// errors  CompilerError where there is none; the next call looks again.
  [[nodiscard]] static Nvrtc& get();

  /// Opens the first of the files that can be opened: paths, or names that the loader looks up.
  ///
  /// errors  CompilerError.
  explicit Nvrtc(std::span<const std::string> files);
  ~Nvrtc();
  Nvrtc(const Nvrtc&) = delete;
  Nvrtc& operator=(const Nvrtc&) = delete;

  /// "13.0"
  [[nodiscard]] const std::string& version() const { return version_; }
  /// The architectures that it compiles for, ascending: 90 for sm_90 and compute_90.
  [[nodiscard]] std::span<const int> architectures() const { return architectures_; }

  enum class Form { Ptx, Cubin };

  /// PTX, or machine code for the one architecture that the options name.
  ///
  /// errors  CompilerError with the source's name and the first lines of what the compiler said.
  [[nodiscard]] std::string compile(const JitSource& source,
                                    const std::vector<std::string>& options, Form form) const;

private:
  struct Calls;
  std::unique_ptr<const Calls> calls_;
  std::string version_;
  std::vector<int> architectures_;
};

}  // namespace levelgrad::cuda
