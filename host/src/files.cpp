// SPDX-License-Identifier: MIT
#include "levelgrad/host/files.h"

#include <fcntl.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "descriptor.h"
#include "levelgrad/error.h"
#include "temporary_file.h"
#include "write_target.h"

namespace levelgrad::host {
namespace {

namespace fs = std::filesystem;

void write_directly(const fs::path& path, std::string_view bytes) {
  Descriptor file(open_file(path, O_WRONLY));
  const int error = file.number() < 0 ? errno : write_all(file.number(), bytes);
  const int close_error = error == 0 ? file.close() : 0;
  if (error != 0 || close_error != 0) {
    fail_to_write(path, error != 0 ? error : close_error);
  }
}

}  // namespace

void write_file(const fs::path& path, std::string_view bytes) {
  const WriteTarget target(path);
  if (target.is_special) return write_directly(target.path, bytes);
  TemporaryFile file(target.path);
  file.write(bytes);
  if (target.old_mode) file.set_mode(*target.old_mode);
  file.rename_to_target();
  sync_folder(target.path.parent_path());
}

std::string read_file(const std::filesystem::path& path) {
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  errno = 0;
  const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "rb"));
  std::string bytes;
  if (file) {
    std::array<char, 65536> part;
    while (const std::size_t count = std::fread(part.data(), 1, part.size(), file.get())) {
      bytes.append(part.data(), count);
    }
  }
  if (!file || std::ferror(file.get()) != 0) {
    throw FileError("cannot read " + path.string() + ": " + std::strerror(errno),
                    "is it a file, and may you read it?");
  }
  return bytes;
}

}  // namespace levelgrad::host
