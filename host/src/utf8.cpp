// SPDX-License-Identifier: MIT
#include "utf8.h"

#include <array>
#include <cstddef>

namespace levelgrad::host {
namespace {

/// What a first byte says: how many bytes follow, and the bits that it brings itself.
struct Lead {
  std::size_t following;
  char32_t bits;
  bool valid;
};

Lead read_lead(unsigned char byte) {
  if (byte < 0x80) return {0, byte, true};
  if (byte >= 0xC2 && byte < 0xE0) return {1, byte & 0x1Fu, true};  // C0, C1: only overlong forms
  if (byte >= 0xE0 && byte < 0xF0) return {2, byte & 0x0Fu, true};
  if (byte >= 0xF0 && byte < 0xF5) return {3, byte & 0x07u, true};
  return {0, 0, false};
}

bool is_well_formed(char32_t code_point, std::size_t following) {
  constexpr std::array<char32_t, 4> smallest{0, 0x80, 0x800, 0x10000};
  const bool surrogate = code_point >= 0xD800 && code_point < 0xE000;
  return code_point >= smallest[following] && code_point <= 0x10FFFF && !surrogate;
}

}  // namespace

std::u32string decode_utf8(std::string_view text) {
  std::u32string code_points;
  for (std::size_t at = 0; at < text.size();) {
    const Lead lead = read_lead(static_cast<unsigned char>(text[at]));
    char32_t code_point = lead.bits;
    bool good = lead.valid && at + lead.following < text.size();
    for (std::size_t i = 1; good && i <= lead.following; ++i) {
      const auto byte = static_cast<unsigned char>(text[at + i]);
      good = (byte & 0xC0u) == 0x80u;
      code_point = (code_point << 6) | (byte & 0x3Fu);
    }
    good = good && is_well_formed(code_point, lead.following);
    code_points += good ? code_point : replacement_character;
    at += good ? lead.following + 1 : 1;
  }
  return code_points;
}

bool is_utf8(std::string_view text) {
  // A byte that is none of UTF-8 comes back as a replacement character, which has three.
  std::string again;
  for (const char32_t c : decode_utf8(text)) append_utf8(again, c);
  return again == text;
}

void append_utf8(std::string& text, char32_t code_point) {
  const auto put = [&text](char32_t byte) { text += static_cast<char>(byte); };
  const auto put_following = [&](unsigned shift) { put(0x80 | ((code_point >> shift) & 0x3F)); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xC0 | (code_point >> 6));
    put_following(0);
  } else if (code_point < 0x10000) {
    put(0xE0 | (code_point >> 12));
    put_following(6);
    put_following(0);
  } else {
    put(0xF0 | (code_point >> 18));
    put_following(12);
    put_following(6);
    put_following(0);
  }
}

}  // namespace levelgrad::host
