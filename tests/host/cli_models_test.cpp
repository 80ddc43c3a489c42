// SPDX-License-Identifier: MIT
//
// `levelgrad train MODEL --models M`: beside the same trainings one by one.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "support/program_test.h"

namespace {

namespace fs = std::filesystem;
using levelgrad::testing::lines_of;
using levelgrad::testing::Outcome;
using levelgrad::testing::read;

class ManyModels : public levelgrad::testing::ProgramTest {
protected:
  /// The digits of the last loss of a training alone: "step 99 loss 0.0109 accuracy 100".
  std::string last_loss(const std::string& arguments) {
    const Outcome alone = run(arguments + " --save alone");
    EXPECT_EQ(0, alone.exit_code) << alone.err;
    std::string line;
    for (const std::string& each : lines_of(alone.out)) {
      if (each.starts_with("step")) line = each;
    }
    std::istringstream words(line);
    std::string word;
    while (words >> word && word != "loss") {
    }
    words >> word;
    return word.substr(0, word.find(','));
  }

  /// The words of the table's line of a model; none where it has none.
  static std::vector<std::string> row_of(const std::string& table, const std::string& model) {
    for (const std::string& line : lines_of(table)) {
      std::istringstream text(line);
      std::vector<std::string> words;
      for (std::string word; text >> word;) words.push_back(word);
      if (words.size() >= 6 && words[1] == model) return words;
    }
    return {};
  }
};

TEST_F(ManyModels, RatesAreAsTrainingsAlone) {
  const Outcome all = run("train moons --models 3 --sweep lr=0.1:1.0");
  EXPECT_EQ(0, all.exit_code) << all.err;
  const char* rates[] = {"0.1", "0.55", "1"};
  for (std::size_t m = 0; m < 3; ++m) {
    const std::vector<std::string> row = row_of(all.out, std::to_string(m));
    ASSERT_EQ(6U, row.size()) << all.out;
    EXPECT_EQ("1337", row[2]);
    EXPECT_EQ(rates[m], row[3]);
    EXPECT_EQ(last_loss(std::string("train moons --lr ") + rates[m]), row[4]);
  }
  EXPECT_EQ("3 models, 0 diverged", lines_of(all.out).back());
  EXPECT_NE(std::string::npos, all.err.find("3 of 3 models in ")) << all.err;
  EXPECT_FALSE(fs::exists(folder_ / "runs"));
  for (const char* how : {"--threads 1", "--threads 5", "--executor reference"}) {
    EXPECT_EQ(all.out, run(std::string("train moons --models 3 --sweep lr=0.1:1.0 ") + how).out);
  }
}

TEST_F(ManyModels, SeedsAreAsTrainingsAlone) {
  const Outcome all = run("train moons --models 3 --steps 8 --hidden 5");
  for (std::size_t m = 0; m < 3; ++m) {
    const std::string seed = std::to_string(1337 + m);
    const std::vector<std::string> row = row_of(all.out, std::to_string(m));
    ASSERT_EQ(6U, row.size()) << all.out;
    EXPECT_EQ(seed, row[2]);
    EXPECT_EQ(last_loss("train moons --steps 8 --hidden 5 --seed " + seed), row[4]);
  }
  EXPECT_EQ(all.out, run("train moons --models 3 --steps 8 --hidden 5 --seeds 1337:1339").out);
  EXPECT_NE(all.out, run("train moons --models 3 --steps 8 --hidden 5 --seed 3").out);
  // The points are those of --seed, and so is the first model.
  const std::string generated = "train moons --points 30 --steps 5 --seed 4";
  const Outcome points = run(generated + " --models 2");
  ASSERT_EQ(6U, row_of(points.out, "0").size()) << points.out << points.err;
  EXPECT_EQ(last_loss(generated), row_of(points.out, "0")[4]);
  const Outcome yin_yang = run("train yinyang --models 4 --steps 6 --sweep lr=0.05:0.1");
  ASSERT_EQ(6U, row_of(yin_yang.out, "3").size()) << yin_yang.out << yin_yang.err;
  EXPECT_EQ(last_loss("train yinyang --steps 6"), row_of(yin_yang.out, "3")[4]);
}

TEST_F(ManyModels, PenaltiesAreAsTrainingsAlone) {
  const std::string training = "train moons --steps 9 --hidden 5";
  const std::string sweep = training + " --models 3 --sweep penalty=0.001:0.1:log";
  const Outcome all = run(sweep);
  EXPECT_EQ(0, all.exit_code) << all.err;
  for (std::size_t m = 0; m < 3; ++m) {
    const std::vector<std::string> row = row_of(all.out, std::to_string(m));
    ASSERT_EQ(7U, row.size()) << all.out;
    EXPECT_EQ("1", row[3]);
    EXPECT_EQ(last_loss(training + " --l2 " + row[4]), row[5]);
  }
  EXPECT_EQ("0.001", row_of(all.out, "0")[4]);
  EXPECT_EQ("0.1", row_of(all.out, "2")[4]);
  for (const char* executor : {"reference", "host-native"}) {
    EXPECT_EQ(all.out, run(sweep + " --executor " + executor).out);
  }
}

// The numbers of one sweep beside each number of another.
TEST_F(ManyModels, PenaltiesWithRatesAndSeeds) {
  const std::string sweep =
      "train moons --steps 4 --hidden 3 --models 8 --seeds 7:8 --sweep lr=0.1:0.2 "
      "--sweep penalty=0.5:1 --json all.json --plot all.svg --dtype f32";
  EXPECT_EQ(0, run(sweep).exit_code);
  const auto models = nlohmann::json::parse(read(folder_ / "all.json")).at("models");
  ASSERT_EQ(8U, models.size());
  std::set<double> losses;
  for (std::size_t m = 0; m < 8; ++m) {
    EXPECT_EQ(m < 4 ? 0.1 : 0.2, models[m].at("lr"));
    EXPECT_EQ(m % 4 < 2 ? 0.5 : 1.0, models[m].at("penalty"));
    EXPECT_EQ(7 + m % 2, models[m].at("seed"));
    losses.insert(models[m].at("loss").get<double>());
  }
  EXPECT_EQ(8U, losses.size());
  EXPECT_NE(std::string::npos, read(folder_ / "all.svg").find(">lr<"));
  const std::string penalties = "train moons --steps 2 --models 2 --sweep penalty=1e-6:1e-2:log";
  EXPECT_EQ(0, run(penalties + " --plot penalties.svg").exit_code);
  EXPECT_NE(std::string::npos, read(folder_ / "penalties.svg").find(">penalty<"));
  // AdamW's decay is what yinyang has for a penalty, unless told otherwise.
  const std::string yin_yang = "train yinyang --steps 2 --models 2 --sweep penalty=0.1:1";
  expect_usage_error(yin_yang, "beside weight decay");
  EXPECT_EQ(0, run(yin_yang + " --weight-decay 0").exit_code);
}

TEST_F(ManyModels, RatesWithSeedsInFilesToo) {
  const Outcome all =
      run("train moons --models 6 --steps 5 --sweep lr=0.01:1:log --sweep "
          "seed=7:8 --json all.json --plot all.svg --top 2");
  EXPECT_EQ(0, all.exit_code) << all.err;
  EXPECT_EQ(4U, lines_of(all.out).size()) << all.out;
  const auto json = nlohmann::json::parse(read(folder_ / "all.json"));
  ASSERT_EQ(6U, json.at("models").size());
  const double rates[] = {0.01, 0.01, 0.1, 0.1, 1, 1};
  double best = 1e9;
  for (std::size_t m = 0; m < 6; ++m) {
    const auto& model = json.at("models")[m];
    EXPECT_EQ(m, model.at("model"));
    EXPECT_EQ(7 + m % 2, model.at("seed"));
    EXPECT_NEAR(rates[m], model.at("lr"), 1e-15);
    EXPECT_TRUE(model.at("diverged_at").is_null());
    best = std::min<double>(best, model.at("loss"));
  }
  EXPECT_EQ(best, std::stod(row_of(all.out, lines_of(all.out)[1].substr(5, 6).substr(
                                                lines_of(all.out)[1].substr(5, 6).rfind(' ') + 1))
                                .at(4)));
  const std::string svg = read(folder_ / "all.svg");
  EXPECT_NE(std::string::npos, svg.find("</svg>"));
  EXPECT_NE(std::string::npos, svg.find(">moons: 6 models<"));
  EXPECT_EQ(0, run("train moons --models 2 --steps 2 --plot all.png --dtype f32").exit_code);
  EXPECT_TRUE(read(folder_ / "all.png").starts_with("\x89PNG"));
}

TEST_F(ManyModels, ShowsWhichDiverged) {
  const Outcome some =
      run("train moons --models 3 --steps 20 --sweep lr=0.5:1e200 --json a.json "
          "--plot a.svg");
  EXPECT_EQ(0, some.exit_code) << some.err;
  EXPECT_NE(std::string::npos, some.out.find("diverged at step ")) << some.out;
  EXPECT_EQ("3 models, 2 diverged", lines_of(some.out).back());
  const auto json = nlohmann::json::parse(read(folder_ / "a.json"));
  EXPECT_TRUE(json.at("models")[0].at("loss").is_number());
  EXPECT_TRUE(json.at("models")[2].at("loss").is_null());
  EXPECT_TRUE(json.at("models")[2].at("diverged_at").is_number());
  EXPECT_NE(std::string::npos, read(folder_ / "a.svg").find(">diverged<"));

  const Outcome none = run("train moons --models 2 --sweep lr=1e200:2e200 --plot b.svg");
  EXPECT_EQ(5, none.exit_code) << none.err;
  EXPECT_NE(std::string::npos, none.err.find("all models diverged")) << none.err;
  EXPECT_FALSE(fs::exists(folder_ / "b.svg"));
}

TEST_F(ManyModels, RefusesWhatHasNoMeaning) {
  const std::string many = "train moons --steps 2 --models 4 ";
  expect_usage_error("train moons --sweep lr=0.1:1", "--sweep has a meaning with --models only");
  expect_usage_error("train moons --json a.json", "--json has a meaning with --models only");
  expect_usage_error(many + "--save out", "--save has no meaning with --models");
  expect_usage_error(many + "--strategy launches", "--strategy has no meaning with --models");
  expect_usage_error("train expressions --models 4", "--models has no meaning for expressions");
  expect_usage_error("train moons --models 1", "--models");
  expect_usage_error("train moons --models 100001", "--models");
  expect_usage_error("train moons --models 4 --steps 0", "--steps 0");
  expect_usage_error("train moons --models 1000 --steps 1000000", "more than 100000000 losses");
  expect_usage_error(many + "--sweep hidden=1:2",
                     "'hidden' cannot be swept; there are: lr, penalty, seed");
  for (const char* range : {"lr", "lr=", "lr=0.1", "lr=0.1:1:exp", "lr=1:2:log:3"}) {
    expect_usage_error(many + "--sweep " + range, "lr=FROM:TO");
  }
  for (const char* range : {"lr=0:1", "lr=1:inf", "lr=nan:1", "lr=-1:1", "lr=x:1", "lr=1:1e999"}) {
    expect_usage_error(many + "--sweep " + range, "is not a positive finite number");
  }
  expect_usage_error(many + "--sweep seed=4:1", "seed=1:64");
  expect_usage_error(many + "--sweep seed=1:x", "seed=1:64");
  expect_usage_error(many + "--sweep seed=0:18446744073709551615", "more seeds than");
  expect_usage_error(many + "--seeds 5", "seed=FIRST:LAST");
  expect_usage_error(many + "--seeds 1:3", "--models 4 with 3 seeds");
  expect_usage_error(many + "--seeds 1:3 --sweep lr=1:2", "a multiple of the seeds");
  expect_usage_error(many + "--seeds 1:4 --sweep lr=1:2", "one number");
  expect_usage_error(many + "--sweep penalty=0:1", "is not a positive finite number");
  expect_usage_error(many + "--sweep penalty=1", "penalty=FROM:TO");
  expect_usage_error(many + "--sweep penalty=1:2 --l2 1", "--l2 beside --sweep penalty");
  expect_usage_error(many + "--seeds 1:2 --sweep lr=1:2 --sweep penalty=1:2", "a square number");
  expect_usage_error(many + "--seeds 1:4 --sweep seed=1:4", "swept twice");
  expect_usage_error(many + "--sweep lr=1:2 --lr 1", "--lr beside --sweep lr");
  expect_usage_error(many + "--plot a.jpg", "ends neither in .svg nor in .png");
}

}  // namespace
