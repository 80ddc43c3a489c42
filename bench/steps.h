// SPDX-License-Identifier: MIT
//
// The work of the scoreboard: a whole step of training, forward, backward, summed grads, SGD over
// the whole batch; by an executor and by hand.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "hand_written.h"
#include "levelgrad/error.h"
#include "levelgrad/executor.h"
#include "levelgrad/host/dataset.h"
#include "levelgrad/host/presets.h"

namespace levelgrad::bench {

/// Of the updates. So large that grads can be read off an update in f32, too, and a power of two.
constexpr double rate = 1.0 / 1024;

/// Calls step() until that much time has passed, at least once.
/// returns  ns per call
template <class Step>
double time_steps(const Step& step, double least_ms) {
  using Clock = std::chrono::steady_clock;
  double passed = 0, steps = 0;
  const Clock::time_point start = Clock::now();
  do {
    step();
    ++steps;
    passed = std::chrono::duration<double, std::nano>(Clock::now() - start).count();
  } while (passed < least_ms * 1e6);
  return passed / steps;
}

/// What a step gives.
template <class T>
struct Outcome {
  T loss = 0;
  std::vector<T> grads, parameters;

  [[nodiscard]] bool same_bits(const Outcome& other) const {
    const auto same = [](const std::vector<T>& a, const std::vector<T>& b) {
      return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
    };
    return same({loss}, {other.loss}) && same(grads, other.grads) &&
           same(parameters, other.parameters);
  }
};

/// The examples of a batch as executors take them, with the indices of all.
template <class T>
struct Examples {
  std::vector<T> inputs;  ///< [count][3]: x0, x1, label
  std::vector<std::uint32_t> order;

  explicit Examples(const host::Dataset& data) : order(data.example_count()) {
    for (const double number : host::inputs_and_labels(data)) {
      inputs.push_back(static_cast<T>(number));
    }
    std::iota(order.begin(), order.end(), 0U);
  }
  [[nodiscard]] std::size_t count() const { return order.size(); }
};

/// Steps of an executor, as a user takes them who is in a hurry: on the CPU run() and update(); on
/// a GPU run_steps(), which keeps everything there.
template <class T>
class ExecutorSteps {
public:
  ExecutorSteps(std::unique_ptr<BasicExecutor<T>> executor, const Program& program, bool on_gpu)
      : executor_(std::move(executor)), on_gpu_(on_gpu) {
    executor_->load(program);
    start_ = executor_->parameters();
  }

  [[nodiscard]] std::string name() const { return executor_->name(); }

  /// From the initial parameters: loss and grads, and the parameters after some steps.
  Outcome<T> outcome(const Examples<T>& examples, std::size_t steps) {
    Outcome<T> result;
    executor_->set_parameters(start_);
    result.grads.resize(start_.size());
    BasicResults<T> results{.loss = std::span(&result.loss, 1)};
    results.grads = result.grads;
    executor_->run({.example_count = examples.count(), .inputs = examples.inputs}, results);
    take(examples, steps);
    result.parameters = executor_->parameters();
    executor_->set_parameters(start_);
    return result;
  }

  /// Steps that are not counted: what is set up once, and what an executor tries out.
  void warm_up(const Examples<T>& examples) {
    take(examples, on_gpu_ ? few_steps_ : 1);
    if (on_gpu_)
      adapt(time_steps([&] { take(examples, few_steps_); }, 0) / static_cast<double>(few_steps_),
            20);
  }

  /// ns per example.
  double sample(const Examples<T>& examples, double least_ms) {
    const auto count = static_cast<double>(examples.count());
    if (!on_gpu_) return time_steps([&] { take(examples, 1); }, least_ms) / count;
    // What many steps take more than few: the data are copied to the device once in each call, and
    // that is no part of a step.
    const double few = time_steps([&] { take(examples, few_steps_); }, 0);
    const double many = time_steps([&] { take(examples, 3 * few_steps_); }, 0);
    const double step = (many - few) / (2.0 * static_cast<double>(few_steps_));
    if (!(step > 0)) throw InternalError("more steps took less time");
    adapt(step, least_ms);
    return step / count;
  }

private:
  /// So many steps from the next sample on that the difference is that of some milliseconds.
  void adapt(double step, double least_ms) {
    const double wanted = std::clamp(std::ceil(1e6 * least_ms / (2 * step)), 20.0, 100'000.0);
    few_steps_ = std::max(few_steps_, static_cast<std::size_t>(wanted));
  }

  void take(const Examples<T>& examples, std::size_t steps) {
    const BasicUpdate<T> update = optimizer::Sgd::Scalars<T>{static_cast<T>(rate)};
    bool finite = true;
    if (on_gpu_) {
      const std::vector<BasicUpdate<T>> updates(steps, update);
      BasicSteps<T> all;
      all.example_count = examples.count();
      all.inputs = examples.inputs;
      all.batches.assign(steps, examples.order);
      all.updates = updates;
      finite = executor_->run_steps(all).finite;
    } else {
      BasicResults<T> results{.loss = std::span(&loss_, 1)};
      results.backward = true;
      for (std::size_t k = 0; k < steps && finite; ++k) {
        executor_->run({.example_count = examples.count(), .inputs = examples.inputs}, results);
        finite = std::isfinite(loss_) && executor_->update(update);
      }
    }
    if (!finite) throw InternalError("training the moons net diverged");
  }

  std::unique_ptr<BasicExecutor<T>> executor_;
  bool on_gpu_;
  std::size_t few_steps_ = 20;
  std::vector<T> start_;
  T loss_ = 0;
};

/// Steps of the hand-written net.
template <class T>
class HandSteps {
public:
  /// Which of the two baselines.
  enum class Way : unsigned char { Plain, Simd };

  HandSteps(Way way, const host::Dataset& data, const std::vector<double>& parameters)
      : way_(way), count_(data.example_count()), net_(data, parameters) {}

  void take() {
    loss_ = way_ == Way::Plain ? net_.plain(count_) : net_.simd(count_);
    if (!std::isfinite(loss_)) throw InternalError("training the moons net diverged");
    net_.update(static_cast<T>(rate));
  }
  double sample(double least_ms) {
    return time_steps([this] { take(); }, least_ms) / static_cast<double>(count_);
  }
  [[nodiscard]] const std::vector<T>& grads() const { return net_.grads(); }
  [[nodiscard]] T loss() const { return loss_; }

private:
  Way way_;
  std::size_t count_;
  HandWritten<T> net_;
  T loss_ = 0;
};

}  // namespace levelgrad::bench
