// SPDX-License-Identifier: MIT
//
// What executors on the CPU have in common: the uniform part, passes over a batch, parameters. They
// differ in what runs the bodies.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "batch_sweep.h"
#include "lane_bodies.h"
#include "levelgrad/batch_order.h"
#include "levelgrad/error.h"
#include "levelgrad/parameter_state.h"
#include "levelgrad/uniform_text.h"
#include "thread_pool.h"
#include "uniform_part.h"

namespace levelgrad::host {

template <class T>
class BatchExecutor {
public:
  /// threads   0: one for each core. Errors: ArgumentError for too many.
  BatchExecutor(std::unique_ptr<BodyMaker<T>> bodies, std::size_t threads)
      : bodies_(std::move(bodies)), pool_(checked(threads)) {}

  /// "2 threads, x86-64-v4"
  [[nodiscard]] std::string description() const {
    const std::size_t threads = pool_.thread_count();
    return std::to_string(threads) + (threads == 1 ? " thread, " : " threads, ") + bodies_->name();
  }

  [[nodiscard]] const BodyMaker<T>& bodies() const { return *bodies_; }

  /// BasicExecutor::load().
  void load(std::span<const Program> programs) {
    check_programs(programs);
    std::vector<Program> loaded(programs.begin(), programs.end());
    std::vector<Schedule> schedules;
    for (const Program& program : loaded) schedules.emplace_back(program);
    auto uniform = std::make_unique<UniformPart<T>>(loaded.front());
    ParameterState<T> state(loaded.front());
    std::vector<bool> in_body = shared_in_body(schedules);
    bodies_->load(schedules);

    // Nothing fails from here on. The Programs stay where the schedules have seen them, and these
    // where the bodies have.
    machines_.clear();
    programs_ = std::move(loaded);
    schedules_ = std::move(schedules);
    uniform_ = std::move(uniform);
    uniform_->use(bodies_->uniform_code());
    epilogue_read_ = backward_reads_epilogue(programs_.front());
    state_ = std::move(state);
    shared_in_body_ = std::move(in_body);
    one_pass_ = std::ranges::all_of(schedules_, &Schedule::one_pass);
    early_grads_ = std::ranges::all_of(schedules_, &Schedule::early_grads);
  }

  [[nodiscard]] ParameterState<T>& state() { return state_; }

  /// BasicExecutor::run().
  void run(const BasicBatch<T>& batch, const BasicResults<T>& results) {
    check_batch(batch, programs_, results);
    state_.forget_grads();
    run_prologue();
    const SweepResults<T> swept = results.runs_backward() ? forward_and_backward(batch, results)
                                                          : forward(batch, results.outputs);
    uniform_->run_epilogue(swept.sums, batch.example_count);
    store_uniform(results);
    if (!results.runs_backward()) return;
    const std::span<const T> grads = uniform_->run_prologue_backward(swept.grads);
    if (!results.grads.empty()) std::ranges::copy(grads, results.grads.begin());
    state_.set_grads(grads);
  }

  /// BasicExecutor::inspect().
  BasicNodeNumbers<T> inspect(const BasicBatch<T>& batch, std::size_t example) {
    check_batch(batch, programs_, {});
    check_example(batch, example);
    uniform_->use(nullptr);  // every number is wanted
    run_prologue();
    const SweepResults<T> swept = forward_and_backward(batch, {});
    uniform_->run_epilogue(swept.sums, batch.example_count);
    uniform_->run_epilogue_backward(batch.example_count);
    uniform_->run_prologue_backward(swept.grads);

    const std::size_t p = batch.program(example);
    BasicNodeNumbers<T> numbers = numbers_of_lane(
        schedules_[p], batch, example, uniform_numbers_[p], std::span<const T>(uniform_->seeds()));
    put_uniform(numbers, p);
    uniform_->use(bodies_->uniform_code());
    return numbers;
  }

private:
  [[nodiscard]] static std::size_t checked(std::size_t threads) {
    constexpr std::size_t most = 1024;
    if (threads > most) {
      throw ArgumentError("an executor runs with 1 to " + std::to_string(most) + " threads, not " +
                          std::to_string(threads));
    }
    if (threads > 0) return threads;
    return std::max<std::size_t>(1, std::thread::hardware_concurrency());
  }

  /// Which shared nodes some body contributes to.
  [[nodiscard]] static std::vector<bool> shared_in_body(std::span<const Schedule> schedules) {
    std::vector<bool> found(schedules.front().program().shared_count(), false);
    for (const Schedule& schedule : schedules) {
      for (const ParameterTile& tile : schedule.tiles()) {
        for (const NodeIndex node : tile.node) found[schedule.program().shared_index(node)] = true;
      }
    }
    return found;
  }

  /// The workers for one kind of pass.
  struct Machine {
    StorageNeeds needs;
    Workers<T> workers;
  };

  Machine& machine(const StorageNeeds& needs) {
    for (Machine& known : machines_) {
      if (known.needs.backward == needs.backward && known.needs.input_grads == needs.input_grads) {
        return known;
      }
    }
    Machine made{needs, Workers<T>(pool_.thread_count())};
    for (auto& of_thread : made.workers) {
      for (std::size_t p = 0; p < programs_.size(); ++p) {
        of_thread.push_back(bodies_->make(p, needs));
      }
    }
    machines_.push_back(std::move(made));
    return machines_.back();
  }

  /// Computes the prologue, and lays out the uniform numbers as each Program numbers them.
  void run_prologue() {
    uniform_->run_prologue(state_.numbers());
    const Program& shared = programs_.front();
    const std::vector<T>& numbers = uniform_->values();
    uniform_numbers_ = {numbers.data()};
    of_others_.resize(programs_.size() - 1);
    for (std::size_t p = 1; p < programs_.size(); ++p) {
      const Program& program = programs_[p];
      std::vector<T>& own = of_others_[p - 1];
      own.assign(program.node_count(), T(0));
      std::copy_n(numbers.begin(), program.parameter_count(), own.begin());
      for (NodeIndex n = program.constants().begin; n < program.constants().end; ++n) {
        own[n] = static_cast<T>(program.constant(n));
      }
      std::copy_n(numbers.begin() + shared.prologue().begin, program.prologue().size(),
                  own.begin() + program.prologue().begin);
      uniform_numbers_.push_back(own.data());
    }
  }

  [[nodiscard]] SweepInputs<T> sweep_inputs() const {
    SweepInputs<T> inputs;
    inputs.uniform = uniform_numbers_;
    inputs.join_count = uniform_->seeds().size();
    return inputs;
  }

  SweepResults<T> forward(const BasicBatch<T>& batch, std::span<const std::span<T>> outputs) {
    SweepInputs<T> inputs = sweep_inputs();
    inputs.outputs = outputs;
    return sweep(batch, inputs, machine({.backward = false}).workers, pool_, bodies_->sub_block());
  }

  SweepResults<T> forward_and_backward(const BasicBatch<T>& batch, const BasicResults<T>& results) {
    // In one pass the joins' grads are asked for before the joins are known: they do not depend on
    // them.
    std::vector<T> sums(uniform_->seeds().size(), T(0));
    if (!one_pass_) sums = forward(batch, {}).sums;
    if (!one_pass_ || epilogue_read_) uniform_->run_epilogue(sums, batch.example_count);
    uniform_->run_epilogue_backward(batch.example_count);
    left_.resize(programs_.front().shared_count());
    uniform_->take_left(left_);

    SweepInputs<T> inputs = sweep_inputs();
    inputs.backward = true;
    inputs.seeds = uniform_->seeds();
    inputs.left = left_;
    inputs.outputs = results.outputs;
    inputs.input_grads = results.input_grads;
    if (!results.example_grads.empty()) {
      inputs.take_example = [&](std::size_t example, std::span<const T> grads) {
        const std::size_t width = state_.numbers().size();
        std::vector<T> own = uniform_->grads();
        std::ranges::copy(
            uniform_->carry_back(grads, own),
            results.example_grads.begin() + static_cast<std::ptrdiff_t>(example * width));
      };
    }
    Machine& used = machine({.backward = true, .input_grads = !results.input_grads.empty()});
    SweepResults<T> swept = sweep(batch, inputs, used.workers, pool_, bodies_->sub_block());
    if (one_pass_ && !early_grads_) put_late_grads(batch, swept);
    return swept;
  }

  /// The grads of what no body reads, now that the joins are known.
  void put_late_grads(const BasicBatch<T>& batch, SweepResults<T>& swept) {
    uniform_->run_epilogue(swept.sums, batch.example_count);
    uniform_->run_epilogue_backward(batch.example_count);
    uniform_->take_left(left_);
    for (std::size_t i = 0; i < left_.size(); ++i) {
      if (!shared_in_body_[i]) swept.grads[i] = left_[i];
    }
  }

  void store_uniform(const BasicResults<T>& results) const {
    const Program& program = programs_.front();
    if (!results.loss.empty()) results.loss[0] = uniform_->values()[program.root()];
    for (std::size_t k = 0; k < results.outputs.size(); ++k) {
      const NodeIndex node = program.outputs()[k].node;
      if (results.outputs[k].empty() || program.varying(node)) continue;
      results.outputs[k][0] = uniform_->values()[node];
    }
  }

  /// What of an example's numbers belongs to the batch.
  void put_uniform(BasicNodeNumbers<T>& numbers, std::size_t p) const {
    const Program& program = programs_[p];
    const Program& shared = programs_.front();
    for (NodeIndex n = 0; n < program.node_count(); ++n) {
      if (program.varying(n)) continue;
      if (program.constants().holds(n)) {
        numbers.values[n] = static_cast<T>(program.constant(n));
        continue;
      }
      const NodeIndex same = program.same_node(n, shared);
      numbers.values[n] = uniform_->values()[same];
      if (program.epilogue().holds(n) || schedules_[p].leads_to_parameter(n)) {
        numbers.grads[n] = uniform_->grads()[same];
      }
    }
  }

  std::unique_ptr<BodyMaker<T>> bodies_;
  ThreadPool pool_;
  std::vector<Program> programs_;
  std::vector<Schedule> schedules_;            // borrow the Programs
  bool one_pass_ = true, early_grads_ = true;  // of all Programs
  bool epilogue_read_ = true;                  // by its backward pass
  std::vector<bool> shared_in_body_;
  std::unique_ptr<UniformPart<T>> uniform_;
  std::vector<T> left_;                    // [shared], what the epilogue leaves to the body
  std::vector<const T*> uniform_numbers_;  // [program]
  std::vector<std::vector<T>> of_others_;
  std::vector<Machine> machines_;
  ParameterState<T> state_;
};

}  // namespace levelgrad::host
