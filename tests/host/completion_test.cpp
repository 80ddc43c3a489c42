// SPDX-License-Identifier: MIT
//
// Shell completion as shells see it: bash completes for real, and so does fish where it is there.
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "support/program_test.h"

namespace {

using levelgrad::testing::lines_of;
using levelgrad::testing::Outcome;
using Words = std::vector<std::string>;

class Completion : public levelgrad::testing::ProgramTest {
protected:
  /// What a shell prints that has read the program's script for it.
  Words printed(const std::string& shell, const std::string& commands) {
    std::ofstream(folder_ / "script") << run("completion " + shell).out;
    const char* first = shell == "zsh" ? "autoload -U compinit\ncompinit -u -D\n" : "";
    std::ofstream(folder_ / "commands") << first << "source ./script\n" << commands;
    const Outcome outcome = run("commands", "", shell);
    EXPECT_EQ(0, outcome.exit_code) << commands;
    EXPECT_EQ("", outcome.err) << commands;
    return lines_of(outcome.out);
  }

  /// What bash offers for the last of the words.
  Words offered(const Words& words) {
    std::string list;
    for (const std::string& word : words) list += " '" + word + "'";
    return printed("bash", "COMP_WORDS=(levelgrad" + list +
                               ") COMP_CWORD=" + std::to_string(words.size()) +
                               "\n_levelgrad\n"
                               "for word in \"${COMPREPLY[@]}\"; do echo \"$word\"; done\n");
  }

  bool lacks(const std::string& shell) { return run("-c true", "", shell).exit_code != 0; }
};

TEST_F(Completion, RegistersWithBash) {
  EXPECT_EQ(Words{"complete -F _levelgrad levelgrad"}, printed("bash", "complete -p levelgrad\n"));
}

TEST_F(Completion, OffersCommandsAndOptions) {
  EXPECT_EQ(Words{"train"}, offered({"tr"}));
  EXPECT_EQ((Words{"--help", "--version"}), offered({"--"}));
  EXPECT_EQ(Words{"--hidden"}, offered({"train", "moons", "--hid"}));
  EXPECT_EQ(Words{}, offered({"train", "moons", "--nothing"}));
}

TEST_F(Completion, OffersChoices) {
  EXPECT_EQ((Words{"f64", "f32"}), offered({"train", "moons", "--dtype", ""}));
  EXPECT_EQ((Words{"f64", "f32"}), offered({"train", "moons", "--dtype", "="}));
  EXPECT_EQ(Words{"f32"}, offered({"train", "moons", "--dtype", "=", "f3"}));
  EXPECT_EQ(Words{"reference"}, offered({"parity", "moons", "--executor", "re"}));
  EXPECT_EQ(Words{}, offered({"train", "--steps", ""}));
}

TEST_F(Completion, KnowsWhichArgumentIsNext) {
  const Words models = {"moons",  "yinyang", "circles",    "xor",
                        "spiral", "blobs",   "regression", "expressions"};
  EXPECT_EQ(models, offered({"train", ""}));
  EXPECT_EQ(models, offered({"train", "--hidden", "4", ""}));
  EXPECT_EQ(models, offered({"train", "--hidden", "=", "4", ""}));
  EXPECT_EQ(Words{"moons"}, offered({"graph", "--fold", "m"}));
  EXPECT_EQ(Words{}, offered({"train", "moons", ""}));
}

TEST_F(Completion, OffersFilesAndFolders) {
  std::ofstream(folder_ / "net work.txt") << "a Program";
  std::filesystem::create_directory(folder_ / "nets");
  const auto sorted = [](Words words) {  // files come in the folder's own order
    std::ranges::sort(words);
    return words;
  };
  EXPECT_EQ((Words{"net work.txt", "nets"}), sorted(offered({"emit", "ne"})));
  EXPECT_EQ(Words{"moons"}, offered({"emit", "mo"}));
  EXPECT_EQ((Words{"net work.txt", "nets"}), sorted(offered({"emit", "moons", "-o", "ne"})));
  EXPECT_EQ(Words{"nets"}, offered({"train", "moons", "--save", "ne"}));
  EXPECT_EQ((Words{"net work.txt", "nets"}), sorted(offered({"train", "--data", "ne"})));
}

// Whoever adds a command gets its completion.
TEST_F(Completion, NamesAllThatTheHelpNames) {
  const std::string zsh = run("completion zsh").out, fish = run("completion fish").out;
  const std::regex option_line("(?:^|\n)  (?:-[a-z],)?--([a-z0-9-]+)");
  int options = 0;
  for (const std::string& command : offered({""})) {
    const std::string help = run(command + " --help").out;
    const Words words = offered({command, "--"});
    const std::set<std::string> known(words.begin(), words.end());
    for (std::sregex_iterator it(help.begin(), help.end(), option_line), end; it != end; ++it) {
      const std::string name = it->str(1);
      EXPECT_TRUE(known.contains("--" + name)) << command << " --" << name;
      EXPECT_TRUE(std::regex_search(zsh, std::regex("'\\*--" + name + "=?\\["))) << name;
      EXPECT_NE(std::string::npos, fish.find(" -l " + name + " ")) << name;
      ++options;
    }
  }
  EXPECT_GT(options, 50);
}

TEST_F(Completion, CompletesInFish) {
  if (lacks("fish")) GTEST_SKIP() << "there is no fish";
  const auto first_words = [this](const std::string& line) {
    Words words = printed("fish", "complete -C '" + line + "'");
    for (std::string& word : words) word = word.substr(0, word.find('\t'));
    return words;
  };
  EXPECT_EQ(Words{"train"}, first_words("levelgrad tr"));
  EXPECT_EQ((Words{"--hidden"}), first_words("levelgrad train --hid"));
  EXPECT_EQ((Words{"f32", "f64"}), first_words("levelgrad train --dtype "));
  EXPECT_EQ(Words{"moons"}, first_words("levelgrad train mo"));
}

TEST_F(Completion, IsGoodZsh) {
  if (lacks("zsh")) GTEST_SKIP() << "there is no zsh";
  EXPECT_EQ((Words{"_levelgrad"}), printed("zsh", "print $_comps[levelgrad]\n"));
}

}  // namespace
