// SPDX-License-Identifier: MIT
//
// The promise as a user sees it: a training ends with one fingerprint, whatever ran it.
#include <gtest/gtest.h>

#include "support/training_files.h"

namespace {

using levelgrad::testing::Outcome;

class Fingerprint : public levelgrad::testing::TrainingTest {
protected:
  /// "" where the executor cannot run here.
  std::string of(const std::string& training, const std::string& executor) {
    const Outcome outcome = run("train " + training + " --lines plain --executor " + executor);
    if (outcome.exit_code == 4) return "";
    EXPECT_EQ(0, outcome.exit_code) << training << ' ' << executor << '\n' << outcome.err;
    return fingerprint(outcome);
  }
};

TEST_F(Fingerprint, IsThatOfTheReferenceForAllPresetsDtypesAndExecutors) {
  int threads = 0;
  for (const char* preset :
       {"moons", "yinyang", "circles", "xor", "spiral", "blobs", "regression"}) {
    for (const char* dtype : {" --dtype f64", " --dtype f32"}) {
      const std::string training =
          preset + std::string(" --steps 3 --report-every 2 --points 300 --batch 150") + dtype;
      const std::string expected = of(training, "reference");
      EXPECT_EQ(64U, expected.size());
      threads = threads % 5 + 1;
      EXPECT_EQ(expected, of(training, "host --threads " + std::to_string(threads))) << training;
      for (const char* executor : {"cuda-level", "cuda-fused"}) {
        const std::string found = of(training, executor);
        EXPECT_TRUE(found.empty() || found == expected) << training << ' ' << executor;
      }
    }
  }
}

TEST_F(Fingerprint, IsTheSameForAllNumbersOfThreads) {
  const std::string training = "circles --steps 9 --points 700 --batch 500";
  const std::string expected = of(training, "host --threads 1");
  for (const char* threads : {"2", "3", "5"}) {
    EXPECT_EQ(expected, of(training, "host --threads " + std::string(threads))) << threads;
  }
}

TEST_F(Fingerprint, IsThatOfTheReferenceForCompiledCode) {
  for (const char* dtype : {" --dtype f64", " --dtype f32"}) {
    const std::string training = std::string("xor --hidden 4 --steps 5 --batch 150") + dtype;
    const std::string found = of(training, "host-native --threads 2");
    if (found.empty()) GTEST_SKIP() << "there is no compiler";
    EXPECT_EQ(of(training, "reference"), found) << dtype;
  }
}

}  // namespace
