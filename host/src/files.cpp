// SPDX-License-Identifier: MIT
#include "levelgrad/host/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

#include "descriptor.h"
#include "levelgrad/error.h"
#include "read_error.h"

namespace levelgrad::host {
namespace {

namespace fs = std::filesystem;

std::string_view hint_for(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return "the disk is full: free some space, or write to another disk";
    case EFBIG:
      return "the file is larger than this process may write: see ulimit -f";
    case EACCES:
    case EPERM:
      return "choose a folder that you may write to, or change its permissions";
    case EROFS:
      return "the disk is mounted read-only: write to another one";
    case ENOTDIR:
    case EEXIST:
      return "a part of the path is a file, not a folder: choose another path";
    case EISDIR:
      return "this is a folder: name a file in it";
    case ENAMETOOLONG:
      return "choose a shorter name";
    case ELOOP:
      return "a symbolic link in the path leads to itself: remove it";
    default:
      return "check that the path is right and that its folder can be written to";
  }
}

[[noreturn]] void fail(const fs::path& path, int error) {
  throw FileError(
      fmt::format("cannot write {}: {}", path.string(), std::generic_category().message(error)),
      std::string(hint_for(error)));
}

/// A file of a name that nobody else uses, gone again unless it is renamed.
class TemporaryFile {
public:
  /// path   in whose folder it lives, and in whose name errors are reported.
  explicit TemporaryFile(const fs::path& path) : target_(path), file_(create()) {}
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (!name_.empty()) ::unlink(name_.c_str());
  }

  void write(std::string_view bytes) {
    check(write_all(file_.number(), bytes));
    // EINVAL: a file system that has nothing to sync.
    check(::fsync(file_.number()) != 0 && errno != EINVAL ? errno : 0);
  }

  /// Some file systems have no modes, and that is no reason to lose the bytes.
  void set_mode(mode_t mode) { static_cast<void>(::fchmod(file_.number(), mode)); }

  void rename_to_target() {
    check(file_.close());
    check(::rename(name_.c_str(), target_.c_str()) != 0 ? errno : 0);
    name_.clear();
  }

private:
  /// The name does not hold the target's: that may be as long as names can be.
  int create() {
    static std::atomic<unsigned> next{0};
    int number = -1;
    do {  // the name exists if a process with our number has crashed here: take the next
      name_ = target_.parent_path() / fmt::format(".levelgrad-{}-{}.tmp", ::getpid(), next++);
      number = open_file(name_, O_WRONLY | O_CREAT | O_EXCL);
    } while (number < 0 && errno == EEXIST);
    if (number < 0) {
      name_.clear();
      fail(target_, errno);
    }
    return number;
  }

  void check(int error) const {
    if (error != 0) fail(target_, error);
  }

  fs::path target_;
  fs::path name_;
  Descriptor file_;
};

void write_directly(const fs::path& path, const std::function<void(const ByteSink&)>& content) {
  const auto check = [&](int error) {
    if (error != 0) fail(path, error);
  };
  Descriptor file(open_file(path, O_WRONLY));
  check(file ? 0 : errno);
  content([&](std::string_view bytes) { check(write_all(file.number(), bytes)); });
  check(file.close());
}

/// Makes the rename outlast a power cut. Where a folder cannot be synced there is nothing to do.
void sync_folder(const fs::path& folder) {
  const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (descriptor.number() >= 0) ::fsync(descriptor.number());
}

}  // namespace

void write_file(const fs::path& path, std::string_view bytes) {
  write_file_in_parts(path, [&](const ByteSink& write) { write(bytes); });
}

void write_file_in_parts(const fs::path& path,
                         const std::function<void(const ByteSink&)>& content) {
  std::error_code error;
  // Follows symbolic links; absolute, so that a bare name has a folder.
  const fs::path absolute = fs::absolute(path, error);
  const fs::path target = error ? path : fs::weakly_canonical(absolute, error);
  if (error) fail(path, error.value());
  if (!path.has_filename()) fail(path, EISDIR);

  struct stat old {};
  const bool exists = ::stat(target.c_str(), &old) == 0;
  if (exists && S_ISDIR(old.st_mode)) fail(path, EISDIR);
  if (exists && !S_ISREG(old.st_mode)) return write_directly(target, content);
  // A rename would replace a read-only file without a word.
  if (exists && ::access(target.c_str(), W_OK) != 0) fail(path, errno);

  fs::create_directories(target.parent_path(), error);
  if (error) fail(path, error.value());
  TemporaryFile file(target);
  content([&](std::string_view bytes) { file.write(bytes); });
  if (exists) file.set_mode(old.st_mode & 07777);
  file.rename_to_target();
  sync_folder(target.parent_path());
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
