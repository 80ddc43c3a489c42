// SPDX-License-Identifier: MIT
#include "fitted_text.h"

#include <gtest/gtest.h>

namespace levelgrad::host {
namespace {

TEST(FittedText, KeepsWhatFitsAndCutsTheRestByCharacters) {
  EXPECT_EQ(fitted("setosa", 100, 11), "setosa");
  const std::string accents = "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9";
  const std::string cut = fitted(accents, 60, 10);
  EXPECT_EQ(cut.substr(cut.size() - 3), "...");
  EXPECT_EQ(cut.size() % 2, 1u) << "half a character is left";
  EXPECT_LE(safe_text_width(cut, 10), 60);
  EXPECT_GT(safe_text_width(cut, 10), 45);
}

TEST(FittedText, TakesUnknownCharactersAsWideAsHigh) {
  EXPECT_EQ(safe_text_width("\xe6\x97\xa5\xe6\x9c\xac", 20), 40);
}

}  // namespace
}  // namespace levelgrad::host
