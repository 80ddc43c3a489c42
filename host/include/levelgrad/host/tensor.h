// SPDX-License-Identifier: MIT
//
// Named arrays of numbers, as files hold them.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace levelgrad::host {

/// An array of numbers as bytes: little-endian, row-major.
struct Tensor {
  std::string name;                  ///< UTF-8
  std::string dtype;                 ///< a name of the safetensors format: "F64", "F32", "U64"...
  std::vector<std::uint64_t> shape;  ///< empty: one number
  std::string bytes;

  friend bool operator==(const Tensor&, const Tensor&) = default;
};

/// How many bits a number of the dtype has; 0 where the safetensors format has no such dtype.
[[nodiscard]] unsigned bits_of_dtype(std::string_view dtype);

/// How many bytes such a tensor has. None where there is no such dtype, where the number does not
/// fit into 64 bits (as in the format's own reader, also if a later extent is 0), or where the last
/// byte would be filled in part.
[[nodiscard]] std::optional<std::uint64_t> size_in_bytes(std::string_view dtype,
                                                         std::span<const std::uint64_t> shape);

/// The dtype of a C++ type.
template <class N>
inline constexpr std::string_view dtype_of{};
template <>
inline constexpr std::string_view dtype_of<double>{"F64"};
template <>
inline constexpr std::string_view dtype_of<float>{"F32"};
template <>
inline constexpr std::string_view dtype_of<std::uint32_t>{"U32"};
template <>
inline constexpr std::string_view dtype_of<std::uint64_t>{"U64"};
template <>
inline constexpr std::string_view dtype_of<std::int64_t>{"I64"};

namespace detail {
/// Throws the DataError of a tensor that holds no numbers of the dtype.
void require_numbers(const Tensor& tensor, std::string_view dtype);
}  // namespace detail

/// The numbers as a tensor, bit for bit.
///
/// shape   row-major; its product is the count of numbers. Left out: [count].
template <class N>
[[nodiscard]] Tensor to_tensor(std::string name, std::span<const N> numbers,
                               std::optional<std::vector<std::uint64_t>> shape = {}) {
  static_assert(!dtype_of<N>.empty() && std::endian::native == std::endian::little);
  Tensor tensor{std::move(name), std::string(dtype_of<N>), {numbers.size()}, {}};
  if (shape) tensor.shape = *std::move(shape);
  tensor.bytes.resize(numbers.size_bytes());
  if (!numbers.empty()) {
    std::memcpy(tensor.bytes.data(), numbers.data(), numbers.size_bytes());
  }
  return tensor;
}

/// The tensor's numbers, bit for bit. Errors: DataError for one of another dtype.
template <class N>
[[nodiscard]] std::vector<N> numbers_of(const Tensor& tensor) {
  static_assert(!dtype_of<N>.empty() && std::endian::native == std::endian::little);
  detail::require_numbers(tensor, dtype_of<N>);
  std::vector<N> numbers(tensor.bytes.size() / sizeof(N));
  if (!numbers.empty()) std::memcpy(numbers.data(), tensor.bytes.data(), tensor.bytes.size());
  return numbers;
}

}  // namespace levelgrad::host
