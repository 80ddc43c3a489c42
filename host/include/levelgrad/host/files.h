// SPDX-License-Identifier: MIT
//
// Files that are either whole or not there.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace levelgrad::host {

/// Replaces the file's content, or makes the file, at one stroke: a reader, or a crash, sees the
/// old content or the new, never a part. Missing parent folders are made. The mode of a file that
/// is replaced is kept, and a symbolic link to a file stays and leads to the new content. A
/// read-only file is not replaced.
///
/// The bytes go to a new file in the same folder, to the disk, and then to the name. Only what is
/// no regular file (a pipe, /dev/stdout) is written to directly.
///
/// errors   FileError with the path, the reason and a hint; then the old content is untouched and
///          no temporary file is left. A file size limit (ulimit -f) is an error only if the
///          process ignores SIGXFSZ: by default that signal ends it.
/// threads  any number may write, also to one path: the last rename wins.
void write_file(const std::filesystem::path& path, std::string_view bytes);

/// Takes bytes that follow those it took before.
using ByteSink = std::function<void(std::string_view)>;

/// write_file() for content that does not fit into memory.
///
/// content   is called once and hands its bytes to the sink, some megabytes at a time: each part is
///           on the disk when the sink returns. What content throws passes through; then the old
///           content is untouched, too.
void write_file_in_parts(const std::filesystem::path& path,
                         const std::function<void(const ByteSink&)>& content);

/// The whole content of a file, or of a pipe. Errors: FileError with the path and the reason.
[[nodiscard]] std::string read_file(const std::filesystem::path& path);

}  // namespace levelgrad::host
