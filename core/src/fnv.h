// SPDX-License-Identifier: MIT
//
// The hash of files and Programs: FNV-1a with 128 bits.
//
// source   Fowler, Noll, Vo & Eastlake, "The FNV Non-Cryptographic Hash Algorithm".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace levelgrad::detail {

__extension__ using Word128 = unsigned __int128;

/// 16 bytes, the lowest first.
[[nodiscard]] inline std::string fnv1a_128(std::string_view bytes) {
  const auto word = [](std::uint64_t high, std::uint64_t low) {
    return (static_cast<Word128>(high) << 64) | low;
  };
  const Word128 prime = word(0x0000000001000000, 0x000000000000013B);
  Word128 hash = word(0x6C62272E07BB0142, 0x62B821756295C58D);
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * prime;
  std::string result;
  for (int k = 0; k < 16; ++k) result.push_back(static_cast<char>(hash >> (8 * k)));
  return result;
}

/// Two hexadecimal digits for each byte.
[[nodiscard]] inline std::string hexadecimal(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

}  // namespace levelgrad::detail
