// SPDX-License-Identifier: MIT
#include "native.h"

#include <fmt/format.h>

#include <cstdio>
#include <utility>

#include "compiling_notes.h"
#include "levelgrad/error.h"
#include "levelgrad/host/disk_cache.h"
#include "levelgrad/host/host_executor.h"
#include "levelgrad/host/native_executor.h"
#include "native_compiler.h"
#include "terminal.h"

namespace levelgrad::app {
namespace {

constexpr const char* runs_as = "host-native runs as host does";

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

/// A native executor that tells what became of it.
template <class T>
class TellingExecutor : public host::BasicNativeExecutor<T> {
public:
  using Base = host::BasicNativeExecutor<T>;

  TellingExecutor(std::size_t threads, Math math, std::shared_ptr<host::DiskCache> cache)
      : Base({.threads = threads, .cache = cache, .math = math}), cache_(std::move(cache)) {}

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
    tell();
  }

private:
  void tell() { notes_.tell(this->why_not(), *cache_); }

  std::shared_ptr<host::DiskCache> cache_;
  CompilingNotes notes_{runs_as};
};

template <class T>
std::unique_ptr<BasicExecutor<T>> host_instead(const Error& error, std::size_t threads) {
  fmt::print(stderr, "levelgrad: {}: {}\n", runs_as, in_one_line(error.message()));
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
std::unique_ptr<BasicExecutor<T>> make_native_executor(std::size_t threads, Math math) {
  try {
    return std::make_unique<TellingExecutor<T>>(threads, math, std::make_shared<host::DiskCache>());
  } catch (const CompilerError& error) {
    return host_instead<T>(error, threads);
  } catch (const FileError& error) {  // no place for what the compiler says of itself
    return host_instead<T>(error, threads);
  }
}

template std::unique_ptr<BasicExecutor<float>> make_native_executor(std::size_t, Math);
template std::unique_ptr<BasicExecutor<double>> make_native_executor(std::size_t, Math);

}  // namespace levelgrad::app
