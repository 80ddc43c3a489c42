// SPDX-License-Identifier: MIT
#include "update.h"

#include <algorithm>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "levelgrad/batch_order.h"

namespace levelgrad::cuda {
namespace {

constexpr std::size_t room_for(std::size_t count) { return std::max<std::size_t>(count, 1); }

}  // namespace

template <class T>
struct DeviceOptimizer<T>::States {
  template <class State>
  struct Of {
    using Number = State;
    DeviceArray<State> now, next;
  };
#define LG_STATES(name) , Of<optimizer::name::State<T>>
  using Any = typename detail::VariantOfRest<void, std::monostate LG_OPTIMIZERS(LG_STATES)>::Type;
#undef LG_STATES
  Any states;
  std::optional<Any>
      before;  // those of another optimizer, until the first step of this one is done
  DeviceArray<T> updated;
  DeviceArray<T> folds, factor;  // of clipping

  template <class State>
  [[nodiscard]] static Of<State> made_of(const std::vector<State>& numbers, cudaStream_t stream);
  /// Those of this kind; fresh ones, [room], where others were here.
  template <class State>
  auto& of(std::size_t room, cudaStream_t stream);
};

template <class T>
DeviceOptimizer<T>::DeviceOptimizer() : states_(std::make_unique<States>()) {}
template <class T>
DeviceOptimizer<T>::~DeviceOptimizer() = default;

template <class T>
void DeviceOptimizer<T>::forget() {
  states_->states = std::monostate();
  states_->before.reset();
}

template <class T>
void DeviceOptimizer<T>::settle(bool done) {
  if (!done && states_->before) states_->states = std::move(*states_->before);
  states_->before.reset();
}

template <class T>
BasicOptimizerState<T> DeviceOptimizer<T>::state(std::size_t count, cudaStream_t stream) const {
  return std::visit(
      [&]<class Any>(const Any& own) -> BasicOptimizerState<T> {
        if constexpr (std::is_same_v<Any, std::monostate>) {
          return {};
        } else {
          std::vector<typename Any::Number> numbers(count);
          own.now.download(numbers, stream);
          return state_of<T>(std::move(numbers));
        }
      },
      states_->states);
}

template <class T>
void DeviceOptimizer<T>::set_state(const BasicOptimizerState<T>& state, std::size_t count,
                                   cudaStream_t stream) {
  if (state.optimizer.empty()) return forget();
  with_optimizer(state.optimizer, [&]<class Optimizer>() {
    auto numbers = states_of<Optimizer>(state, count);
    numbers.resize(room_for(count));
    states_->states = States::made_of(numbers, stream);
    states_->before.reset();
  });
}

template <class T>
template <class State>
auto DeviceOptimizer<T>::States::made_of(const std::vector<State>& numbers, cudaStream_t stream)
    -> Of<State> {
  Of<State> made;
  made.now.upload(numbers, stream);
  made.next.reserve(numbers.size());
  return made;
}

template <class T>
template <class State>
auto& DeviceOptimizer<T>::States::of(std::size_t room, cudaStream_t stream) {
  if (!std::holds_alternative<Of<State>>(states)) {
    before = std::exchange(states, made_of(std::vector<State>(room), stream));
  }
  return std::get<Of<State>>(states);
}

template <class T>
void* DeviceOptimizer<T>::states_for(const BasicUpdate<T>& update, std::size_t count,
                                     cudaStream_t stream) {
  return std::visit(
      [&]<class Scalars>(const Scalars&) -> void* {
        using State = typename Scalars::Optimizer::template State<T>;
        return states_->template of<State>(room_for(count), stream).now.data();
      },
      update.scalars());
}

template <class T>
void DeviceOptimizer<T>::update(const BasicUpdate<T>& update, const UpdateTask<T>& task,
                                cudaStream_t stream) {
  const std::size_t room = room_for(task.count);
  states_->updated.reserve(room);
  if (update.clips()) {
    states_->folds.reserve(room_for(chunk_count(task.count)));
    states_->factor.reserve(1);
  }
  T* const factor = update.clips() ? states_->factor.data() : nullptr;
  std::visit(
      [&]<class Scalars>(const Scalars& scalars) {
        using Optimizer = typename Scalars::Optimizer;
        using State = typename Optimizer::template State<T>;
        auto& own = states_->template of<State>(room, stream);
        if (task.loss != nullptr) launch_note_loss(task, stream);
        if (update.clips()) {
          launch_clip(task, update.max_norm(), states_->folds.data(), factor, stream);
        }
        launch_propose<Optimizer>(task, scalars, factor, own.now.data(), own.next.data(),
                                  states_->updated.data(), stream);
        launch_commit(task, states_->updated.data(), own.next.data(), own.now.data(), stream);
      },
      update.scalars());
}

template class DeviceOptimizer<float>;
template class DeviceOptimizer<double>;

}  // namespace levelgrad::cuda
