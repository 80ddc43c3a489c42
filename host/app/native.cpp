// SPDX-License-Identifier: MIT
#include "native.h"

#include <fmt/format.h>

#include <cstdio>
#include <utility>

#include "levelgrad/error.h"
#include "levelgrad/host/disk_cache.h"
#include "levelgrad/host/host_executor.h"
#include "levelgrad/host/native_executor.h"
#include "native_compiler.h"
#include "terminal.h"

namespace levelgrad::app {
namespace {

/// The beginning of what a compiler has said, as one line.
std::string in_one_line(const std::string& text) {
  const std::size_t first = text.find('\n');
  if (first == std::string::npos) return text;
  return text.substr(0, first) + " " +
         text.substr(first + 1, text.find('\n', first + 1) - first - 1);
}

void say_why_not(const std::string& why) {
  fmt::print(stderr, "levelgrad: host-native runs as host does: {}\n", in_one_line(why));
}

/// A line on a terminal for as long as something takes.
class WhileCompiling {
public:
  explicit WhileCompiling(std::span<const Program> programs) : shown_(stderr_is_terminal()) {
    if (!shown_) return;
    std::size_t nodes = 0;
    for (const Program& program : programs) nodes += program.body().size();
    fmt::print(stderr, "compiling {} nodes for this processor ...", nodes);
    std::fflush(stderr);
  }
  WhileCompiling(const WhileCompiling&) = delete;
  WhileCompiling& operator=(const WhileCompiling&) = delete;
  ~WhileCompiling() {
    if (!shown_) return;
    std::fputs(erase_line, stderr);
    std::fflush(stderr);
  }

private:
  bool shown_;
};

/// A native executor that tells what became of it. Some code is compiled when it is first needed,
/// so there may be news after any run.
template <class T>
class TellingExecutor : public host::BasicNativeExecutor<T> {
public:
  using Base = host::BasicNativeExecutor<T>;

  TellingExecutor(std::size_t threads, std::shared_ptr<host::DiskCache> cache)
      : Base({.threads = threads, .cache = cache}), cache_(std::move(cache)) {}

  using Base::load;
  void load(std::span<const Program> programs) override {
    {
      const WhileCompiling line(programs);
      Base::load(programs);
    }
    tell();
  }
  void run(const BasicBatch<T>& batch, const BasicResults<T>& results) override {
    Base::run(batch, results);
    if (!told_why_not_) tell();
  }

private:
  void tell() {
    if (const std::string why = this->why_not(); !why.empty() && !told_why_not_) {
      say_why_not(why);
      told_why_not_ = true;
    }
    if (const std::string trouble = cache_->trouble(); !trouble.empty() && !told_trouble_) {
      fmt::print(stderr, "levelgrad: {}\n", trouble);
      told_trouble_ = true;
    }
  }

  std::shared_ptr<host::DiskCache> cache_;
  bool told_why_not_ = false, told_trouble_ = false;
};

template <class T>
std::unique_ptr<BasicExecutor<T>> host_instead(const Error& error, std::size_t threads) {
  say_why_not(error.message());
  return std::make_unique<host::BasicHostExecutor<T>>(host::HostOptions{.threads = threads});
}

}  // namespace

FoundCompiler find_compiler() {
  FoundCompiler found;
  found.cache = host::DiskCache::default_folder().string();
  try {
    const host::NativeCompiler compiler = host::NativeCompiler::find();
    found.command = compiler.program();
    found.version = compiler.version();
  } catch (const CompilerError& error) {
    found.why_none = in_one_line(error.message());
  } catch (const FileError& error) {
    found.why_none = in_one_line(error.message());
  }
  return found;
}

template <class T>
std::unique_ptr<BasicExecutor<T>> make_native_executor(std::size_t threads) {
  try {
    return std::make_unique<TellingExecutor<T>>(threads, std::make_shared<host::DiskCache>());
  } catch (const CompilerError& error) {
    return host_instead<T>(error, threads);
  } catch (const FileError& error) {  // no place for what the compiler says of itself
    return host_instead<T>(error, threads);
  }
}

template std::unique_ptr<BasicExecutor<float>> make_native_executor(std::size_t);
template std::unique_ptr<BasicExecutor<double>> make_native_executor(std::size_t);

}  // namespace levelgrad::app
