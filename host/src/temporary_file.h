// SPDX-License-Identifier: MIT
//
// New files that take the place of old ones at one stroke.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "descriptor.h"

namespace levelgrad::host {

/// A file of a name that nobody else uses, gone again unless it is renamed.
///
/// A process that is killed leaves its file, which remove_abandoned_files() knows from one that is
/// being written: its maker holds a lock on it.
class TemporaryFile {
public:
  /// path     in whose folder it lives, and in whose name errors are reported.
  /// errors   FileError, as of all that follows.
  explicit TemporaryFile(const std::filesystem::path& path);
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile();

  void write(std::string_view bytes);
  /// What the file holds: from the disk where the system is so kind, not from its memory.
  [[nodiscard]] std::string read();
  /// Some file systems have no modes, and that is no reason to lose the bytes.
  void set_mode(mode_t mode);
  /// The disk has the bytes before the name.
  void rename_to_target();

private:
  void sync();
  /// A new file that is locked; sets its name.
  Descriptor create();
  void check(int error) const;

  std::filesystem::path target_;
  std::filesystem::path name_;
  Descriptor file_;
};

/// Removes temporary files in the folder whose makers have died.
void remove_abandoned_files(const std::filesystem::path& folder);

/// Makes renames outlast a power cut. Where a folder cannot be synced there is nothing to do.
void sync_folder(const std::filesystem::path& folder);

}  // namespace levelgrad::host
