// SPDX-License-Identifier: MIT
#include "uniform_part.h"

#include <algorithm>

#include "levelgrad/batch_order.h"
#include "levelgrad/contribution.h"
#include "levelgrad/uniform_text.h"

namespace levelgrad::host {

template <class T>
UniformPart<T>::UniformPart(const Program& program)
    : program_(program),
      joins_(program.joins()),
      values_(program.node_count(), T(0)),
      grads_(program.node_count(), T(0)),
      seeds_(joins_.size(), T(0)),
      u_(uniform_count(program), T(0)),
      d_(uniform_count(program), T(0)) {
  for (NodeIndex n = program.constants().begin; n < program.constants().end; ++n) {
    values_[n] = static_cast<T>(program.constant(n));
  }
  const UniformOrder order(program);
  early_ = UniformValues<T>(program, order.early);
  late_ = UniformValues<T>(program, order.late);
  epilogue_ = UniformGrads<T>(program, order, program.epilogue());
  prologue_ = UniformGrads<T>(program, order, program.prologue());
}

template <class T>
void UniformPart<T>::run_prologue(std::span<const T> parameters) {
  std::ranges::copy(parameters, values_.begin());
  if (code_ == nullptr) return early_.run(values_.data());
  std::ranges::copy(parameters, u_.begin());
  code_->prologue_forward(u_.data());
  std::copy_n(u_.begin() + static_cast<std::ptrdiff_t>(parameters.size()),
              program_.prologue().size(), values_.begin() + program_.prologue().begin);
}

/// From the code's numbers.
template <class T>
void UniformPart<T>::read_outputs() {
  for (const ProgramParts::Output& output : program_.outputs()) {
    const bool constant = program_.constants().holds(output.node);
    if (constant || program_.varying(output.node)) continue;
    values_[output.node] = u_[uniform_index(program_, output.node)];
  }
}

template <class T>
void UniformPart<T>::run_epilogue(std::span<const T> sums, std::size_t example_count) {
  if (code_ != nullptr) {
    code_->epilogue_forward(u_.data(), sums.data(), mean_weight<T>(example_count));
    return read_outputs();
  }
  for (std::size_t j = 0; j < joins_.size(); ++j) {
    const bool averages = info(program_.op(joins_[j])).averages;
    values_[joins_[j]] = averages ? sums[j] * mean_weight<T>(example_count) : sums[j];
  }
  late_.run(values_.data());
}

template <class T>
void UniformPart<T>::run_epilogue_backward(std::size_t example_count) {
  if (code_ != nullptr) {
    return code_->epilogue_backward(u_.data(), d_.data(), mean_weight<T>(example_count),
                                    seeds_.data());
  }
  std::fill_n(grads_.begin(), program_.body().begin, T(0));
  std::fill(grads_.begin() + program_.epilogue().begin, grads_.end(), T(0));
  grads_[program_.root()] = T(1);
  epilogue_.run(values_.data(), grads_.data());
  for (std::size_t j = 0; j < joins_.size(); ++j) {
    const T grad = grads_[joins_[j]];
    // The sum's grad is a fold from +0 with one contribution.
    seeds_[j] =
        info(program_.op(joins_[j])).averages ? T(0) + mean_weight<T>(example_count) * grad : grad;
  }
}

template <class T>
void UniformPart<T>::take_left(std::span<T> left) const {
  if (code_ != nullptr) return (void)std::copy_n(d_.begin(), left.size(), left.begin());
  for (std::size_t i = 0; i < left.size(); ++i) left[i] = grads_[program_.shared_node(i)];
}

template <class T>
std::span<const T> UniformPart<T>::run_prologue_backward(std::span<const T> shared) {
  if (code_ == nullptr) return carry_back(shared, grads_);
  std::ranges::copy(shared, d_.begin());
  code_->prologue_backward(u_.data(), d_.data());
  return std::span(d_).first(program_.parameter_count());
}

template <class T>
std::span<const T> UniformPart<T>::carry_back(std::span<const T> shared,
                                              std::vector<T>& grads) const {
  for (std::size_t i = 0; i < shared.size(); ++i) grads[program_.shared_node(i)] = shared[i];
  prologue_.run(values_.data(), grads.data());
  return std::span(grads).first(program_.parameter_count());
}

template class UniformPart<float>;
template class UniformPart<double>;

}  // namespace levelgrad::host
