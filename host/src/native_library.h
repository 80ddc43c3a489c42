// SPDX-License-Identifier: MIT
//
// Compiled code as functions of this process.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace levelgrad::host {

/// A shared object that was loaded from memory: the bytes that were checked are those that run.
/// Its code stays until this ends, so no function of it may be used afterwards.
///
/// threads   any.
class NativeLibrary {
public:
  /// errors   CompilerError with what the system's loader says.
  explicit NativeLibrary(std::string_view bytes);

  /// F      the function's type, as in function<double(double)>("f"): nobody checks it.
  /// name   of an extern "C" function.
  /// errors CompilerError where there is no such function.
  template <class F>
  [[nodiscard]] F* function(const char* name) const {
    return reinterpret_cast<F*>(address_of(name));
  }

private:
  struct Close {
    void operator()(void* library) const;
  };
  using Handle = std::unique_ptr<void, Close>;

  [[nodiscard]] static Handle load_from_memory(std::string_view bytes, std::string& trouble);
  [[nodiscard]] static Handle load_from_folder(std::string_view bytes, std::string& trouble);
  [[nodiscard]] void* address_of(const char* name) const;

  Handle handle_;
};

}  // namespace levelgrad::host
