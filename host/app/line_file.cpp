// SPDX-License-Identifier: MIT
#include "line_file.h"

#include <cerrno>
#include <cstring>

#include "levelgrad/error.h"
#include "levelgrad/host/files.h"

namespace levelgrad::app {

LineFile::LineFile(const std::string& path) : file_(std::fopen(path.c_str(), "w")), name_(path) {
  if (file_ == nullptr) {
    throw FileError("cannot write " + name_ + ": " + std::strerror(errno),
                    "does the folder exist, and may you write there?");
  }
}

LineFile::~LineFile() {
  if (file_ != stdout) std::fclose(file_);
}

void LineFile::write_bytes(const std::string& bytes) {
  std::fwrite(bytes.data(), 1, bytes.size(), file_);
  if (std::fflush(file_) != 0 || std::ferror(file_) != 0) {
    throw FileError("cannot write " + name_ + ": " + std::strerror(errno), "is the disk full?");
  }
}

void write_output(const std::string& bytes, const std::string& path) {
  if (path.empty()) {
    LineFile().write_bytes(bytes);
  } else {
    host::write_file(path, bytes);
  }
}

}  // namespace levelgrad::app
