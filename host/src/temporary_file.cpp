// SPDX-License-Identifier: MIT
#include "temporary_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <system_error>

#include "write_target.h"

namespace levelgrad::host {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view name_prefix = ".levelgrad-";
constexpr std::string_view name_suffix = ".tmp";

/// Nobody else has the lock, and the file was not removed before this process had it. A file system
/// without locks says something else than "would block"; there nobody removes the file, either.
bool is_ours(int file, const fs::path& name) {
  const bool locked_by_another = ::flock(file, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  return !locked_by_another && ::access(name.c_str(), F_OK) == 0;
}

}  // namespace

TemporaryFile::TemporaryFile(const fs::path& path) : target_(path), file_(create()) {}

TemporaryFile::~TemporaryFile() {
  if (!name_.empty()) ::unlink(name_.c_str());
}

void TemporaryFile::write(std::string_view bytes) { check(write_all(file_.number(), bytes)); }

void TemporaryFile::sync() {
  // EINVAL: a file system that has nothing to sync.
  check(::fsync(file_.number()) != 0 && errno != EINVAL ? errno : 0);
}

std::string TemporaryFile::read() {
  sync();
  ::posix_fadvise(file_.number(), 0, 0, POSIX_FADV_DONTNEED);
  std::string bytes;
  check(read_all(file_.number(), bytes));
  return bytes;
}

void TemporaryFile::set_mode(mode_t mode) { static_cast<void>(::fchmod(file_.number(), mode)); }

void TemporaryFile::rename_to_target() {
  sync();
  // Still open, so that the lock holds until the name is another one. All is on the disk: there is
  // nothing left that close() could fail to write.
  check(::rename(name_.c_str(), target_.c_str()) != 0 ? errno : 0);
  name_.clear();
}

Descriptor TemporaryFile::create() {
  static std::atomic<unsigned> next{0};
  while (true) {
    // The name does not hold the target's: that may be as long as names can be.
    name_ = target_.parent_path() /
            fmt::format("{}{}-{}{}", name_prefix, ::getpid(), next++, name_suffix);
    Descriptor file(open_file(name_, O_RDWR | O_CREAT | O_EXCL));
    if (file && is_ours(file.number(), name_)) return file;
    // The name exists if a process with our number has crashed here: take the next.
    if (!file && errno != EEXIST) {
      const int error = errno;
      name_.clear();
      fail_to_write(target_, error);
    }
  }
}

void TemporaryFile::check(int error) const {
  if (error != 0) fail_to_write(target_, error);
}

void remove_abandoned_files(const fs::path& folder) {
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (!name.starts_with(name_prefix) || !name.ends_with(name_suffix)) continue;
    // O_WRONLY: NFS wants it for such a lock. O_NONBLOCK: nobody reads from what may be a pipe.
    const Descriptor file(open_file(it->path(), O_WRONLY | O_NONBLOCK | O_NOFOLLOW));
    if (file && ::flock(file.number(), LOCK_EX | LOCK_NB) == 0) ::unlink(it->path().c_str());
  }
}

void sync_folder(const fs::path& folder) {
  const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (descriptor) ::fsync(descriptor.number());
}

}  // namespace levelgrad::host
