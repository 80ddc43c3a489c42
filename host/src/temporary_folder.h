// SPDX-License-Identifier: MIT
//
// Folders for files that other programs must see by a name.
#pragma once

#include <filesystem>

namespace levelgrad::host {

/// $TMPDIR, else /tmp.
[[nodiscard]] std::filesystem::path place_of_temporary_files();

/// A new folder that only this user can enter, gone with all that is in it when this ends.
///
/// A process that is killed leaves its folder: the next one that makes a folder removes those of
/// this user that are older than a day.
class TemporaryFolder {
public:
  /// errors   FileError with the path, the reason and a hint.
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
  std::filesystem::path path_;
};

}  // namespace levelgrad::host
