// SPDX-License-Identifier: MIT
#include "uniform_part.h"

#include <algorithm>

#include "levelgrad/batch_order.h"
#include "levelgrad/contribution.h"
#include "levelgrad/uniform_text.h"

namespace levelgrad::host {
namespace {

/// Up to three operands' numbers.
template <class T>
struct Operands {
  T number[3] = {};
  Operands(std::span<const NodeIndex> nodes, const std::vector<T>& values) {
    for (std::size_t k = 0; k < nodes.size(); ++k) number[k] = values[nodes[k]];
  }
};

}  // namespace

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
}

template <class T>
void UniformPart<T>::run_forward(NodeRange part) {
  for (NodeIndex n = part.begin; n < part.end; ++n) {
    if (program_.joins(n)) continue;
    const Operands<T> in(program_.operands(n), values_);
    values_[n] = dispatch(program_.op(n), [&](auto o) {
      return decltype(o)::value(in.number[0], in.number[1], in.number[2]);
    });
  }
}

template <class T>
void UniformPart<T>::run_backward(NodeRange part) {
  for (NodeIndex n = part.end; n-- > part.begin;) {
    if (!program_.under_root(n) || program_.joins(n)) continue;
    const std::span<const NodeIndex> operands = program_.operands(n);
    const Operands<T> in(operands, values_);
    dispatch(program_.op(n), [&](auto o) {
      using O = decltype(o);
      const auto add = [&]<int K>() {
        if constexpr (K < O::active) {
          T& grad = grads_[operands[K]];
          grad = grad + contribution<O, K>(grads_[n], in.number[0], in.number[1], in.number[2],
                                           values_[n]);
        }
      };
      add.template operator()<0>();
      add.template operator()<1>();
      add.template operator()<2>();
    });
  }
}

template <class T>
void UniformPart<T>::run_prologue(std::span<const T> parameters) {
  std::ranges::copy(parameters, values_.begin());
  if (code_ == nullptr) return run_forward(program_.prologue());
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
  run_forward(program_.epilogue());
}

template <class T>
void UniformPart<T>::run_epilogue_backward(std::size_t example_count) {
  if (code_ != nullptr) {
    return code_->epilogue_backward(u_.data(), d_.data(), mean_weight<T>(example_count),
                                    seeds_.data());
  }
  std::ranges::fill(grads_, T(0));
  grads_[program_.root()] = T(1);
  run_backward(program_.epilogue());
  for (std::size_t j = 0; j < joins_.size(); ++j) {
    const T grad = grads_[joins_[j]];
    // The sum's grad is a fold from +0 with one contribution.
    seeds_[j] =
        info(program_.op(joins_[j])).averages ? T(0) + mean_weight<T>(example_count) * grad : grad;
  }
}

template <class T>
std::vector<T> UniformPart<T>::left() const {
  if (code_ != nullptr) {
    return {d_.begin(), d_.begin() + static_cast<std::ptrdiff_t>(program_.shared_count())};
  }
  std::vector<T> left;
  for (std::size_t i = 0; i < program_.shared_count(); ++i) {
    left.push_back(grads_[program_.shared_node(i)]);
  }
  return left;
}

template <class T>
std::vector<T> UniformPart<T>::run_prologue_backward(std::span<const T> grads) {
  const auto parameters = static_cast<std::ptrdiff_t>(program_.parameter_count());
  if (code_ != nullptr) {
    std::ranges::copy(grads, d_.begin());
    code_->prologue_backward(u_.data(), d_.data());
    return {d_.begin(), d_.begin() + parameters};
  }
  for (std::size_t i = 0; i < program_.shared_count(); ++i) {
    grads_[program_.shared_node(i)] = grads[i];
  }
  run_backward(program_.prologue());
  return {grads_.begin(), grads_.begin() + parameters};
}

template class UniformPart<float>;
template class UniformPart<double>;

}  // namespace levelgrad::host
