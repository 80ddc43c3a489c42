// SPDX-License-Identifier: MIT
//
// `levelgrad train --resume`: to the same bits as a training that nothing stopped.
#include <gtest/gtest.h>

#include <csignal>

#include "support/training_files.h"

namespace {

namespace fs = std::filesystem;
using levelgrad::testing::lines_of;
using levelgrad::testing::Outcome;
using levelgrad::testing::read;

class Resume : public levelgrad::testing::TrainingTest {
protected:
  void SetUp() override {
    TrainingTest::SetUp();
    write_three();
  }

  /// A training that takes a second or so, and has many checkpoints.
  static std::string long_training(const std::string& folder) {
    return "train --data three.csv --epochs 400 --report-every 40 --checkpoint-every 0 --save " +
           folder + " --log " + folder + ".jsonl ";
  }

  /// Stops the training by the signal, ever later, until it comes to its end. Returns how often.
  /// In the foreground, or `timeout` sends the signal twice, and the second Ctrl-C kills.
  int train_in_pieces(const std::string& signal, int exit_code, const std::string& options) {
    double seconds = 0.02;
    for (int stops = 0; stops < 60; ++stops, seconds *= 1.2) {
      const bool begun = fs::exists(folder_ / "cut/checkpoint.safetensors");
      const std::string prefix =
          "timeout --foreground --preserve-status -s " + signal + " " + std::to_string(seconds);
      const Outcome piece = run(
          begun ? "train --resume cut --log cut.jsonl" : long_training("cut") + options, prefix);
      if (piece.exit_code == 0) return stops;
      const bool before_the_program_listens = !begun && piece.exit_code == 128 + SIGINT;
      EXPECT_TRUE(piece.exit_code == exit_code || before_the_program_listens) << piece.err;
    }
    ADD_FAILURE() << "no end";
    return 0;
  }

  void expect_same(const std::string& folder, const std::string& other) {
    for (const char* name : {"model.safetensors", "checkpoint.safetensors"}) {
      EXPECT_TRUE(read(folder_ / folder / name) == read(folder_ / other / name)) << name;
    }
    EXPECT_EQ(read(folder_ / (folder + ".jsonl")), read(folder_ / (other + ".jsonl")));
  }

  /// Changes one bit near the end of a file.
  void flip(const std::string& name) {
    std::string bytes = read(folder_ / name);
    bytes[bytes.size() - 100] ^= 4;
    write(name, bytes);
  }

  void expect_refused(const std::string& arguments, int exit_code, const std::string& word) {
    const Outcome outcome = run("train " + arguments);
    EXPECT_EQ(exit_code, outcome.exit_code) << arguments << '\n' << outcome.err;
    EXPECT_NE(std::string::npos, outcome.err.find(word)) << outcome.err;
    EXPECT_LE(lines_of(outcome.err).size(), 3U) << outcome.err;
  }
};

TEST_F(Resume, AfterCtrlC) {
  run_well(long_training("whole"));
  EXPECT_GT(train_in_pieces("INT", 130, ""), 0);
  expect_same("whole", "cut");
}

TEST_F(Resume, AfterAKillInF32) {
  const std::string options = "--dtype f32 --optimizer sgd --momentum 0.9";
  run_well(long_training("whole") + options);
  EXPECT_GT(train_in_pieces("KILL", 137, options), 0);
  expect_same("whole", "cut");
}

TEST_F(Resume, CtrlCEndsWithTheStep) {
  // Long enough for any machine.
  const Outcome stopped =
      run("train --data three.csv --epochs 1000000 --report-every 5000 --save run",
          "timeout --foreground --preserve-status -s INT 0.5");
  EXPECT_EQ(130, stopped.exit_code) << stopped.err;
  EXPECT_NE(std::string::npos, stopped.err.find("go on with --resume run")) << stopped.err;
  const auto step = static_cast<int>(number_after(stopped.err, "interrupted after"));
  const Outcome resumed = run_well("train --resume run --steps " + std::to_string(step));
  EXPECT_EQ(step, number_after(resumed.err, "going on after")) << resumed.err;
  EXPECT_EQ(fingerprint(resumed),
            fingerprint(run_well("train --data three.csv --steps " + std::to_string(step))));
}

TEST_F(Resume, FromThePreviousCheckpointWhereTheLastIsDamaged) {
  const Outcome whole =
      run_well("train --data three.csv --epochs 20 --checkpoint-every 0 --save whole");
  for (const bool truncated : {false, true}) {
    fs::remove_all(folder_ / "run");
    fs::copy(folder_ / "whole", folder_ / "run");
    if (truncated) {
      fs::resize_file(folder_ / "run/checkpoint.safetensors", 5000);
    } else {
      flip("run/checkpoint.safetensors");
    }
    const Outcome resumed = run_well("train --resume run --device cpu");
    EXPECT_EQ(fingerprint(whole), fingerprint(resumed));
    EXPECT_EQ(lines_of(resumed.err)[0].find("damaged"), resumed.err.rfind("damaged"))
        << resumed.err;  // said once
    EXPECT_NE(std::string::npos, resumed.err.find(".previous")) << resumed.err;
  }
}

TEST_F(Resume, RefusesWhereBothCheckpointsAreDamaged) {
  run_well("train --data three.csv --epochs 5 --checkpoint-every 0 --save run");
  flip("run/checkpoint.safetensors");
  flip("run/checkpoint.safetensors.previous");
  const std::string last = read(folder_ / "run/checkpoint.safetensors"),
                    previous = read(folder_ / "run/checkpoint.safetensors.previous");
  expect_refused("--resume run", 3, "damaged");
  EXPECT_TRUE(last == read(folder_ / "run/checkpoint.safetensors"));
  EXPECT_TRUE(previous == read(folder_ / "run/checkpoint.safetensors.previous"));
}

TEST_F(Resume, ForMoreEpochsOnOtherExecutorsIntoAnotherFolder) {
  run_well("train --data three.csv --epochs 4 --save run");
  const std::string longer = fingerprint(run_well("train --data three.csv --epochs 6"));
  const std::string before = read(folder_ / "run/checkpoint.safetensors");
  for (const char* executor : {"host --threads 3", "reference"}) {
    const Outcome resumed =
        run_well("train --resume run --epochs 6 --save other --executor " + std::string(executor));
    EXPECT_EQ(longer, fingerprint(resumed)) << executor;
    EXPECT_TRUE(fs::exists(folder_ / "other/model.safetensors"));
    EXPECT_TRUE(before == read(folder_ / "run/checkpoint.safetensors"));
  }
  EXPECT_EQ(longer, fingerprint(run_well("train --resume run --steps 18")));
}

TEST_F(Resume, OfWhatIsDoneChangesNothing) {
  const Outcome first = run_well("train --data three.csv --epochs 4 --save run");
  const std::string model = read(folder_ / "run/model.safetensors");
  const Outcome again = run_well("train --resume run");
  EXPECT_EQ(last(first, "final"), last(again, "final"));
  EXPECT_EQ(fingerprint(first), fingerprint(again));
  EXPECT_TRUE(model == read(folder_ / "run/model.safetensors"));
}

TEST_F(Resume, RefusesOtherData) {
  run_well("train --data three.csv --epochs 2 --save run");
  const std::string checkpoint = read(folder_ / "run/checkpoint.safetensors");
  std::string text = read(folder_ / "three.csv");
  text[text.find("0.", text.find('\n')) + 2] ^= 1;  // another digit
  write("three.csv", text);
  expect_refused("--resume run --epochs 9", 3, "other data");
  write_line();
  expect_refused("--resume run --epochs 9 --data line.csv", 3, "another network");
  const Outcome plot = run("plot run");
  EXPECT_EQ(3, plot.exit_code);
  EXPECT_NE(std::string::npos, plot.err.find("other data")) << plot.err;
  EXPECT_EQ(3, run("plot run --data line.csv").exit_code);
  EXPECT_TRUE(checkpoint == read(folder_ / "run/checkpoint.safetensors"));
}

TEST_F(Resume, RefusesForeignOptions) {
  run_well("train --data three.csv --epochs 2 --save run");
  for (const char* options : {"--hidden 3", "--lr 0.1", "--dtype f32", "--optimizer sgd", "moons",
                              "--seed 2", "--batch 4", "--split 1,0,0", "--config run/config.toml",
                              "--init run", "--l2 1", "--no-shuffle", "--models 3"}) {
    expect_refused("--resume run " + std::string(options), 2, "with --resume");
  }
  expect_refused("--resume run --epochs 1", 2, "6 steps are done, more than the 3");
  EXPECT_EQ(0, run("train --resume run", "LEVELGRAD_LR=7").exit_code);
}

TEST_F(Resume, RefusesFoldersWithoutCheckpoint) {
  fs::create_directory(folder_ / "empty");
  expect_refused("--resume empty", 3, "checkpoint.safetensors");
  expect_refused("--resume nowhere", 3, "nowhere is not the folder of a run");
  expect_refused("--resume three.csv", 3, "three.csv is not the folder of a run");
  EXPECT_FALSE(fs::exists(folder_ / "nowhere"));
}

}  // namespace
