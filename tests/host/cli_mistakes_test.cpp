// SPDX-License-Identifier: MIT
//
// What users get wrong, and what breaks: one clear message, the right exit code, nothing lost.
#include <gtest/gtest.h>

#include <regex>

#include "support/training_files.h"

namespace {

namespace fs = std::filesystem;
using levelgrad::testing::lines_of;
using levelgrad::testing::Outcome;
using levelgrad::testing::read;

class Mistakes : public levelgrad::testing::TrainingTest {
protected:
  void SetUp() override {
    TrainingTest::SetUp();
    write_three();
    write_line();
  }

  /// A message of one line that has the word, and at most a hint; nothing on stdout.
  Outcome expect_refused(const std::string& arguments, int exit_code, const std::string& word,
                         const std::string& prefix = "") {
    Outcome outcome = run(arguments, prefix);
    EXPECT_EQ(exit_code, outcome.exit_code) << arguments << '\n' << outcome.err;
    EXPECT_EQ("", outcome.out) << arguments;
    EXPECT_NE(std::string::npos, outcome.err.find(word)) << arguments << '\n' << outcome.err;
    const std::vector<std::string> lines = lines_of(outcome.err);
    EXPECT_FALSE(lines.empty());
    if (lines.empty()) return outcome;
    EXPECT_TRUE(lines[0].starts_with("levelgrad: ")) << outcome.err;
    EXPECT_LT(lines[0].size(), 400U) << outcome.err;
    EXPECT_TRUE(lines.size() == 1 || (lines.size() == 2 && lines[1].starts_with("hint: ")))
        << outcome.err;
    return outcome;
  }
};

TEST_F(Mistakes, InFiles) {
  write("empty.csv", "");
  write("header.csv", "a,b,y\n");
  write("one.csv", "a,b,y\n1,2,x\n");
  write("class.csv", "a,b,y\n1,2,x\n3,4,x\n5,6,x\n");
  write("constant.csv", "a,b,y\n1,5,x\n2,5,z\n3,5,x\n4,5,z\n");
  write("constants.csv", "a,b,y\n7,5,x\n7,5,z\n7,5,x\n");
  write("short.csv", "a,b,y\n1,2,3\n1,2\n");
  write("word.csv", "a,b,y\n1,2,3\n1,two,4\n");
  write("huge.csv", "a,b,y\n1e308,2,x\n-1e308,3,z\n1e308,5,x\n-1e308,7,z\n");
  write("infinite.csv", "a,b,y\n1e400,2,3\n1,2,3\n");
  write("twice.csv", "a,a,y\n1,2,3\n1,2,3\n");
  std::string garbage;
  for (unsigned i = 0; i < 4000; ++i) garbage += static_cast<char>(i * 2654435761U >> 24);
  write("garbage.csv", garbage);
  write("half.npy", "\x93NUMPY\x01");
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"empty.csv", "the file is empty"},
      {"header.csv", "no examples"},
      {"one.csv", "is 'x' in all examples"},
      {"class.csv", "two classes are needed"},
      {"constants.csv", "every input is the same number"},
      {"short.csv", "line 3: 2 cells where the header has 3"},
      {"word.csv", "line 3, column 2 ('b'): 'two' is no number"},
      {"huge.csv", "column 'a' has numbers whose squares"},
      {"infinite.csv", "line 2, column 1 ('a'): '1e400'"},
      {"twice.csv", "'a'"},
      {"garbage.csv", "garbage.csv, line "},
      {"half.npy", "half.npy"},
      {"missing.csv", "cannot read missing.csv"},
      {".", "Is a directory"}};
  for (const auto& [file, word] : cases) {
    expect_refused("train --split 1,0,0 --save run --data " + file, 3, word);
    EXPECT_FALSE(fs::exists(folder_ / "run")) << file;
  }
  const Outcome constant = run_well("train --data constant.csv --split 1,0,0 --save run");
  EXPECT_NE(std::string::npos, constant.err.find("'b'")) << constant.err;
  expect_refused("train --data constant.csv", 2, "hint: give that part more");
  expect_refused("train --data three.csv --target knid", 3, "did you mean 'kind'?");
  expect_refused("train --data three.csv --target 5", 3, "has no column '5'");
}

TEST_F(Mistakes, InOptions) {
  for (const auto& [options, word] : std::vector<std::pair<std::string, std::string>>{
           {"--epoch 3", "did you mean --epochs?"},
           {"--optimizer adma", "did you mean adam?"},
           {"--batch 1000", "hint: try a smaller --batch, or --batch full"},
           {"--batch 0", "--batch: '0'"},
           {"--batch many", "--batch: 'many'"},
           {"--hidden 4,0", "a layer without neurons"},
           {"--hidden 2.5", "--hidden"},
           {"--epochs -1", "--epochs"},
           {"--seed -1", "--seed: '-1' is no whole number"},
           {"--seed 18446744073709551616", "--seed: '18446744073709551616'"},
           {"--patience -1", "--patience: '-1'"},
           {"--checkpoint-every -1", "--checkpoint-every: '-1' is neither 0 nor"},
           {"--checkpoint-every nan", "--checkpoint-every: 'nan' is neither 0 nor"},
           {"--lr 0", "lr must be a positive number"},
           {"--lr nan", "lr must be a positive number"},
           {"--lr fast", "--lr"},
           {"--clip-norm 0", "clip-norm must be a positive number"},
           {"--optimizer sgd --momentum 1", "momentum must be"},
           {"--optimizer sgd --nesterov", "nesterov needs a momentum"},
           {"--optimizer sgd --beta1 0.5", "--beta1 has no meaning for sgd"},
           {"--lr-step 3", "--lr-step has no meaning for --schedule constant"},
           {"--schedule step --lr-end 0.5", "--lr-end has no meaning for --schedule step"},
           {"--split 0.5,0.5", "--split"},
           {"--split 0.5,0.5,0.5", "add up to 1"},
           {"--split 0,1,0", "without examples for training"},
           {"--split 0.99,0.005,0.005", "leaves a part empty"},
           {"--loss mse", "--loss mse is for numbers, and the target has 3 classes"},
           {"--loss hinge", "--loss hinge is for two classes"},
           {"--points 3", "--points has a meaning for presets only"},
           {"--delimiter ,,", "--delimiter"},
           {"--epochs 1 --preset moons", "a preset and --data"}}) {
    expect_refused("train --data three.csv --save run " + options, 2, word);
    EXPECT_FALSE(fs::exists(folder_ / "run")) << options;
  }
  expect_refused("train --data line.csv --loss hinge", 2, "the target has numbers");
  expect_refused("train three.csv", 2, "did you mean --data three.csv?");
  expect_refused("train moosn", 2, "did you mean moons?");
  expect_refused("train", 2, "what to train");
  expect_refused("train circles --noise -1", 2, "--noise: '-1'");
  expect_refused("train --data three.csv", 2, "the environment: ", "LEVELGRAD_LR=fast");
}

TEST_F(Mistakes, InConfigFiles) {
  for (const auto& [text, word] : std::vector<std::pair<std::string, std::string>>{
           {"[optimizer]\nlr = 1\n", "a section, where options stand"},
           {"lr = 1\nlr = 2\n", "'lr' is there twice"},
           {"learning = 1\n", "unknown option 'learning'"},
           {"epoch = 1\n", "did you mean epochs?"},
           {"epochs = 'many'\n", "run.toml: --epochs"},
           {"steps = 3\nepochs = 1\n", "epochs beside steps"}}) {
    write("run.toml", text);
    const bool is_damaged = word.starts_with("a section") || word.ends_with("twice");
    expect_refused("train --data three.csv --config run.toml", is_damaged ? 3 : 2, word);
  }
  expect_refused("train --config nowhere.toml", 3, "cannot read nowhere.toml");
}

TEST_F(Mistakes, NoEpochsAndNoStepsAreNone) {
  for (const char* none : {"--epochs 0", "--steps 0", "--hidden 0 --steps 0", "--seed 0 --steps 0",
                           "--steps 1 --seed 18446744073709551615"}) {
    run_well("train --data three.csv --save run " + std::string(none));
    run_well("eval run --data three.csv");
  }
}

TEST_F(Mistakes, DivergenceNamesTheRowOfTheFile) {
  std::string text = read(folder_ / "line.csv");
  std::size_t row = 0;
  for (int i = 0; i < 23; ++i) row = text.find('\n', row) + 1;
  text.insert(text.find(',', row), "e200");  // the square of that error is no number
  write("line.csv", text);
  const std::string command =
      "train --data line.csv --no-standardize --activation linear --device cpu --save run ";
  for (const char* options : {"--split 1,0,0", "--split 0.8,0.2,0", "--dtype f64 --batch full"}) {
    const Outcome outcome = run(command + options);
    // Where the row is not of the training part it spoils nothing.
    if (outcome.exit_code == 0) continue;
    EXPECT_EQ(5, outcome.exit_code) << outcome.err;
    EXPECT_TRUE(std::regex_search(
        outcome.err, std::regex("levelgrad: step 0: data of '.*' at .*:[0-9]+ \\(level [0-9]+, "
                                "example [0-9]+\\) is -?inf; .*; it is row 23 of the data\n"
                                "hint: that is before the first update: the inputs may be")))
        << outcome.err;
  }
}

TEST_F(Mistakes, DivergenceInAMiniBatchNamesTheRowOfTheFile) {
  const Outcome outcome = run(
      "train --data line.csv --split 1,0,0 --no-shuffle --batch 10 --report-every 1000 --lr 100 "
      "--optimizer sgd --activation linear --save run --device cpu");
  EXPECT_EQ(5, outcome.exit_code) << outcome.err;
  std::smatch found;
  ASSERT_TRUE(std::regex_search(
      outcome.err, found,
      std::regex("step ([0-9]+): data of .*example ([0-9]+)\\).*; it is row ([0-9]+) of the data\n"
                 "hint: the rate is probably too high")))
      << outcome.err;
  EXPECT_EQ(std::stoi(found[1]) % 9 * 10 + std::stoi(found[2]) + 1, std::stoi(found[3]));
}

TEST_F(Mistakes, FoldersThatCannotBeWrittenCostNoTraining) {
  const std::string command = "train --data three.csv --epochs 1000000 --device cpu --save ";
  expect_refused(command + "/proc/run", 3, "cannot write /proc/run/");
  expect_refused(command + "three.csv", 3, "Not a directory");
  expect_refused(command + "run --log nowhere/run.jsonl", 3, "cannot write nowhere/run.jsonl");
}

TEST_F(Mistakes, FullDisks) {
  const Outcome log = run("train --data three.csv --log /dev/full --save run --device cpu");
  EXPECT_EQ(3, log.exit_code);
  EXPECT_NE(std::string::npos, log.err.find("cannot write /dev/full: No space left")) << log.err;
  run_well("train --data three.csv --epochs 3 --save run");
  const std::string model = read(folder_ / "run/model.safetensors"),
                    checkpoint = read(folder_ / "run/checkpoint.safetensors");
  const Outcome full = run("train --resume run --epochs 9 --device cpu",
                           "trap '' XFSZ; ulimit -f 4;");  // some 2 KiB
  EXPECT_EQ(3, full.exit_code) << full.err;
  EXPECT_NE(std::string::npos, full.err.find("/run/checkpoint.safetensors: ")) << full.err;
  EXPECT_TRUE(model == read(folder_ / "run/model.safetensors"));
  EXPECT_TRUE(checkpoint == read(folder_ / "run/checkpoint.safetensors"));
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_ / "run")) {
    EXPECT_EQ(std::string::npos, entry.path().filename().string().find("tmp")) << entry.path();
  }
}

TEST_F(Mistakes, InModels) {
  run_well("train --data three.csv --epochs 3 --save run");
  const std::string model = read(folder_ / "run/model.safetensors");
  std::string flipped = model;
  flipped[flipped.size() - 100] ^= 4;
  write("flipped.safetensors", flipped);
  write("truncated.safetensors", model.substr(0, 3000));
  for (const char* name : {"flipped.safetensors", "truncated.safetensors", "three.csv"}) {
    const std::string file(name);
    expect_refused("eval " + file + " --data three.csv", 3, file);
    expect_refused("predict " + file + " --data three.csv", 3, file);
    expect_refused("train --data three.csv --device cpu --save new --init " + file, 3, file);
  }
  expect_refused("eval nowhere --data three.csv", 3, "nowhere");
  expect_refused("eval . --data three.csv", 3, "checkpoint.safetensors");
}

TEST_F(Mistakes, InWhatIsAskedOfModels) {
  run_well("train --data three.csv --epochs 3 --save run");
  write("lacking.csv", "x,size,kind\n1,100,plain\n");
  write("tulip.csv", "x,y,size,kind\n1,2,100,tulip\n");
  write("bare.csv", "x,y,size\n1,2,100\n");
  expect_refused("eval run --data bare.csv", 3, "has no column 'kind'");
  expect_refused("eval run --data tulip.csv", 3, "'tulip' is no class of the model");
  run_well("predict run --data tulip.csv");
  expect_refused("predict run --data lacking.csv", 3, "has no column 'y'");
  expect_refused("predict run --data three.csv -o /dev/full", 3, "cannot write /dev/full");
  run_well("train --data line.csv --epochs 3 --save line");
  expect_refused("predict line --data line.csv --probabilities", 2, "predicts numbers");
  expect_refused("convert --data three.csv -o /proc/three.npy", 3, "/proc/three.npy");
  expect_refused("plot nowhere", 3, "nowhere is not the folder of a run");
}

}  // namespace
