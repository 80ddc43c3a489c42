// SPDX-License-Identifier: MIT
//
// Compiled code in a folder of the user's, from one run of the program to the next.
#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "levelgrad/code_cache.h"

namespace levelgrad::host {

/// A file for each key. What is found is what was kept, or nothing: a file that is truncated, has
/// a wrong bit or was written by somebody else counts as absent, and the next keep() replaces it.
///
/// Code that is found is run, so a file that another user (but root) owns or may write to is not
/// read. New folders and files are the user's alone.
///
/// threads    any, and other processes on the same folder: a file appears whole, by a rename.
/// power cut  may leave a damaged file: nothing waits for the disk.
class DiskCache : public CodeCache {
public:
  static constexpr std::uintmax_t default_limit = std::uintmax_t{256} << 20;

  /// folder   made when something is first kept. Empty: nothing is kept.
  /// limit    in bytes. Beyond it keep() removes the entries that were not used for longest, but
  ///          never the one that it has just written.
  explicit DiskCache(std::filesystem::path folder = default_folder(),
                     std::uintmax_t limit = default_limit);

  /// $LEVELGRAD_CACHE, else $XDG_CACHE_HOME/levelgrad, else $HOME/.cache/levelgrad; empty where
  /// none of these is set. As its specification wants, a relative XDG_CACHE_HOME is not one.
  [[nodiscard]] static std::filesystem::path default_folder();

  /// Keys are of [0-9a-z-]+, as code_key's are: others are never found and never kept.
  [[nodiscard]] std::optional<std::string> find(const std::string& key) override;
  void keep(const std::string& key, std::string_view bytes) override;

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  /// What went wrong first, in one line with the path and the reason; empty if nothing did.
  [[nodiscard]] std::string trouble() const;

private:
  [[nodiscard]] bool accepts(const std::string& key);
  [[nodiscard]] std::filesystem::path path_of(const std::string& key) const;
  void remove_old_files(const std::filesystem::path& just_kept) const;
  void note(const std::string& trouble);
  void note(std::string_view what_failed, const std::filesystem::path& path, int error);

  std::filesystem::path folder_;
  std::uintmax_t limit_;
  mutable std::mutex mutex_;
  std::string trouble_;  // under the mutex
};

}  // namespace levelgrad::host
