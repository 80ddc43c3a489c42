// SPDX-License-Identifier: MIT
#include "compiled_code.h"

#include <chrono>
#include <optional>
#include <utility>

#include "levelgrad/error.h"

namespace levelgrad::host {
namespace {

/// The number is raised when the same source, flags and compiler shall give other bytes.
constexpr const char* format_word = "native code 1";

std::string key_of(const NativeCompiler& compiler, std::string_view source,
                   const std::vector<std::string>& flags) {
  std::vector<std::string> parts = {format_word, compiler.identity()};
  parts.insert(parts.end(), flags.begin(), flags.end());
  parts.emplace_back(source);  // the last, so that no flag can be taken for it
  return code_key(parts);
}

/// Valid bytes that cannot be loaded: libraries that they need have gone, say.
std::optional<NativeLibrary> found(CodeCache& cache, const std::string& key) {
  const std::optional<std::string> bytes = cache.find(key);
  if (!bytes) return std::nullopt;
  try {
    return NativeLibrary(*bytes);
  } catch (const CompilerError&) {
    return std::nullopt;
  }
}

}  // namespace

CompiledCode compiled(const NativeCompiler& compiler, CodeCache& cache, std::string_view source,
                      const std::vector<std::string>& flags) {
  const std::string key = key_of(compiler, source, flags);
  if (auto library = found(cache, key)) return {std::move(*library), true, 0};
  const auto start = std::chrono::steady_clock::now();
  const std::string bytes = compiler.compile(source, flags);
  const std::chrono::duration<double, std::milli> time = std::chrono::steady_clock::now() - start;
  NativeLibrary library(bytes);
  cache.keep(key, bytes);
  return {std::move(library), false, time.count()};
}

}  // namespace levelgrad::host
