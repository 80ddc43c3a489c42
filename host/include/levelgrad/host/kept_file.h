// SPDX-License-Identifier: MIT
//
// Files that must not be lost: at every moment there is a good one, of this save or the one before.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace levelgrad::host {

/// Throws where the bytes are not what such a file holds. name   of the file, for messages.
using Verify = std::function<void(std::string_view bytes, const std::string& name)>;

/// Saves the file, and keeps the one that was there as PATH.previous.
///
/// The bytes go to a new file in the same folder and to the disk, are read back from there and
/// verified. Only then the old file becomes PATH.previous, unless it is damaged itself, and the new
/// one takes its name. Killed at any moment, or without power, this leaves a file that
/// read_or_previous() reads; temporary files of savers that were killed are removed by the next
/// save in the folder. What write_file() says of modes, links and folders holds here, too.
///
/// errors   FileError with the path, the reason and a hint; what verify throws. Then the old file
///          is still there, at least as PATH.previous.
/// threads  any, and other processes; but of two saves at one time the previous file may be of
///          either.
void save_keeping_previous(const std::filesystem::path& path, std::string_view bytes,
                           const Verify& verify);

/// What was read, and a sentence without a full stop if it is not of the file itself.
template <class Content>
struct ReadBack {
  Content content;
  std::string note;
};

namespace detail {
std::string read_or_previous(const std::filesystem::path& path, const Verify& take);
}

/// Reads a file that save_keeping_previous() wrote; PATH.previous where it is missing or damaged,
/// and then the note says so.
///
/// parse    (std::string_view bytes, const std::string& name) -> content; throws DataError for what
///          is damaged. Its other errors are passed on: the file before it would have them, too.
/// errors   DataError, FileError: neither file can be read; the error is that of PATH.
template <class Parse>
[[nodiscard]] auto read_or_previous(const std::filesystem::path& path, const Parse& parse) {
  using Content = std::invoke_result_t<const Parse&, std::string_view, const std::string&>;
  std::optional<Content> content;
  std::string note =
      detail::read_or_previous(path, [&](std::string_view bytes, const std::string& name) {
        content.emplace(parse(bytes, name));
      });
  return ReadBack<Content>{*std::move(content), std::move(note)};
}

}  // namespace levelgrad::host
