// SPDX-License-Identifier: MIT
#include "levelgrad/host/disk_cache.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

#include "descriptor.h"

namespace levelgrad::host {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view entry_suffix = ".levelgrad-code";
constexpr std::string_view temporary_suffix = ".levelgrad-tmp";
constexpr std::time_t hour = 3600;

/// What stands before the bytes. For a key its size is always the same, so that a reader needs no
/// parser: it takes what stands behind a header for the bytes, and compares the headers.
std::string header_of(const std::string& key, std::string_view bytes) {
  const std::array parts = {key, std::string(bytes)};
  return fmt::format("levelgrad code 1\nkey {}\nbytes {:016x}\nchecksum {}\n", key, bytes.size(),
                     code_key(parts));
}

/// The file's bytes behind the header, if that is theirs.
std::optional<std::string> verified(const std::string& key, std::string file) {
  const std::size_t header_size = header_of(key, "").size();
  if (file.size() < header_size) return std::nullopt;
  const std::string header = file.substr(0, header_size);
  file.erase(0, header_size);
  if (header != header_of(key, file)) return std::nullopt;
  return file;
}

/// Makes the folder and those above it. 0 or errno.
int make_folders(const fs::path& folder) {
  fs::path path;
  for (const fs::path& part : folder) {
    path /= part;
    if (::mkdir(path.c_str(), 0700) == 0) continue;
    const int error = errno;
    // What mkdir() says of a folder that is there depends on the file system.
    struct stat state {};
    const bool exists = ::stat(path.c_str(), &state) == 0;
    if (!exists || !S_ISDIR(state.st_mode)) return error == EEXIST ? ENOTDIR : error;
  }
  return 0;
}

/// A new file in the folder with a name that nobody else uses. None on failure, with errno.
Descriptor temporary_file(const fs::path& folder, fs::path& name) {
  static std::atomic<unsigned> next{0};
  while (true) {
    name = folder / fmt::format("{}-{}{}", ::getpid(), next++, temporary_suffix);
    Descriptor file(open_file(name, O_WRONLY | O_CREAT | O_EXCL, 0600));
    // Else a process with our number, here or on another machine, has the name: take the next.
    if (file || errno != EEXIST) return file;
  }
}

/// 0 or errno; then no temporary file is left.
int replace_file(const fs::path& path, std::string_view header, std::string_view bytes) {
  fs::path name;
  Descriptor file = temporary_file(path.parent_path(), name);
  if (!file) return errno;
  int error = write_all(file.number(), header);
  if (error == 0) error = write_all(file.number(), bytes);
  const int close_error = file.close();
  if (error == 0) error = close_error;
  if (error == 0 && ::rename(name.c_str(), path.c_str()) != 0) error = errno;
  if (error != 0) ::unlink(name.c_str());
  return error;
}

struct Entry {
  timespec used;
  std::string name;  // the order of those used at the same time
  std::uintmax_t size;

  [[nodiscard]] bool is_older_than(const Entry& other) const {
    return std::tie(used.tv_sec, used.tv_nsec, name) <
           std::tie(other.used.tv_sec, other.used.tv_nsec, other.name);
  }
};

/// The folder's entries. Removes temporary files of writers that must have died.
std::vector<Entry> entries_of(const fs::path& folder) {
  std::vector<Entry> entries;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    struct stat state {};
    if (::lstat(it->path().c_str(), &state) != 0 || !S_ISREG(state.st_mode)) continue;
    if (name.ends_with(entry_suffix)) {
      entries.push_back({state.st_mtim, name, static_cast<std::uintmax_t>(state.st_size)});
    }
    const bool is_left_over = state.st_mtime < std::time(nullptr) - hour;
    if (name.ends_with(temporary_suffix) && is_left_over) ::unlink(it->path().c_str());
  }
  return entries;
}

fs::path folder_in(const char* variable) {
  const char* value = std::getenv(variable);
  return value == nullptr ? "" : value;
}

}  // namespace

DiskCache::DiskCache(fs::path folder, std::uintmax_t limit)
    : folder_(std::move(folder)), limit_(limit) {}

fs::path DiskCache::default_folder() {
  if (fs::path own = folder_in("LEVELGRAD_CACHE"); !own.empty()) return own;
  if (const fs::path xdg = folder_in("XDG_CACHE_HOME"); xdg.is_absolute()) return xdg / "levelgrad";
  if (const fs::path home = folder_in("HOME"); !home.empty()) return home / ".cache/levelgrad";
  return {};
}

std::optional<std::string> DiskCache::find(const std::string& key) {
  if (folder_.empty() || !accepts(key)) return std::nullopt;
  const fs::path path = path_of(key);
  // O_NONBLOCK: nobody writes to what may be a pipe.
  const Descriptor file(open_file(path, O_RDONLY | O_NONBLOCK));
  if (!file) {
    if (errno != ENOENT) note("read", path, errno);
    return std::nullopt;
  }
  struct stat state {};
  if (::fstat(file.number(), &state) != 0 || !S_ISREG(state.st_mode)) return std::nullopt;
  const bool is_ours = state.st_uid == ::geteuid() || state.st_uid == 0;
  if (!is_ours || (state.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    note(fmt::format("compiled code in {} is not used: another user may have written it",
                     path.string()));
    return std::nullopt;
  }
  std::string bytes;
  if (const int error = read_all(file.number(), bytes); error != 0) {
    note("read", path, error);
    return std::nullopt;
  }
  std::optional<std::string> found = verified(key, std::move(bytes));
  // It was used now. A folder that is read-only is no trouble: nothing is removed there, either.
  if (found) static_cast<void>(::futimens(file.number(), nullptr));
  return found;
}

void DiskCache::keep(const std::string& key, std::string_view bytes) {
  if (!accepts(key)) return;
  if (folder_.empty()) {
    return note("compiled code is not kept: neither LEVELGRAD_CACHE nor HOME names a folder");
  }
  if (const int error = make_folders(folder_); error != 0) return note("keep", folder_, error);
  const fs::path path = path_of(key);
  const int error = replace_file(path, header_of(key, bytes), bytes);
  if (error != 0) return note("keep", path, error);
  remove_old_files(path.filename());
}

void DiskCache::remove_old_files(const fs::path& just_kept) const {
  std::vector<Entry> entries = entries_of(folder_);
  std::uintmax_t sum = 0;
  for (const Entry& entry : entries) sum += entry.size;
  std::ranges::sort(entries, [](const Entry& a, const Entry& b) { return a.is_older_than(b); });
  for (const Entry& entry : entries) {
    if (sum <= limit_) return;
    if (entry.name == just_kept) continue;
    // Another process may have removed it, and that is as good.
    ::unlink((folder_ / entry.name).c_str());
    sum -= entry.size;
  }
}

bool DiskCache::accepts(const std::string& key) {
  const bool good =
      !key.empty() &&
      key.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyz-") == std::string::npos;
  // The key itself may hold anything, a line's end for one.
  if (!good) note("compiled code is not kept: a key has characters other than 0-9, a-z and '-'");
  return good;
}

fs::path DiskCache::path_of(const std::string& key) const {
  return folder_ / (key + std::string(entry_suffix));
}

std::string DiskCache::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

void DiskCache::note(const std::string& trouble) {
  const std::lock_guard lock(mutex_);
  if (trouble_.empty()) trouble_ = trouble;
}

void DiskCache::note(std::string_view what_failed, const fs::path& path, int error) {
  note(fmt::format("cannot {} compiled code in {}: {}", what_failed, path.string(),
                   std::generic_category().message(error)));
}

}  // namespace levelgrad::host
