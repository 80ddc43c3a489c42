// SPDX-License-Identifier: MIT
//
// Where executors that compile keep what the compiler made, so that it is made once.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace levelgrad {

/// Keeps bytes under a key, from one run of the program to the next. A cache is a convenience: no
/// trouble with it stops anybody, so nothing here throws but for want of memory.
///
/// threads   any, and other processes on the same cache.
class CodeCache {
public:
  CodeCache() = default;
  CodeCache(const CodeCache&) = delete;
  CodeCache& operator=(const CodeCache&) = delete;
  virtual ~CodeCache() = default;

  /// What was kept under the key, bit for bit; nothing where nothing was, or where it is damaged.
  [[nodiscard]] virtual std::optional<std::string> find(const std::string& key) = 0;
  /// Keeps the bytes, if that can be done.
  virtual void keep(const std::string& key, std::string_view bytes) = 0;
};

/// A key of 32 hexadecimal digits for all that a result depends on: ["ab", "c"] has another one
/// than ["a", "bc"].
[[nodiscard]] std::string code_key(std::span<const std::string> parts);

}  // namespace levelgrad
