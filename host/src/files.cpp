// SPDX-License-Identifier: MIT
#include "levelgrad/host/files.h"

#include <fcntl.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>

#include "descriptor.h"
#include "levelgrad/error.h"
#include "read_error.h"
#include "temporary_file.h"
#include "write_target.h"

namespace levelgrad::host {
namespace {

namespace fs = std::filesystem;

void write_directly(const fs::path& path, const std::function<void(const ByteSink&)>& content) {
  const auto check = [&](int error) {
    if (error != 0) fail_to_write(path, error);
  };
  Descriptor file(open_file(path, O_WRONLY));
  check(file.number() < 0 ? errno : 0);
  content([&](std::string_view bytes) { check(write_all(file.number(), bytes)); });
  check(file.close());
}

}  // namespace

void write_file(const fs::path& path, std::string_view bytes) {
  write_file_in_parts(path, [&](const ByteSink& write) { write(bytes); });
}

void write_file_in_parts(const fs::path& path,
                         const std::function<void(const ByteSink&)>& content) {
  const WriteTarget target(path);
  if (target.is_special) return write_directly(target.path, content);
  TemporaryFile file(target.path);
  content([&](std::string_view bytes) { file.write(bytes); });
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
    fail_to_read(path.string(), errno);
  }
  return bytes;
}

}  // namespace levelgrad::host
