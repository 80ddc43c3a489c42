// SPDX-License-Identifier: MIT
#include "levelgrad/host/safetensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "json_text.h"
#include "levelgrad/error.h"
#include "levelgrad/host/sha256.h"
#include "safetensors_header.h"
#include "utf8.h"

namespace levelgrad::host {
namespace {

constexpr std::size_t length_size = 8;  // bytes of the header's length, and what data is aligned to

// The checksum's two members of the metadata. The first says that there must be the second: a
// flipped bit in the second's name would else make it a file without a checksum.
constexpr std::string_view kind_key = "checksum";
constexpr std::string_view digest_key = "sha256";
const std::string no_digest(64, '0');

/// Where the digest's digits stand; npos where they do not stand as we write them. No text of JSON
/// can hold these characters: a quote in it has a backslash before it.
std::size_t place_of_digest(std::string_view bytes, std::string_view digest) {
  const std::string lead = fmt::format(",\"{}\":\"", digest_key);
  const std::size_t place = bytes.find(fmt::format("{}{}\"", lead, digest));
  return place == std::string_view::npos ? place : place + lead.size();
}

/// The SHA-256 of the bytes, those of the digest counting as '0'.
std::string digest_at(std::string_view bytes, std::size_t place) {
  Sha256 hash;
  hash.add(bytes.substr(0, place));
  hash.add(no_digest);
  hash.add(bytes.substr(place + no_digest.size()));
  return hash.take_hex();
}

// Writing.

void require_utf8(std::string_view text) {
  if (!is_utf8(text)) throw ArgumentError("a name that is not UTF-8: " + json_string(text));
}

void check_metadata(const std::map<std::string, std::string>& metadata) {
  for (const auto& [key, text] : metadata) {
    require_utf8(key);
    require_utf8(text);
    if (key == kind_key || key == digest_key) {
      throw ArgumentError("metadata called '" + key + "', which is the checksum's name");
    }
  }
}

void check_tensor(const Tensor& tensor) {
  require_utf8(tensor.name);
  if (tensor.name == metadata_key) throw ArgumentError("a tensor that has the metadata's name");
  if (tensor.shape.size() > SafetensorsLimits::dimensions) {
    throw ArgumentError(fmt::format("the tensor {} has more than {} dimensions",
                                    json_string(tensor.name), SafetensorsLimits::dimensions));
  }
  if (size_in_bytes(tensor.dtype, tensor.shape) != tensor.bytes.size()) {
    throw ArgumentError(fmt::format("the {} bytes of the tensor {} are not {} of [{}]",
                                    tensor.bytes.size(), json_string(tensor.name), tensor.dtype,
                                    fmt::join(tensor.shape, ", ")));
  }
}

/// In the order of their bytes.
std::vector<const Tensor*> ordered(const std::vector<Tensor>& tensors) {
  if (tensors.size() > SafetensorsLimits::tensors) {
    throw ArgumentError(fmt::format("more than {} tensors", SafetensorsLimits::tensors));
  }
  std::vector<const Tensor*> order;
  for (const Tensor& tensor : tensors) {
    check_tensor(tensor);
    order.push_back(&tensor);
  }
  std::ranges::sort(order, {}, [](const Tensor* tensor) {
    return std::pair(-static_cast<int>(bits_of_dtype(tensor->dtype)),
                     std::string_view(tensor->name));
  });
  return order;
}

/// Two tensors of one name may differ in dtype, so that they are not neighbours in the order.
void check_names(const std::vector<const Tensor*>& order) {
  std::vector<std::string_view> names;
  for (const Tensor* tensor : order) names.emplace_back(tensor->name);
  std::ranges::sort(names);
  if (const auto twice = std::ranges::adjacent_find(names); twice != names.end()) {
    throw ArgumentError("two tensors are called " + json_string(*twice));
  }
}

std::string header_of(const std::vector<const Tensor*>& order,
                      std::map<std::string, std::string> metadata) {
  metadata.emplace(kind_key, digest_key);
  metadata.emplace(digest_key, no_digest);
  std::string members;
  for (const auto& [key, text] : metadata) {
    members +=
        fmt::format("{}{}:{}", members.empty() ? "" : ",", json_string(key), json_string(text));
  }
  std::string header = fmt::format("{{\"{}\":{{{}}}", metadata_key, members);
  std::size_t begin = 0;
  for (const Tensor* tensor : order) {
    const std::size_t end = begin + tensor->bytes.size();
    header += fmt::format(R"(,{}:{{"dtype":"{}","shape":[{}],"data_offsets":[{},{}]}})",
                          json_string(tensor->name), tensor->dtype, fmt::join(tensor->shape, ","),
                          begin, end);
    begin = end;
  }
  header += '}';
  header.resize((header.size() + length_size - 1) / length_size * length_size, ' ');
  return header;
}

// Reading.

/// The header's text and the bytes behind it.
std::pair<std::string_view, std::string_view> split(std::string_view bytes,
                                                    const std::string& name) {
  if (bytes.size() < length_size) refuse_file(name, "the file is cut short");
  std::uint64_t length = 0;
  for (std::size_t k = length_size; k-- > 0;) {
    length = length << 8 | static_cast<unsigned char>(bytes[k]);
  }
  if (length > SafetensorsLimits::header_bytes) {
    refuse_file(name, fmt::format("a header of {} bytes; at most {} are read", length,
                                  SafetensorsLimits::header_bytes));
  }
  bytes.remove_prefix(length_size);
  if (length > bytes.size()) refuse_file(name, "the file is cut short");
  return {bytes.substr(0, length), bytes.substr(length)};
}

/// Takes the checksum's members out of the metadata. Files without them are good.
void check_digest(std::string_view bytes, std::map<std::string, std::string>& metadata,
                  const std::string& name) {
  const auto kind = metadata.extract(std::string(kind_key));
  const auto digest = metadata.extract(std::string(digest_key));
  if (kind.empty() && digest.empty()) return;
  const bool complete = !digest.empty() && digest.mapped().size() == no_digest.size();
  const std::size_t place =
      complete ? place_of_digest(bytes, digest.mapped()) : std::string_view::npos;
  if (place == std::string_view::npos || digest_at(bytes, place) != digest.mapped()) {
    refuse_file(name, "the file is damaged: its checksum is wrong");
  }
}

/// The entry's tensor, whose bytes must begin where the tensors before it end.
Tensor tensor_of(HeaderEntry& entry, std::uint64_t begin, std::string_view buffer,
                 const std::string& name) {
  const auto refuse = [&](const std::string& what) {
    refuse_file(name, "the tensor " + json_string(entry.name) + " " + what);
  };
  if (bits_of_dtype(entry.dtype) == 0) refuse("is of an unknown dtype " + json_string(entry.dtype));
  if (entry.end < entry.begin) refuse("ends before it begins");
  if (entry.begin != begin) {
    refuse(entry.begin < begin ? "overlaps another one" : "has a hole before it");
  }
  if (entry.end > buffer.size()) refuse("goes on behind the end of the file: it is cut short");
  if (size_in_bytes(entry.dtype, entry.shape) != entry.end - entry.begin) {
    refuse(fmt::format("has {} bytes, which are not {} of [{}]", entry.end - entry.begin,
                       entry.dtype, fmt::join(entry.shape, ", ")));
  }
  return {std::move(entry.name), std::move(entry.dtype), std::move(entry.shape),
          std::string(buffer.substr(entry.begin, entry.end - entry.begin))};
}

std::vector<Tensor> tensors_of(std::vector<HeaderEntry> entries, std::string_view buffer,
                               const std::string& name) {
  // Tensors without numbers may share a place: then the names decide.
  std::ranges::sort(entries, {}, [](const HeaderEntry& entry) {
    return std::tuple(entry.begin, entry.end, std::string_view(entry.name));
  });
  std::vector<Tensor> tensors;
  std::uint64_t begin = 0;
  for (HeaderEntry& entry : entries) {
    const std::uint64_t end = entry.end;
    tensors.push_back(tensor_of(entry, begin, buffer, name));
    begin = end;
  }
  if (begin != buffer.size()) {
    refuse_file(name, fmt::format("{} bytes behind the last tensor", buffer.size() - begin));
  }
  return tensors;
}

}  // namespace

std::string safetensors_bytes(const TensorFile& file) {
  check_metadata(file.metadata);
  const std::vector<const Tensor*> order = ordered(file.tensors);
  check_names(order);
  const std::string header = header_of(order, file.metadata);
  if (header.size() > SafetensorsLimits::header_bytes) {
    throw ArgumentError(fmt::format("a header of {} bytes; at most {} are written", header.size(),
                                    SafetensorsLimits::header_bytes));
  }
  std::string bytes;
  for (std::size_t k = 0; k < length_size; ++k) {
    bytes += static_cast<char>(header.size() >> (8 * k));
  }
  bytes += header;
  for (const Tensor* tensor : order) bytes += tensor->bytes;
  const std::size_t place = place_of_digest(bytes, no_digest);
  return bytes.replace(place, no_digest.size(), digest_at(bytes, place));
}

TensorFile parse_safetensors(std::string_view bytes, const std::string& name) {
  const auto [text, buffer] = split(bytes, name);
  SafetensorsHeader header = parse_header(text, name);
  check_digest(bytes, header.metadata, name);
  return {tensors_of(std::move(header.entries), buffer, name), std::move(header.metadata)};
}

}  // namespace levelgrad::host
