// SPDX-License-Identifier: MIT
//
// `levelgrad train`, `eval`, `predict`, `convert` on files of one's own.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "support/training_files.h"

namespace {

namespace fs = std::filesystem;
using levelgrad::testing::clouds;
using levelgrad::testing::kinds;
using levelgrad::testing::lines_of;
using levelgrad::testing::Outcome;
using levelgrad::testing::Point;
using levelgrad::testing::read;

class Training : public levelgrad::testing::TrainingTest {
protected:
  void SetUp() override {
    TrainingTest::SetUp();
    write_three();
  }
  /// Trains a few epochs of three.csv in the folder "run".
  Outcome train(const std::string& more) {
    return run_well("train --data three.csv --steps 9 --device cpu --save run " + more);
  }
};

TEST_F(Training, LearnsClassesAndNumbersHoweverTheyAreWritten) {
  write_three("semicolons.csv", ";");
  write_three("bare.csv", ",", false);
  const std::string options = " --epochs 60 --lr 0.03 --save run";
  const Outcome three = run_well("train --data three.csv" + options);
  EXPECT_EQ(100, number_after(last(three, "final"), "accuracy"));
  EXPECT_EQ(three.out, run_well("train --data semicolons.csv --delimiter ';'" + options).out);
  EXPECT_EQ(three.out, run_well("train --data bare.csv" + options).out);
  EXPECT_EQ(three.out, run_well("train --data three.csv --target kind" + options).out);
  EXPECT_EQ(three.out, run_well("train --data three.csv --target 4" + options).out);
  write_line("line.tsv", "\t");
  const Outcome line = run_well("train --data line.tsv --delimiter tab" + options);
  EXPECT_GT(number_after(last(line, "final"), "r2"), 0.9);
}

TEST_F(Training, LearnsTwoSides) {
  std::string words = "x,y,side\n", signs = "x,y,side\r\n";
  for (const Point& p : clouds()) {
    if (p.kind == 0) continue;
    const std::string row = std::to_string(p.x) + "," + std::to_string(p.y) + ",";
    words += row + (p.kind == 1 ? "right" : "up") + "\n";
    signs += row + (p.kind == 1 ? "-1" : "1") + "\r\n";
  }
  write("words.csv", words);
  write("signs.csv", signs);
  for (const char* loss : {"hinge", "binary-cross-entropy", "auto"}) {
    const std::string options = " --epochs 20 --lr 0.03 --save run --loss " + std::string(loss);
    const Outcome of_words = run_well("train --data words.csv" + options);
    EXPECT_EQ(100, number_after(last(of_words, "final"), "accuracy")) << loss;
    EXPECT_EQ(of_words.out, run_well("train --data signs.csv" + options).out) << loss;
    EXPECT_EQ(100, number_after(last(of_words, "final"), "val_accuracy")) << loss;
  }
  EXPECT_TRUE(fs::exists(folder_ / "run/signs.svg"));  // the boundary between two features
}

TEST_F(Training, TakesTheMeanOfMissingCellsOrDropsTheirRows) {
  std::string holes = read(folder_ / "three.csv");
  const std::size_t cell = holes.find('\n') + 1;
  holes.erase(cell, holes.find(',', cell) - cell);
  write("holes.csv", holes);
  const std::string command = "train --data holes.csv --epochs 2 --split 1,0,0 --save run ";
  const Outcome refused = run(command);
  EXPECT_EQ(3, refused.exit_code);
  EXPECT_NE(std::string::npos, refused.err.find("line 2, column 1 ('x')")) << refused.err;
  EXPECT_NE(run_well(command + "--missing drop").out, run_well(command + "--missing mean").out);
}

TEST_F(Training, ReadsNpyAsCsv) {
  const Outcome converted = run_well("convert --data three.csv -o three.npy");
  EXPECT_NE(std::string::npos, converted.err.find("2 is with space, and comma")) << converted.err;
  const std::string options = " --epochs 5 --save run";
  const Outcome csv = run_well("train --data three.csv" + options);
  EXPECT_EQ(csv.out, run_well("train --data three.npy" + options).out);
  EXPECT_TRUE(run_well("eval run --data three.npy").out.starts_with("90 examples"));
}

TEST_F(Training, TakesAllOptionsOfOptimizersAndSchedules) {
  std::set<std::string> seen = {fingerprint(train(""))};
  for (const char* options : {"--optimizer sgd",
                              "--optimizer sgd --momentum 0.9",
                              "--optimizer adam",
                              "--optimizer sgd --momentum 0.9 --nesterov",
                              "--optimizer adam --beta1 0.5",
                              "--optimizer sgd --momentum 0.9 --dampening 0.5",
                              "--optimizer rmsprop",
                              "--optimizer rmsprop --alpha 0.5",
                              "--optimizer adagrad",
                              "--optimizer adagrad --lr-decay 0.1",
                              "--schedule linear",
                              "--schedule cosine",
                              "--schedule linear --lr-end 0",
                              "--schedule step",
                              "--schedule step --lr-step 2",
                              "--schedule step --lr-gamma 0.5",
                              "--warmup 4",
                              "--l1 0.01",
                              "--l2 0.01",
                              "--clip-norm 0.1",
                              "--weight-decay 0.3",
                              "--eps 1e-3",
                              "--batch 7",
                              "--batch full",
                              "--no-shuffle",
                              "--no-standardize",
                              "--split 0.5,0.25,0.25",
                              "--split 1,0,0",
                              "--activation relu",
                              "--activation linear",
                              "--hidden 0",
                              "--hidden 8,8",
                              "--seed 7",
                              "--weights micrograd",
                              "--weights eureka",
                              "--lr 0.02",
                              "--dtype f32"}) {
    EXPECT_TRUE(seen.insert(fingerprint(train(options))).second) << options;
  }
  EXPECT_EQ(fingerprint(train("")), fingerprint(train("--batch 32 --optimizer adamw")));
}

TEST_F(Training, ReportsAsOftenAsIsWanted) {
  const Outcome often = run_well(
      "train --data three.csv --steps 20 --report-every 5 --fingerprint-every 4 --log run.jsonl");
  const std::vector<std::string> lines = lines_of(often.out);
  ASSERT_EQ(4U + 5 + 2, lines.size()) << often.out;
  EXPECT_TRUE(lines[1].starts_with("step 4 fingerprint "));
  EXPECT_TRUE(lines[2].starts_with("step 5 loss "));
  EXPECT_EQ("step 20 fingerprint " + fingerprint(often), lines[8]);
  const std::vector<std::string> log = lines_of(read(folder_ / "run.jsonl"));
  ASSERT_EQ(4U, log.size());
  for (std::size_t k = 0; k < log.size(); ++k)
    EXPECT_EQ(5 * k, nlohmann::json::parse(log[k])["step"]);
  EXPECT_EQ(number_after(lines[2], "val_loss"), nlohmann::json::parse(log[1])["val_loss"]);
}

TEST_F(Training, StopsWhereNothingGetsBetter) {
  const Outcome stopped =
      run_well("train --data three.csv --lr 0.3 --epochs 2000 --patience 3 --weight-decay 0.9");
  EXPECT_NE(std::string::npos, stopped.err.find("stopped early")) << stopped.err;
  EXPECT_LT(lines_of(stopped.out).size(), 2000U);
}

TEST_F(Training, BatchesAreOfAllExamplesWhereThereAreFew) {
  std::istringstream all(read(folder_ / "three.csv"));
  std::string few, line;
  for (int i = 0; i < 11 && std::getline(all, line); ++i) few += line + "\n";
  write("few.csv", few);
  const std::string command = "train --data few.csv --split 1,0,0 --epochs 3 --save run ";
  EXPECT_EQ(run_well(command).out, run_well(command + "--batch 10").out);
}

TEST_F(Training, BeginsWithOtherParameters) {
  const Outcome first = train("--split 1,0,0");
  for (const char* file : {"run", "run/model.safetensors", "run/checkpoint.safetensors"}) {
    const Outcome again = run_well(
        "train --data three.csv --split 1,0,0 --steps 0 --save other --init " + std::string(file));
    EXPECT_EQ(last(first, "final"), last(again, "final")) << file;
  }
  const Outcome narrow = run_well(
      "train --data three.csv --split 1,0,0 --steps 0 --save other --dtype f32 --init run");
  EXPECT_NEAR(number_after(last(first, "final"), "loss"),
              number_after(last(narrow, "final"), "loss"), 1e-6);
  const Outcome refused = run("train --data three.csv --hidden 5 --save other --init run");
  EXPECT_EQ(3, refused.exit_code) << refused.err;
  EXPECT_NE(std::string::npos, refused.err.find("layers.0.weight")) << refused.err;
}

TEST_F(Training, FlagsWinOverEnvironmentConfigPresetAndDefaults) {
  write("run.toml", "preset = 'moons'\nlr = 0.25\nseed = 3\nhidden = [4, 5]\n");
  const auto value = [&](const std::string& name, const std::string& arguments,
                         const std::string& environment = "") {
    const Outcome outcome = run_well("train --dump-config " + arguments, environment);
    for (const std::string& line : lines_of(outcome.out)) {
      if (line.starts_with(name + " = ")) return line.substr(name.size() + 3);
    }
    return std::string();
  };
  EXPECT_EQ("0.5", value("lr", "--config run.toml --lr 0.5", "LEVELGRAD_LR=0.125"));
  EXPECT_EQ("0.125", value("lr", "--config run.toml", "LEVELGRAD_LR=0.125"));
  EXPECT_EQ("0.25", value("lr", "--config run.toml"));
  EXPECT_EQ("1", value("lr", "moons"));
  EXPECT_EQ("0.01", value("lr", "--data three.csv"));
  EXPECT_EQ("[4, 5]", value("hidden", "--config run.toml"));
  EXPECT_EQ("[6, 7]", value("hidden", "--config run.toml", "LEVELGRAD_HIDDEN=6,7"));
  EXPECT_EQ("[0.5, 0.25, 0.25]", value("split", "circles", "LEVELGRAD_SPLIT=0.5,0.25,0.25"));
}

TEST_F(Training, StepsAndEpochsReplaceEachOther) {
  write("steps.toml", "data = 'three.csv'\nsteps = 7\nsave = 'run'\n");
  EXPECT_EQ(fingerprint(train("")), fingerprint(run_well("train --config steps.toml --epochs 3")));
  EXPECT_EQ(fingerprint(run_well("train --data three.csv --steps 7")),
            fingerprint(run_well("train --config steps.toml")));
  expect_usage_error("train --data three.csv --steps 7 --epochs 3", "--epochs beside --steps");
}

TEST_F(Training, DumpedPresetsTrainTheSameBits) {
  for (const char* preset :
       {"moons", "yinyang", "circles", "xor", "spiral", "blobs", "regression"}) {
    const Outcome dumped = run_well("train --dump-config " + std::string(preset));
    EXPECT_EQ("", dumped.err);
    write("dumped.toml", dumped.out);
    const Outcome plain = run_well("train --epochs 2 --save run " + std::string(preset));
    const Outcome config = run_well("train --epochs 2 --save again --config dumped.toml");
    EXPECT_EQ(plain.out, config.out) << preset;
    EXPECT_EQ(read(folder_ / "run/model.safetensors"), read(folder_ / "again/model.safetensors"));
  }
}

TEST_F(Training, EvalSaysWhatTheTrainingSaid) {
  for (const char* dtype : {"f64", "f32"}) {
    const std::string final = last(train("--split 1,0,0 --dtype " + std::string(dtype)), "final");
    for (const char* model : {"run", "run/model.safetensors"}) {
      const auto json =
          nlohmann::json::parse(run_well("eval --json --data three.csv " + std::string(model)).out);
      const double said = number_after(final, "loss"), loss = json["loss"];
      EXPECT_EQ(static_cast<float>(said), static_cast<float>(loss));
      EXPECT_TRUE(said == loss || std::string(dtype) == "f32");
      EXPECT_DOUBLE_EQ(number_after(final, "accuracy"), 100 * json["accuracy"].get<double>());
    }
  }
  write_line();
  const Outcome line = run_well("train --data line.csv --epochs 3 --split 1,0,0 --save run");
  const auto json = nlohmann::json::parse(run_well("eval --json --data line.csv run").out);
  EXPECT_EQ(number_after(last(line, "final"), "loss"), json["loss"]);
  EXPECT_NEAR(number_after(last(line, "final"), "r2"), json["r2"], 1e-12);
}

TEST_F(Training, PredictsByTheNamesOfColumns) {
  run_well("train --data three.csv --epochs 30 --lr 0.05 --save run");
  const Outcome predicted = run_well("predict run --data three.csv --probabilities");
  std::string turned = "kind,note,size,y,x\n", without = "size,y,x\n";
  for (const Point& p : clouds()) {
    const std::string row = nlohmann::json(p.size).dump() + "," + nlohmann::json(p.y).dump() + "," +
                            nlohmann::json(p.x).dump() + "\n";
    turned += "plain,any text," + row;
    without += row;
  }
  write("turned.csv", turned);
  write("without.csv", without);
  const std::string all = run_well("predict run --data without.csv --probabilities").out;
  EXPECT_EQ(all, run_well("predict run --data turned.csv --probabilities").out);
  const std::vector<std::string> lines = lines_of(predicted.out);
  ASSERT_EQ(91U, lines.size());
  const std::string header =
      R"csv(kind,"p(a ""quoted"" one)",p(plain),"p(with space, and comma)")csv";
  EXPECT_EQ(header, lines[0]);
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::string& kind = kinds[(i - 1) % 3];
    const std::string cell = kind == "plain" ? kind : levelgrad::testing::quoted(kind);
    EXPECT_TRUE(lines[i].starts_with(cell + ",")) << lines[i];
    std::istringstream shares(lines[i].substr(cell.size() + 1));
    double total = 0;
    for (std::string share; std::getline(shares, share, ',');) total += std::stod(share);
    EXPECT_NEAR(1, total, 1e-15);
  }
}

// A network begins around 0: prices are learnt as multiples of their deviation, and told as prices.
TEST_F(Training, LearnsNumbersFarFromZero) {
  std::ofstream file(folder_ / "prices.csv");
  file << "size,price\n";
  for (int i = 0; i < 60; ++i) file << 30 + i << "," << 50000 + 3000 * i << "\n";
  file.close();
  const std::string how = "train --data prices.csv --task regression --hidden 8 --epochs 100 ";
  (void)run_well(how + "--split 1,0,0 --save run");
  const auto judged = nlohmann::json::parse(run_well("eval run prices.csv --json").out);
  EXPECT_GT(judged.at("r2"), 0.99);
  EXPECT_GT(judged.at("mean_absolute_error"), 1);  // in prices
  const std::vector<std::string> lines = lines_of(run_well("predict run prices.csv").out);
  ASSERT_EQ(61U, lines.size());
  EXPECT_EQ("price", lines[0]);
  for (const int i : {0, 30, 59}) {
    EXPECT_NEAR(50000 + 3000 * i, std::stod(lines[static_cast<std::size_t>(i) + 1]), 20000) << i;
  }
  (void)run_well(how + "--split 1,0,0 --no-standardize --save raw");
  EXPECT_LT(nlohmann::json::parse(run_well("eval raw prices.csv --json").out).at("r2"), 0);
}

TEST_F(Training, ShowsABarOnTerminalsOnly) {
  const std::string command = "train --data three.csv --epochs 3 --save run";
  EXPECT_EQ(std::string::npos, run_well(command).err.find('\r'));
  if (std::system("script --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "there is no script";
  const Outcome terminal = run(
      "-qec \"" + levelgrad::testing::path_of_program() + " " + command + " >/dev/null\" /dev/null",
      "", "script");
  EXPECT_EQ(0, terminal.exit_code);
  for (const char* part : {"\r", "3/9", "loss ", "accuracy ", " examples/s", " left"}) {
    EXPECT_NE(std::string::npos, terminal.out.find(part)) << part;
  }
}

}  // namespace
