// SPDX-License-Identifier: MIT
//
// An optimizer's state as plain numbers: what a checkpoint holds, and what goes from one executor
// to another.
#pragma once

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include "levelgrad/error.h"
#include "levelgrad/optimizers.h"

namespace levelgrad {

/// The state of all parameters, whoever keeps it.
template <class T>
struct BasicOptimizerState {
  std::string optimizer;   ///< the name of its struct; "": no update was done yet
  std::vector<T> numbers;  ///< [parameter][number of the optimizer's State]
};

namespace detail {
/// A variant of all types but the first, for lists that are stamped with a comma before each.
template <class First, class... Rest>
struct VariantOfRest {
  using Type = std::variant<Rest...>;
};

template <class Optimizer>
inline constexpr const char* optimizer_name = "";
#define LG_NAMED(name) \
  template <>          \
  inline constexpr const char* optimizer_name<optimizer::name> = #name;
LG_OPTIMIZERS(LG_NAMED)
#undef LG_NAMED
}  // namespace detail

/// The names of the numbers that an optimizer's State has: AdamW's are "m" and "v".
template <class Optimizer>
[[nodiscard]] std::vector<std::string> state_names() {
  std::vector<std::string> names;
  typename Optimizer::template State<double> state;
  state.each([&names](const char* name, double) { names.emplace_back(name); });
  return names;
}

/// Calls f.operator()<Optimizer>() for the optimizer of that name. Errors: ArgumentError for a name
/// that none has.
template <class F>
void with_optimizer(const std::string& name, const F& f) {
#define LG_CALLED(each)                       \
  if (name == #each) {                        \
    f.template operator()<optimizer::each>(); \
    return;                                   \
  }
  LG_OPTIMIZERS(LG_CALLED)
#undef LG_CALLED
#define LG_LISTED(each) " " #each
  throw ArgumentError("no optimizer is named '" + name + "'", "there are" LG_OPTIMIZERS(LG_LISTED));
#undef LG_LISTED
}

/// States [parameter] as numbers.
template <class T, class State>
[[nodiscard]] BasicOptimizerState<T> state_of(std::vector<State> states) {
  BasicOptimizerState<T> made{detail::optimizer_name<typename State::Optimizer>, {}};
  for (State& state : states) {
    state.each([&made](const char*, T number) { made.numbers.push_back(number); });
  }
  return made;
}

/// The other way round. Errors: ShapeError where the numbers are not those of so many parameters.
template <class Optimizer, class T>
[[nodiscard]] std::vector<typename Optimizer::template State<T>> states_of(
    const BasicOptimizerState<T>& state, std::size_t parameter_count) {
  const std::size_t width = state_names<Optimizer>().size();
  if (state.numbers.size() != parameter_count * width) {
    throw ShapeError("the state of " + state.optimizer + ": " +
                     std::to_string(state.numbers.size()) + " numbers, not " +
                     std::to_string(parameter_count) + " times " + std::to_string(width));
  }
  std::vector<typename Optimizer::template State<T>> states(parameter_count);
  auto next = state.numbers.begin();
  for (auto& each : states) each.each([&next](const char*, T& number) { number = *next++; });
  return states;
}

using OptimizerState = BasicOptimizerState<double>;
using OptimizerStateF32 = BasicOptimizerState<float>;

}  // namespace levelgrad
