// SPDX-License-Identifier: MIT
#include "thread_pool.h"

#include <algorithm>
#include <string>
#include <system_error>
#include <utility>

#include "levelgrad/error.h"
#include "levelgrad/self_test.h"

namespace levelgrad::host {

ThreadPool::ThreadPool(std::size_t thread_count) {
  threads_.reserve(thread_count - 1);
  try {
    for (std::size_t i = 1; i < thread_count; ++i) {
      threads_.emplace_back([this, i] { wait_for_work(i); });
    }
  } catch (const std::system_error& error) {
    stop();
    throw MemoryError("the system gives no more than " + std::to_string(threads_.size() + 1) +
                          " of " + std::to_string(thread_count) + " threads: " + error.what(),
                      "use fewer threads");
  } catch (...) {
    stop();
    throw;
  }
}

ThreadPool::~ThreadPool() { stop(); }

void ThreadPool::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopped_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void ThreadPool::run(std::size_t task_count,
                     const std::function<void(std::size_t, std::size_t)>& task) {
  if (threads_.empty()) {
    for (std::size_t i = 0; i < task_count; ++i) task(i, 0);
    return;
  }
  {
    const std::scoped_lock lock(mutex_);
    task_ = &task;
    task_count_ = task_count;
    next_task_ = 0;
    error_ = nullptr;
    ++round_;
  }
  if (task_count > 1) wake_.notify_all();
  work(0);
  std::unique_lock lock(mutex_);
  done_.wait(lock, [this] { return busy_ == 0; });
  task_ = nullptr;
  if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
}

void ThreadPool::wait_for_work(std::size_t thread) {
  std::size_t seen = 0;
  while (true) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return stopped_ || round_ != seen; });
      if (stopped_) return;
      seen = round_;
    }
    work(thread);
  }
}

void ThreadPool::work(std::size_t thread) {
  std::unique_lock lock(mutex_);
  ++busy_;
  while (task_ != nullptr && next_task_ < task_count_) {
    const std::size_t i = next_task_++;
    const auto& task = *task_;
    lock.unlock();
    std::exception_ptr error;
    try {
      if (thread != 0) check_arithmetic();  // below a microsecond; a task takes many
      task(i, thread);
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    if (error) {
      if (!error_) error_ = error;
      next_task_ = task_count_;
    }
  }
  --busy_;
  if (busy_ == 0) done_.notify_one();
}

}  // namespace levelgrad::host
