// SPDX-License-Identifier: MIT
#include "native_library.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <atomic>
#include <system_error>

#include "descriptor.h"
#include "levelgrad/error.h"
#include "levelgrad/host/files.h"
#include "temporary_folder.h"

namespace levelgrad::host {
namespace {

constexpr const char* hint = "--executor host loads no code";

std::string loader_error() {
  const char* text = ::dlerror();
  return text == nullptr ? "the loader does not say why" : text;
}

unsigned next_serial() {
  static std::atomic<unsigned> next{0};
  return next++;
}

/// The path of an open file, spelled in a way of the serial's own: "//" or "/./" for each bit.
///
/// The loader takes a path that it has seen for the library that it has seen. It does so even if
/// that library is closed and its descriptor means another file: a library with unique symbols,
/// as inline variables are, is never forgotten.
std::string path_of(int file, unsigned serial) {
  std::string path = "/proc/self/fd";
  for (; serial != 0; serial /= 2) path += serial % 2 == 0 ? "/" : "/.";
  return path + "/" + std::to_string(file);
}

void* open_library(const std::string& path, std::string& trouble) {
  void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) trouble = loader_error();
  return library;
}

}  // namespace

void NativeLibrary::Close::operator()(void* library) const { ::dlclose(library); }

NativeLibrary::Handle NativeLibrary::load_from_memory(std::string_view bytes,
                                                      std::string& trouble) {
  const Descriptor file = nameless_file();
  const int error = file ? write_all(file.number(), bytes) : errno;
  if (error != 0) {
    trouble = std::generic_category().message(error);
    return nullptr;
  }
  return Handle(open_library(path_of(file.number(), next_serial()), trouble));
}

/// Where there is no /proc, or where code in memory may not be run.
NativeLibrary::Handle NativeLibrary::load_from_folder(std::string_view bytes,
                                                      std::string& trouble) {
  try {
    const TemporaryFolder folder;
    const auto path = folder.path() / fmt::format("code-{}.so", next_serial());
    write_file(path, bytes);
    return Handle(open_library(path, trouble));
  } catch (const FileError& error) {
    trouble = error.message();
    return nullptr;
  }
}

NativeLibrary::NativeLibrary(std::string_view bytes) {
  std::string in_memory, in_folder;
  handle_ = load_from_memory(bytes, in_memory);
  if (!handle_) handle_ = load_from_folder(bytes, in_folder);
  if (!handle_) {
    throw CompilerError(
        fmt::format("cannot load compiled code: {}; from a folder: {}", in_memory, in_folder),
        hint);
  }
}

void* NativeLibrary::address_of(const char* name) const {
  ::dlerror();
  void* address = ::dlsym(handle_.get(), name);
  if (address == nullptr) {
    throw CompilerError(fmt::format("compiled code has no function {}: {}", name, loader_error()),
                        hint);
  }
  return address;
}

}  // namespace levelgrad::host
