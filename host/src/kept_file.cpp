// SPDX-License-Identifier: MIT
#include "levelgrad/host/kept_file.h"

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "levelgrad/error.h"
#include "levelgrad/host/files.h"
#include "temporary_file.h"
#include "write_target.h"

namespace levelgrad::host {
namespace {

namespace fs = std::filesystem;

/// Beside the file itself, wherever a symbolic link to it is.
fs::path previous_of(const fs::path& path) {
  std::error_code error;
  const fs::path target = place_of(path, error);
  return (error ? path : target).string() + ".previous";
}

bool is_good(const fs::path& path, const Verify& verify) {
  try {
    verify(read_file(path), path.string());
    return true;
  } catch (const Error&) {
    return false;
  }
}

/// What was saved is missing or damaged, not wrong.
bool is_lost(const Error& error) {
  return dynamic_cast<const DataError*>(&error) != nullptr ||
         dynamic_cast<const FileError*>(&error) != nullptr;
}

}  // namespace

void save_keeping_previous(const fs::path& path, std::string_view bytes, const Verify& verify) {
  const WriteTarget target(path);
  if (target.is_special) {
    throw FileError("cannot save to " + path.string() + ": it is no regular file",
                    "name a file that can be replaced");
  }
  const fs::path folder = target.path.parent_path();
  remove_abandoned_files(folder);
  TemporaryFile file(target.path);
  file.write(bytes);
  if (target.old_mode) file.set_mode(*target.old_mode);
  verify(file.read(), path.string());
  // A damaged file must not replace the good one before it.
  if (target.old_mode && is_good(target.path, verify)) {
    const fs::path previous = previous_of(target.path);
    // Another process that saves may just have moved it away.
    const bool moved = std::rename(target.path.c_str(), previous.c_str()) == 0 || errno == ENOENT;
    if (!moved) fail_to_write(previous, errno);
  }
  file.rename_to_target();
  sync_folder(folder);
}

std::string detail::read_or_previous(const fs::path& path, const Verify& take) {
  try {
    take(read_file(path), path.string());
    return "";
  } catch (const Error& error) {
    const fs::path previous = previous_of(path);
    if (!is_lost(error) || !is_good(previous, take)) throw;
    return error.message() + "; " + previous.string() + ", saved before it, was read";
  }
}

}  // namespace levelgrad::host
