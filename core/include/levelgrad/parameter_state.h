// SPDX-License-Identifier: MIT
//
// Parameters, their grads and an optimizer's state, for executors that keep them in host memory.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "levelgrad/batch_order.h"
#include "levelgrad/clipping.h"
#include "levelgrad/error.h"
#include "levelgrad/executor.h"
#include "levelgrad/math.h"

namespace levelgrad {

template <class T>
class ParameterState {
public:
  ParameterState() = default;
  /// Starts with the initial numbers of the Program.
  explicit ParameterState(const Program& program) {
    for (NodeIndex node = 0; node < program.parameter_count(); ++node) {
      numbers_.push_back(static_cast<T>(program.initial(node)));
    }
  }

  [[nodiscard]] std::span<const T> numbers() const { return numbers_; }
  void set(std::span<const T> numbers) {
    if (numbers.size() != numbers_.size()) {
      throw ShapeError(std::to_string(numbers.size()) + " numbers for " +
                       std::to_string(numbers_.size()) + " parameters");
    }
    numbers_.assign(numbers.begin(), numbers.end());
  }

  /// The grads of the last backward pass: [parameter_count], empty where there is none.
  [[nodiscard]] std::span<const T> grads() const {
    return has_grads_ ? std::span<const T>(grads_) : std::span<const T>();
  }
  /// Takes the grads of a backward pass: [parameter_count]. Errors: InternalError for others.
  void set_grads(std::span<const T> grads) {
    if (grads.size() != numbers_.size()) throw InternalError("grads that are not the parameters'");
    grads_.assign(grads.begin(), grads.end());
    has_grads_ = true;
  }
  void forget_grads() { has_grads_ = false; }

  /// BasicExecutor::update().
  [[nodiscard]] bool update(const BasicUpdate<T>& update) {
    if (!has_grads_) {
      throw ArgumentError("an update without grads", "run backward first");
    }
    const T squares = update.clips() ? squares_of_grads() : T(0);
    if (!math::is_finite(squares)) return false;
    const T factor = clip_factor(squares, update.max_norm());
    return std::visit([&](const auto& scalars) { return this->apply(scalars, factor); },
                      update.scalars());
  }

  /// BasicExecutor::optimizer_state() and set_optimizer_state().
  [[nodiscard]] BasicOptimizerState<T> optimizer_state() const {
    return std::visit(
        []<class States>(const States& states) -> BasicOptimizerState<T> {
          if constexpr (std::is_same_v<States, std::monostate>) {
            return {};
          } else {
            return state_of<T>(states);
          }
        },
        states_);
  }
  void set_optimizer_state(const BasicOptimizerState<T>& state) {
    if (state.optimizer.empty()) {
      states_ = std::monostate();
      return;
    }
    with_optimizer(state.optimizer, [&]<class Optimizer>() {
      states_ = states_of<Optimizer>(state, numbers_.size());
    });
  }

private:
  [[nodiscard]] T squares_of_grads() {
    folds_.resize(chunk_count(grads_.size()));
    return sum_of_squares(grads_.data(), static_cast<unsigned>(grads_.size()), folds_.data(),
                          LoneThread{});
  }

  /// factor   of each grad; 1 changes no bit.
  template <class Scalars>
  bool apply(const Scalars& scalars, T factor) {
    using Optimizer = typename Scalars::Optimizer;
    using States = std::vector<typename Optimizer::template State<T>>;
    // A step that is not finite changes nothing: what it makes stands beside what there is.
    if (std::holds_alternative<States>(states_)) {
      new_states_ = states_;
    } else {
      new_states_ = States(numbers_.size());
    }
    States& states = std::get<States>(new_states_);
    new_numbers_.resize(numbers_.size());
    bool finite = true;
    for (std::size_t i = 0; i < numbers_.size(); ++i) {
      new_numbers_[i] = Optimizer::updated(numbers_[i], grads_[i] * factor, states[i], scalars);
      finite = finite && math::is_finite(grads_[i]) && math::is_finite(new_numbers_[i]) &&
               states[i].finite();
    }
    if (!finite) return false;
    std::swap(numbers_, new_numbers_);
    std::swap(states_, new_states_);
    return true;
  }

#define LG_STATES(name) , std::vector<optimizer::name::State<T>>
  using AnyStates =
      typename detail::VariantOfRest<void, std::monostate LG_OPTIMIZERS(LG_STATES)>::Type;
#undef LG_STATES

  std::vector<T> numbers_, new_numbers_;
  std::vector<T> grads_, folds_;
  bool has_grads_ = false;
  AnyStates states_, new_states_;
};

}  // namespace levelgrad
