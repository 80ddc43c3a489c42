// SPDX-License-Identifier: MIT
#include "levelgrad/host/tensor.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "json_text.h"
#include "levelgrad/error.h"

namespace levelgrad::host {
namespace {

struct Dtype {
  std::string_view name;
  unsigned bits;
};

constexpr auto dtypes = std::to_array<Dtype>({
    {"BOOL", 8},        {"F4", 4},      {"F6_E2M3", 6}, {"F6_E3M2", 6}, {"U8", 8},
    {"I8", 8},          {"F8_E5M2", 8}, {"F8_E4M3", 8}, {"F8_E8M0", 8}, {"F8_E4M3FNUZ", 8},
    {"F8_E5M2FNUZ", 8}, {"I16", 16},    {"U16", 16},    {"F16", 16},    {"BF16", 16},
    {"I32", 32},        {"U32", 32},    {"F32", 32},    {"C64", 64},    {"F64", 64},
    {"I64", 64},        {"U64", 64},
});

}  // namespace

unsigned bits_of_dtype(std::string_view dtype) {
  const auto* const found = std::ranges::find(dtypes, dtype, &Dtype::name);
  return found == dtypes.end() ? 0 : found->bits;
}

std::optional<std::uint64_t> size_in_bytes(std::string_view dtype,
                                           std::span<const std::uint64_t> shape) {
  const unsigned bits = bits_of_dtype(dtype);
  std::uint64_t size = 1;
  for (const std::uint64_t extent : shape) {
    if (__builtin_mul_overflow(size, extent, &size)) return std::nullopt;
  }
  if (bits == 0 || __builtin_mul_overflow(size, bits, &size) || size % 8 != 0) return std::nullopt;
  return size / 8;
}

void detail::require_numbers(const Tensor& tensor, std::string_view dtype) {
  const bool whole = tensor.bytes.size() % (bits_of_dtype(dtype) / 8) == 0;
  if (tensor.dtype == dtype && whole) return;
  throw DataError(fmt::format("the tensor {} has {} bytes of {}, and no numbers of {}",
                              json_string(tensor.name), tensor.bytes.size(), tensor.dtype, dtype));
}

}  // namespace levelgrad::host
