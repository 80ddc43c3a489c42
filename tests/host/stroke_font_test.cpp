// SPDX-License-Identifier: MIT
#include "stroke_font.h"

#include <gtest/gtest.h>

#include <map>

#include "utf8.h"

namespace levelgrad::host {
namespace {

std::string printable_ascii() {
  std::string text;
  for (char c = ' '; c <= '~'; ++c) {
    text += c;
  }
  return text;
}

TEST(StrokeFont, DrawsAllPrintableAsciiInsideTheLine) {
  for (const char c : printable_ascii()) {
    SCOPED_TRACE(c);
    EXPECT_TRUE(has_glyph(static_cast<char32_t>(c)));
    const std::string text(1, c);
    const double advance = text_width(text, 20);
    EXPECT_GT(advance, 2);
    EXPECT_LT(advance, 20);
    const auto lines = text_strokes(text, 20);
    EXPECT_EQ(lines.empty(), c == ' ');
    for (const auto& line : lines) {
      EXPECT_GE(line.size(), 2u);
      for (const Point& point : line) {
        EXPECT_GE(point.x, -0.5);
        EXPECT_LE(point.x, advance);
        EXPECT_GE(point.y, -15.5);  // up to the ascender
        EXPECT_LE(point.y, 4);      // down to the descender
      }
    }
  }
}

TEST(StrokeFont, NoTwoCharactersLookTheSame) {
  std::map<std::vector<std::vector<double>>, char> seen;
  for (const char c : printable_ascii()) {
    std::vector<std::vector<double>> drawing;
    for (const auto& line : text_strokes(std::string(1, c), 20)) {
      for (const Point& point : line) {
        drawing.push_back({point.x, point.y});
      }
    }
    const auto [at, is_new] = seen.emplace(drawing, c);
    EXPECT_TRUE(is_new) << c << " looks like " << at->second;
  }
}

TEST(StrokeFont, DigitsAreEquallyWideAndLettersAreNot) {
  for (char c = '0'; c <= '9'; ++c) {
    EXPECT_EQ(text_width(std::string(1, c), 12), text_width("0", 12));
  }
  EXPECT_LT(text_width("i", 12), text_width("m", 12) / 2);
}

TEST(StrokeFont, ScalesAndAddsUp) {
  EXPECT_NEAR(text_width("level", 24), 2 * text_width("level", 12), 1e-12);
  EXPECT_NEAR(text_width("ab", 12), text_width("a", 12) + text_width("b", 12), 1e-12);
  EXPECT_GT(text_width("ab", 12, true), text_width("ab", 12));
  EXPECT_EQ(text_width("", 12), 0);
}

TEST(StrokeFont, ShowsABoxForOtherCharacters) {
  for (const char32_t c : {U'\x1f', U'\x7f', U'\u00e9'}) {
    EXPECT_FALSE(has_glyph(c));
  }
  EXPECT_EQ(text_strokes("\xc3\xa9", 12).size(), 1u);  // one character of two bytes
  EXPECT_EQ(text_strokes("\xc3\xa9", 12), text_strokes("\x7f", 12));
}

TEST(Utf8, DecodesAndReplacesWhatIsNotWellFormed) {
  EXPECT_EQ(decode_utf8("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"), U"a\u00e9\u20ac\U0001F600");
  const std::u32string bad(1, replacement_character);
  EXPECT_EQ(decode_utf8("\xff"), bad);
  EXPECT_EQ(decode_utf8("\xc3"), bad);                      // cut short
  EXPECT_EQ(decode_utf8("\xc0\xaf"), bad + bad);            // overlong
  EXPECT_EQ(decode_utf8("\xed\xa0\x80"), bad + bad + bad);  // a surrogate
  EXPECT_EQ(decode_utf8("\xc3(").back(), U'(');             // the next character survives
}

TEST(Utf8, AppendIsTheInverse) {
  const std::string text = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80";
  std::string again;
  for (const char32_t c : decode_utf8(text)) {
    append_utf8(again, c);
  }
  EXPECT_EQ(again, text);
}

}  // namespace
}  // namespace levelgrad::host
