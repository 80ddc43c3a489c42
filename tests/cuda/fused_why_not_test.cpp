// SPDX-License-Identifier: MIT
//
// What cuda-fused cannot compile: it runs all the same, with the same bits, and says why in one
// line. And caches that are of no use, without which it compiles.
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "cuda/fused.h"
#include "cuda/fused_programs.h"
#include "levelgrad/host/disk_cache.h"
#include "support/conformance_cases.h"

namespace levelgrad::testing {
namespace {

namespace fs = std::filesystem;

/// Whether a reason is a line that has these words.
bool says(const std::string& why, const std::string& words) {
  return why.find(words) != std::string::npos && why.find('\n') == std::string::npos;
}

class FusedWhyNot : public ::testing::Test {
protected:
  void SetUp() override { LG_REQUIRE_DEVICE(); }

  template <class T>
  static void expect(const BatchCase<T>& test, const std::string& words) {
    cuda::BasicFusedExecutor<T> tested;
    EXPECT_EQ("", difference_to_reference(tested, test)) << test.name;
    EXPECT_TRUE(says(tested.why_not(), words)) << tested.why_not();
    // What is loaded next has a new chance.
    tested.load(linear(2));
    EXPECT_EQ(why_no_nvrtc().empty(), tested.why_not().empty()) << tested.why_not();
  }

  /// What a process does that has another NVRTC: exits with 0 if it finds the bits of the
  /// reference, and a reason with these words. This process may have opened the true one.
  [[noreturn]] static void run_with(const std::string& nvrtc, const char* mode,
                                    const std::string& words) {
    const WithVariable file("LEVELGRAD_NVRTC", nvrtc.c_str()), fake("LEVELGRAD_FAKE_NVRTC", mode),
        form("LEVELGRAD_JIT", "ptx");
    std::string difference, why;
    {
      cuda::FusedExecutor tested;
      difference = difference_to_reference(tested, case_of<double>("linear", linear(3), 130));
      why = tested.why_not();
    }
    std::fprintf(stderr, "'%s' '%s'\n", difference.c_str(), why.c_str());
    std::exit(difference.empty() && says(why, words) ? 0 : 1);
  }
};
using FusedWhyNotDeathTest = FusedWhyNot;

/// Beside this program, also where it was carried to.
std::string fake_nvrtc() {
  return (fs::read_symlink("/proc/self/exe").parent_path() / "libfake_nvrtc.so").string();
}

TEST_F(FusedWhyNot, TooManyNodes) {
  LG_REQUIRE_NVRTC();
  expect(case_of<double>("a chain", chain_of_tanh(10'001), 5),
         "a body of 10002 nodes is too large to compile");
}

TEST_F(FusedWhyNot, TooManyFactors) {
  LG_REQUIRE_NVRTC();
  expect(case_of<double>("linear", linear(900), 5), "numbers do not fit into shared memory");
}

TEST_F(FusedWhyNot, TooManyPrograms) {
  LG_REQUIRE_NVRTC();
  expect(random_case<float>({.seed = 1, .example_count = 140, .program_count = 9}),
         "9 Programs are too many to compile");
  BatchCase<float> eight =
      random_case<float>({.seed = 1, .example_count = 140, .program_count = 8});
  eight.which.assign(140, 7);
  cuda::FusedExecutorF32 tested;
  EXPECT_EQ("", difference_to_reference(tested, eight));
  EXPECT_EQ("", tested.why_not());
}

TEST_F(FusedWhyNotDeathTest, NoNvrtc) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(run_with("/nonexistent/nvrtc", "", "cannot be opened: /nonexistent/nvrtc"),
              ::testing::ExitedWithCode(0), "");
}

TEST_F(FusedWhyNotDeathTest, NvrtcRefuses) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  ASSERT_TRUE(fs::exists(fake_nvrtc()));
  EXPECT_EXIT(run_with(fake_nvrtc(), "refuses", "NVRTC 12.99 does not compile fused.cu"),
              ::testing::ExitedWithCode(0), "");
}

// As a driver that is older than NVRTC does.
TEST_F(FusedWhyNotDeathTest, TheDriverRefuses) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  ASSERT_TRUE(fs::exists(fake_nvrtc()));
  EXPECT_EXIT(run_with(fake_nvrtc(), "nonsense", "load of generated PTX"),
              ::testing::ExitedWithCode(0), "");
}

class FusedCache : public FusedOnDevice {
protected:
  void SetUp() override {
    FusedOnDevice::SetUp();
    folder_ = fs::path(::testing::TempDir()) / ("levelgrad-fused-" + std::to_string(getpid()));
    fs::remove_all(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  static BatchCase<float> small() { return case_of<float>("linear", linear(3), 130); }

  fs::path folder_;
};

TEST_F(FusedCache, IsUsed) {
  const auto cache = std::make_shared<MemoryCache>();
  compare(small(), {.cache = cache});  // loads the Program twice, for two layouts
  EXPECT_EQ(2, cache->kept) << "with and without input grads";
  EXPECT_EQ(2, cache->hits);
  compare(small(), {.cache = cache});
  EXPECT_EQ(2, cache->kept);
  EXPECT_EQ(6, cache->hits);
}

TEST_F(FusedCache, HasDamagedEntries) {
  const auto cache = std::make_shared<MemoryCache>();
  compare(small(), {.cache = cache});
  const auto good = cache->entries;
  for (auto& [key, bytes] : cache->entries) bytes = "damaged";
  compare(small(), {.cache = cache});
  EXPECT_EQ(good, cache->entries);
}

TEST_F(FusedCache, IsAFolderWithDamagedFiles) {
  compare(small(), {.cache = std::make_shared<host::DiskCache>(folder_)});
  std::size_t damaged = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder_)) {
    if (!entry.is_regular_file()) continue;
    std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(entry.file_size() / 2));
    file.put('\1');
    ++damaged;
  }
  EXPECT_GE(damaged, 2u);
  compare(small(), {.cache = std::make_shared<host::DiskCache>(folder_)});
}

TEST_F(FusedCache, IsAFolderThatCannotBeWritten) {
  std::ofstream(folder_) << "a file where a folder should be";
  const auto cache = std::make_shared<host::DiskCache>(folder_ / "below");
  compare(small(), {.cache = cache});
  EXPECT_NE("", cache->trouble());
}

}  // namespace
}  // namespace levelgrad::testing
