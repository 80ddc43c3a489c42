// SPDX-License-Identifier: MIT
//
// Output that is written line by line, each line at once, and whose failures are errors.
#pragma once

#include <cstdio>
#include <string>

namespace levelgrad::app {

/// A file, or standard output, for lines. Written in place, so that a run can be followed and what
/// was written stays when the process is killed.
class LineFile {
public:
  /// Starts the file anew. Errors: FileError.
  explicit LineFile(const std::string& path);
  /// Standard output.
  LineFile() : file_(stdout), name_("standard output") {}
  ~LineFile();
  LineFile(const LineFile&) = delete;
  LineFile& operator=(const LineFile&) = delete;

  /// Writes text and a line end. Errors: FileError, a full disk included.
  void write(const std::string& text) { write_bytes(text + '\n'); }
  /// Writes as it is. Errors: as write().
  void write_bytes(const std::string& bytes);

private:
  std::FILE* file_;
  std::string name_;
};

/// Replaces the file at one stroke, or writes to standard output where path is empty.
/// Errors: FileError.
void write_output(const std::string& bytes, const std::string& path);

}  // namespace levelgrad::app
