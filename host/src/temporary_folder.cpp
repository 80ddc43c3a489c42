// SPDX-License-Identifier: MIT
#include "temporary_folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <system_error>

#include "levelgrad/error.h"

namespace levelgrad::host {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view name_prefix = "levelgrad-folder-";
constexpr std::time_t day = 86400;

/// No link is followed: in /tmp anybody may have made one of our name.
bool is_abandoned(const fs::path& path) {
  struct stat state {};
  return path.filename().string().starts_with(name_prefix) && ::lstat(path.c_str(), &state) == 0 &&
         S_ISDIR(state.st_mode) && state.st_uid == ::geteuid() &&
         state.st_mtime < std::time(nullptr) - day;
}

void remove_abandoned(const fs::path& place) {
  std::error_code error;
  for (fs::directory_iterator it(place, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    if (is_abandoned(it->path())) fs::remove_all(it->path(), ignored);
  }
}

}  // namespace

fs::path place_of_temporary_files() {
  const char* place = std::getenv("TMPDIR");
  return place != nullptr && *place != '\0' ? place : "/tmp";
}

TemporaryFolder::TemporaryFolder() {
  const fs::path place = place_of_temporary_files();
  remove_abandoned(place);
  std::string name = (place / name_prefix).string() + "XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) {
    throw FileError("cannot make a folder in " + place.string() + ": " + std::strerror(errno),
                    "set TMPDIR to a folder that you may write to");
  }
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace levelgrad::host
