// SPDX-License-Identifier: MIT
#include "thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <vector>

namespace levelgrad::host {
namespace {

TEST(ThreadPool, RunsEveryTaskOnce) {
  for (const std::size_t threads : {1, 2, 5}) {
    ThreadPool pool(threads);
    EXPECT_EQ(threads, pool.thread_count());
    for (const std::size_t tasks : {0, 1, 2, 7, 1000}) {
      std::vector<int> runs(tasks, 0);
      pool.run(tasks, [&](std::size_t task, std::size_t) { ++runs[task]; });
      EXPECT_EQ(std::vector<int>(tasks, 1), runs);
    }
  }
}

TEST(ThreadPool, GivesNoThreadTwoTasksAtOnce) {
  ThreadPool pool(4);
  std::vector<std::atomic<int>> inside(4);
  std::atomic<bool> shared = false;
  for (int round = 0; round < 50; ++round) {
    pool.run(64, [&](std::size_t, std::size_t thread) {
      if (inside.at(thread)++ != 0) shared = true;
      --inside.at(thread);
    });
  }
  EXPECT_FALSE(shared);
}

TEST(ThreadPool, HandsOnTheFirstErrorAndGoesOn) {
  for (const std::size_t threads : {1, 3}) {
    ThreadPool pool(threads);
    std::atomic<int> begun = 0;
    const auto fails = [&](std::size_t task, std::size_t) {
      ++begun;
      if (task == 3) throw std::runtime_error("task 3");
    };
    try {
      pool.run(100000, fails);
      FAIL() << "the error was lost";
    } catch (const std::runtime_error& error) {
      EXPECT_EQ("task 3", std::string(error.what()));
    }
    EXPECT_LT(begun, 100000);  // what had not begun is left out
    std::atomic<int> done = 0;
    pool.run(10, [&](std::size_t, std::size_t) { ++done; });
    EXPECT_EQ(10, done);
  }
}

TEST(ThreadPool, SurvivesManyShortRounds) {
  ThreadPool pool(5);
  std::atomic<std::size_t> total = 0;
  for (std::size_t round = 0; round < 2000; ++round) {
    pool.run(round % 4, [&](std::size_t, std::size_t) { ++total; });
  }
  EXPECT_EQ(3000U, total);
}

}  // namespace
}  // namespace levelgrad::host
