// SPDX-License-Identifier: MIT
//
// What tests of generated code share: sources, a cache that counts, whether there is a compiler.
#pragma once

#include <cstdlib>
#include <map>
#include <optional>
#include <string>

#include "jit_compiler.h"
#include "levelgrad/error.h"
#include "levelgrad/op_headers.h"
#include "support/unavailable.h"

namespace levelgrad::testing {

/// Why nothing can be compiled here; "" where it can.
inline std::string why_no_nvrtc() {
  try {
    (void)cuda::Nvrtc::get();
    return "";
  } catch (const CompilerError& error) {
    return error.what();
  }
}
#define LG_REQUIRE_NVRTC() LG_REQUIRE_AVAILABLE(::levelgrad::testing::why_no_nvrtc())

/// A source that may include the op headers.
inline cuda::JitSource jit_source(std::string text) {
  cuda::JitSource source = {"test.cu", std::move(text), {}};
  for (const OpHeader& header : op_headers()) source.headers.emplace_back(header.name, header.text);
  return source;
}

/// Keeps code in memory.
class MemoryCache : public CodeCache {
public:
  std::optional<std::string> find(const std::string& key) override {
    const auto found = entries.find(key);
    if (found == entries.end()) return std::nullopt;
    ++hits;
    return found->second;
  }
  void keep(const std::string& key, std::string_view bytes) override {
    ++kept;
    entries[key] = bytes;
  }

  std::map<std::string, std::string> entries;
  int hits = 0, kept = 0;
};

/// An environment variable with another value until the scope ends; nullptr: not set.
class WithVariable {
public:
  WithVariable(const char* name, const char* value) : name_(name) {
    if (const char* found = std::getenv(name)) before_ = found;
    set(value);
  }
  ~WithVariable() { set(before_ ? before_->c_str() : nullptr); }
  WithVariable(const WithVariable&) = delete;
  WithVariable& operator=(const WithVariable&) = delete;

private:
  void set(const char* value) {
    if (value == nullptr) {
      ::unsetenv(name_);
    } else {
      ::setenv(name_, value, 1);
    }
  }
  const char* name_;
  std::optional<std::string> before_;
};

}  // namespace levelgrad::testing
