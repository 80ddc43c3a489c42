// SPDX-License-Identifier: MIT
#include "config_text.h"

#include <gtest/gtest.h>

#include "levelgrad/error.h"

namespace levelgrad::app {
namespace {

/// The message of the error that the text is refused with.
std::string refusal(const std::string& text) {
  try {
    (void)parse_options(text, "run.toml");
  } catch (const DataError& error) {
    return error.what();
  }
  return "none";
}

TEST(ConfigText, ReadsToml) {
  const OptionValues expected = {{"data", {"my #1, \"best\".csv"}},
                                 {"hidden", {"16", "8"}},
                                 {"lr", {"1e-2"}},
                                 {"shuffle", {"false"}},
                                 {"split", {"0.8", "0.1", "0.1"}},
                                 {"target", {"\u00e9\t\"\\\n"}},
                                 {"activation", {"tanh"}},
                                 {"none", {}}};
  EXPECT_EQ(expected, parse_options("# a run\r\n"
                                    "data = 'my #1, \"best\".csv'  # quoted\r\n"
                                    "hidden=[16,8]\n\n"
                                    "  lr = 1e-2\n"
                                    "shuffle = false\n"
                                    "split = [\n  0.8,  # training\n  0.1, 0.1,\n]\n"
                                    "target = \"\\u00e9\\t\\\"\\\\\\n\"\n"
                                    "activation = tanh\n"
                                    "none = []",
                                    "run.toml"));
  EXPECT_TRUE(parse_options(" \n# nothing", "run.toml").empty());
}

TEST(ConfigText, ReadsWhatItWrites) {
  const std::vector<std::string> texts = {"",
                                          "moons",
                                          "1e-4",
                                          "true",
                                          "it's",
                                          "both ' and \"",
                                          "ends with \\",
                                          "a#b",
                                          "a,b",
                                          "[1]",
                                          " x ",
                                          "a\nb",
                                          std::string("\0\x1f\x7f", 3),
                                          "\xc3\xa9",
                                          "\xff",
                                          "nan",
                                          "'\t\\n'",
                                          "="};
  for (const std::string& text : texts) {
    const OptionValues values = {{"x", {text}}};
    EXPECT_EQ(values, parse_options(option_line("x", {text}), "run.toml")) << text;
  }
  const OptionValues all = {{"x", texts}};
  EXPECT_EQ(all, parse_options(option_line("x", texts), "run.toml"));
  EXPECT_EQ("lr = 0.5\n", option_line("lr", {"0.5"}));
  EXPECT_EQ("name = ['a', true]\n", option_line("name", {"a", "true"}));
}

TEST(ConfigText, SaysWhatIsWrongWhere) {
  EXPECT_EQ("run.toml, line 2: a section, where options stand", refusal("lr = 1\n[train]\n"));
  EXPECT_EQ("run.toml, line 3: 'lr' is there twice", refusal("lr = 1\n\nlr = 2"));
  EXPECT_EQ("run.toml, line 1: 'shuffle' without '=' and a value", refusal("shuffle\n"));
  EXPECT_EQ("run.toml, line 1: a name is missing", refusal("= 3"));
  EXPECT_EQ("run.toml, line 1: a value is missing", refusal("lr = # none\n"));
  EXPECT_EQ("run.toml, line 1: something behind the value of 'lr'", refusal("lr = 1 2"));
  for (const char* text : {"x = 'a", "x = \"a\n\"", "x = \"\\q\"", "x = \"\\ud800\"",
                           "x = \"\\u12\"", "x = [1 2]", "x = [1", "x = [[1]]", "x = \x01"}) {
    EXPECT_TRUE(refusal(text).starts_with("run.toml, line ")) << text;
  }
}

}  // namespace
}  // namespace levelgrad::app
