// SPDX-License-Identifier: MIT
//
// Source text to functions that can be called, compiled once.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "levelgrad/code_cache.h"
#include "native_compiler.h"
#include "native_library.h"

namespace levelgrad::host {

struct CompiledCode {
  NativeLibrary library;
  bool is_from_cache;
  double compile_milliseconds;  // 0 from the cache
};

/// The source's code: from the cache if it is there and can be loaded, else compiled and kept.
/// What cannot be loaded is not kept.
///
/// errors   those of NativeCompiler::compile() and of NativeLibrary.
[[nodiscard]] CompiledCode compiled(const NativeCompiler& compiler, CodeCache& cache,
                                    std::string_view source,
                                    const std::vector<std::string>& flags = {});

}  // namespace levelgrad::host
