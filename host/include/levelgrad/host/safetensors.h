// SPDX-License-Identifier: MIT
//
// Files of tensors in the safetensors format, which Python and others read, too.
//
// source   huggingface/safetensors, the README's "Format", and what its reader checks.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "levelgrad/host/tensor.h"

namespace levelgrad::host {

struct TensorFile {
  std::vector<Tensor> tensors;
  std::map<std::string, std::string> metadata;  ///< UTF-8

  friend bool operator==(const TensorFile&, const TensorFile&) = default;
};

/// What safetensors_bytes() writes and parse_safetensors() takes at most.
struct SafetensorsLimits {
  static constexpr std::size_t header_bytes = std::size_t{16} << 20;
  static constexpr std::size_t tensors = 65536;
  static constexpr std::size_t dimensions = 32;
};

/// The file's bytes. They depend on nothing but the content, not on the order of the tensors:
///
///     8 bytes   N, little-endian
///     N bytes   JSON: __metadata__ (keys in order), then the tensors in the order of their bytes;
///               spaces up to a multiple of 8
///     the rest  the tensors' bytes: the widest dtype first, equal ones by name
///
/// The metadata gets two more members: "checksum": "sha256", and "sha256", the SHA-256 of all of
/// the file's bytes in which the 64 digits of this hash itself stand as '0'.
///
/// errors   ArgumentError: two tensors of one name, a name that is not UTF-8 or is the format's or
///          the checksum's, bytes that do not fit dtype and shape, more than SafetensorsLimits.
[[nodiscard]] std::string safetensors_bytes(const TensorFile& file);

/// Reads the file's bytes; the tensors come in the order of their bytes. The two members of the
/// metadata that are the checksum's are checked and taken out. Foreign files have none, which is
/// good, too.
///
/// name     of the file, for messages.
/// errors   DataError for every rule that is broken: a size that does not fit, a header that is not
///          JSON in UTF-8, repeated or unknown names, unknown dtypes, tensors that overlap, leave
///          holes or do not fill the file to its end, more than SafetensorsLimits, a wrong
///          checksum.
[[nodiscard]] TensorFile parse_safetensors(std::string_view bytes, const std::string& name);

}  // namespace levelgrad::host
