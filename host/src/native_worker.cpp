// SPDX-License-Identifier: MIT
#include "native_worker.h"

#include <algorithm>

#include "lane_kernels.h"

namespace levelgrad::host {

template <class T>
NativeBody<T>::NativeBody(NativeLibrary code, const NativeCode& made, const Program& of,
                          bool runs_backward)
    : library(std::move(code)),
      run(library.template function<void(T*, const T*, const T*, std::size_t)>("levelgrad_run")),
      turn(library.template function<void(T*, std::size_t)>("levelgrad_turn")),
      fold(library.template function<void(const T*, std::size_t, std::size_t, T*)>(
          "levelgrad_fold")),
      program(&of),
      backward(runs_backward),
      layout(made) {
  layout.text.clear();
  if (!layout.has_uniform_part) return;
  uniform = {library.template function<void(T*)>("levelgrad_prologue_forward"),
             library.template function<void(T*, const T*, T)>("levelgrad_epilogue_forward"),
             library.template function<void(const T*, T*, T, T*)>("levelgrad_epilogue_backward"),
             library.template function<void(const T*, T*)>("levelgrad_prologue_backward")};
}

template <class T>
NativeWorker<T>::NativeWorker(const NativeBody<T>& body, std::size_t sub_block)
    : body_(body),
      sub_block_(sub_block),
      frame_(body.layout.rows * sub_block),
      alone_(body.layout.sum_of.size()) {}

template <class T>
void NativeWorker<T>::start(const T* uniform, std::span<const T> seeds) {
  const Program& program = *body_.program;
  seeds_ = seeds;
  p_ = uniform;  // parameters are the first nodes
  if (program.prologue().size() == 0) return;
  shared_.resize(program.shared_count());
  for (std::size_t i = 0; i < shared_.size(); ++i) shared_[i] = uniform[program.shared_node(i)];
  p_ = shared_.data();
}

template <class T>
void NativeWorker<T>::forward(const BasicBatch<T>& batch, LaneRange examples) {
  examples_ = examples;
  const std::size_t width = (examples.count + lane_pack - 1) / lane_pack * lane_pack;
  const std::size_t inputs = body_.program->input_count();
  for (std::size_t k = 0; k < inputs; ++k) {
    load_input(batch, inputs, k, examples, width, row(body_.layout.input + k));
  }
  body_.run(frame_.data(), p_, seeds_.data(), width);
  if (body_.backward) body_.turn(frame_.data(), width);
}

template <class T>
void NativeWorker<T>::store_outputs(std::span<const std::span<T>> outputs) const {
  for (std::size_t k = 0; k < outputs.size(); ++k) {
    if (outputs[k].empty() || !body_.program->varying(body_.program->outputs()[k].node)) continue;
    std::copy_n(row(body_.layout.output + k), examples_.count, outputs[k].data() + examples_.first);
  }
}

template <class T>
void NativeWorker<T>::store_input_grads(const BasicBatch<T>& batch, std::span<T> grads) const {
  for (std::size_t k = 0; k < body_.program->input_count(); ++k) {
    const T* const from = row(body_.layout.input_grad + k);
    for (std::size_t l = 0; l < examples_.count; ++l) {
      grads[batch.place(examples_.first + l, k)] = from[l];
    }
  }
}

template <class T>
void NativeWorker<T>::fold(std::span<T> sums) {
  body_.fold(frame_.data(), 0, examples_.count, sums.data());
}

template <class T>
void NativeWorker<T>::fold_each(std::span<T> sums, std::size_t shared_count) {
  const std::span<const std::uint32_t> order = sum_of();
  for (std::size_t l = 0; l < examples_.count; ++l) {
    std::fill_n(alone_.data(), order.size(), T(0));
    body_.fold(frame_.data(), l, l + 1, alone_.data());
    for (std::size_t k = 0; k < order.size(); ++k) {
      if (order[k] != BodyWorker<T>::no_fold) sums[l * shared_count + order[k]] = alone_.data()[k];
    }
  }
}

template struct NativeBody<float>;
template struct NativeBody<double>;
template class NativeWorker<float>;
template class NativeWorker<double>;

}  // namespace levelgrad::host
