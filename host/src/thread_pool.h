// SPDX-License-Identifier: MIT
//
// Threads that wait for work.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace levelgrad::host {

/// A fixed number of threads, the caller's among them.
///
/// Before each task a thread of the pool checks that its arithmetic is IEEE's.
class ThreadPool {
public:
  /// thread_count   at least 1. With 1 everything runs in the caller's thread.
  /// errors         MemoryError where the system has no more threads to give.
  explicit ThreadPool(std::size_t thread_count);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  [[nodiscard]] std::size_t thread_count() const { return threads_.size() + 1; }

  /// Calls task(i, thread) for all i < task_count, in any order, and returns when all are done.
  ///
  /// thread   below thread_count(): no two tasks run at the same time with the same one.
  /// errors   what the first task to fail has thrown; tasks that had not begun are left out.
  void run(std::size_t task_count, const std::function<void(std::size_t, std::size_t)>& task);

private:
  void stop();
  void wait_for_work(std::size_t thread);
  void work(std::size_t thread);

  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::condition_variable wake_, done_;
  bool stopped_ = false;
  std::size_t round_ = 0;  // of run()
  std::size_t task_count_ = 0, next_task_ = 0, busy_ = 0;
  const std::function<void(std::size_t, std::size_t)>* task_ = nullptr;
  std::exception_ptr error_;
};

}  // namespace levelgrad::host
