// SPDX-License-Identifier: MIT
#include "descriptor.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "temporary_folder.h"

namespace levelgrad::host {
namespace {

/// Where vm.memfd_noexec is set, only a file that says so may hold code; older systems refuse the
/// word.
int memory_file() {
  constexpr unsigned may_hold_code = 0x10;  // MFD_EXEC, which glibc 2.36 does not name
  const int file = ::memfd_create("levelgrad", MFD_CLOEXEC | may_hold_code);
  return file < 0 && errno == EINVAL ? ::memfd_create("levelgrad", MFD_CLOEXEC) : file;
}

int unlinked_file() {
  std::string name = (place_of_temporary_files() / "levelgrad-XXXXXX").string();
  const int file = ::mkostemp(name.data(), O_CLOEXEC);
  if (file >= 0) ::unlink(name.c_str());
  return file;
}

}  // namespace

Descriptor::~Descriptor() {
  if (number_ >= 0) ::close(number_);
}

int Descriptor::close() {
  const int result = ::close(number_);
  number_ = -1;
  return result == 0 ? 0 : errno;
}

int open_file(const std::filesystem::path& path, int flags, unsigned mode) {
  int number = -1;
  do {
    number = ::open(path.c_str(), flags | O_CLOEXEC, mode);
  } while (number < 0 && errno == EINTR);
  return number;
}

int write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written == 0 || (written < 0 && errno != EINTR)) {
      return written == 0 ? EIO : errno;  // 0 is nothing that a file system should say
    }
    bytes.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
  }
  return 0;
}

int read_all(int file, std::string& bytes, std::size_t most) {
  std::array<char, 65536> part;
  bytes.clear();
  while (bytes.size() < most) {
    const std::size_t wanted = std::min(part.size(), most - bytes.size());
    const ssize_t count = ::pread(file, part.data(), wanted, static_cast<off_t>(bytes.size()));
    if (count == 0) break;
    if (count < 0 && errno != EINTR) return errno;
    bytes.append(part.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
  }
  return 0;
}

Descriptor nameless_file() {
  Descriptor file(memory_file());
  if (!file) file = Descriptor(unlinked_file());
  if (!file || file.number() > STDERR_FILENO) return file;
  return Descriptor(::fcntl(file.number(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
}

}  // namespace levelgrad::host
