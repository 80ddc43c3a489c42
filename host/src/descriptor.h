// SPDX-License-Identifier: MIT
//
// Open files by their numbers.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

namespace levelgrad::host {

/// An open file that closes itself. Negative: none.
class Descriptor {
public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor();

  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] explicit operator bool() const { return number_ >= 0; }
  /// Some file systems tell only now that the disk is full. 0 or errno.
  int close();

private:
  int number_;
};

/// Opens, whatever the signals. Negative on failure, with errno. mode   of a file that is made.
[[nodiscard]] int open_file(const std::filesystem::path& path, int flags, unsigned mode = 0666);

/// 0 or errno.
[[nodiscard]] int write_all(int file, std::string_view bytes);

/// All from the file's first byte on, or the first `most` of them, wherever it stands; to `bytes`.
/// 0 or errno.
[[nodiscard]] int read_all(int file, std::string& bytes, std::size_t most = std::string::npos);

/// A file of no name, which child processes do not inherit: in memory where the system has such
/// files, else a file of a temporary folder that is unlinked at once. Its number is above those of
/// stdin, stdout and stderr, also where these are closed. None on failure, with errno.
[[nodiscard]] Descriptor nameless_file();

}  // namespace levelgrad::host
