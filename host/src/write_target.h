// SPDX-License-Identifier: MIT
//
// Where a file is to be written, and why it cannot be.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <system_error>

namespace levelgrad::host {

/// Throws the FileError of a file that cannot be written, with a hint. error   an errno.
[[noreturn]] void fail_to_write(const std::filesystem::path& path, int error);

/// Where a path leads to, also through a symbolic link that leads to nothing.
[[nodiscard]] std::filesystem::path place_of(const std::filesystem::path& path,
                                             std::error_code& error);

/// The place that a path leads to, through symbolic links. It may be written to; its folder is
/// there, or made.
struct WriteTarget {
  /// errors   FileError: it is a folder or read-only, or its folder cannot be made.
  explicit WriteTarget(const std::filesystem::path& named);

  std::filesystem::path path;      ///< absolute, so that a bare name has a folder
  std::optional<mode_t> old_mode;  ///< of the file that is there
  bool is_special = false;         ///< a pipe, a terminal, /dev/full: never to be replaced
};

}  // namespace levelgrad::host
