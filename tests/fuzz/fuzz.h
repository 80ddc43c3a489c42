// SPDX-License-Identifier: MIT
//
// What every parser must do with any bytes. A target is one file that includes this one, says how
// its bytes are read and written, and is named in CMakeLists.txt.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "levelgrad/error.h"

namespace levelgrad::fuzz {

/// What the bytes hold, or nothing where a typed Error refuses them. Anything else (another
/// exception, a bug of ours that InternalError reports) ends the process, as libFuzzer wants it.
///
/// read    (std::string_view bytes) -> value
template <class Read>
std::optional<std::invoke_result_t<const Read&, std::string_view>> value_of(
    const std::string& bytes, const Read& read) {
  try {
    return read(bytes);
  } catch (const InternalError&) {
    throw;
  } catch (const Error&) {
    return std::nullopt;
  }
}

/// The bytes are refused as value_of() says, or what they hold, written again, reads back and
/// writes as the same bytes. What cannot be written, or a wrong copy, ends the process.
///
/// write   (value) -> std::string
template <class Read, class Write>
int round_trip(const std::uint8_t* data, std::size_t size, const Read& read, const Write& write) {
  const std::string bytes(data, data + size);
  const auto value = value_of(bytes, read);
  if (!value) return 0;
  const std::string written = write(*value);
  if (write(read(written)) != written) std::abort();
  return 0;
}

}  // namespace levelgrad::fuzz

/// libFuzzer's entry, once in each target. It has no header for it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
