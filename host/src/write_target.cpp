// SPDX-License-Identifier: MIT
#include "write_target.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>

#include "levelgrad/error.h"

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

}  // namespace

void fail_to_write(const fs::path& path, int error) {
  throw FileError(
      fmt::format("cannot write {}: {}", path.string(), std::generic_category().message(error)),
      std::string(hint_for(error)));
}

fs::path place_of(const fs::path& path, std::error_code& error) {
  constexpr int most_links = 40;  // in a row, as Linux has it
  fs::path place = path;
  for (int k = 0; k < most_links; ++k) {
    const fs::path link = fs::read_symlink(place, error);
    // Of the folder only: the file itself may vanish meanwhile, as another process saves it.
    if (error) return fs::weakly_canonical(place.parent_path(), error) / place.filename();
    place = place.parent_path() / link;
  }
  error = std::make_error_code(std::errc::too_many_symbolic_link_levels);
  return path;
}

WriteTarget::WriteTarget(const fs::path& named) {
  std::error_code error;
  const fs::path absolute = fs::absolute(named, error);
  path = error ? named : place_of(absolute, error);
  if (error) fail_to_write(named, error.value());
  if (!named.has_filename()) fail_to_write(named, EISDIR);

  struct stat old {};
  if (::stat(path.c_str(), &old) == 0) {
    if (S_ISDIR(old.st_mode)) fail_to_write(named, EISDIR);
    old_mode = old.st_mode & 07777;
    is_special = !S_ISREG(old.st_mode);
    // A rename would replace a read-only file without a word. ENOENT: another process that saves
    // has just moved it away.
    const bool may_write = ::access(path.c_str(), W_OK) == 0 || errno == ENOENT;
    if (!is_special && !may_write) fail_to_write(named, errno);
    return;
  }
  fs::create_directories(path.parent_path(), error);
  if (error) fail_to_write(named, error.value());
}

}  // namespace levelgrad::host
