// SPDX-License-Identifier: MIT
#include "lane_worker.h"

#include <algorithm>

namespace levelgrad::host {

template <class T>
LaneWorker<T>::LaneWorker(const LanePlan<T>& plan, const LaneKernels<T>& kernels)
    : plan_(plan),
      kernels_(kernels),
      lanes_(plan.lanes_size),
      columns_(plan.most_terms * plan.sub_block * fold_columns),
      sums_(plan.most_rows * fold_columns),
      rows_(plan.most_row_numbers) {
  if (plan_.ones != LanePlan<T>::none) {
    std::fill_n(lanes_.data() + plan_.ones, plan_.sub_block, T(1));
  }
}

template <class T>
void LaneWorker<T>::start(const T* uniform) {
  uniform_ = uniform;
  for (const auto& splat : plan_.splats) {
    std::fill_n(lanes_.data() + splat.offset, plan_.sub_block, uniform[splat.node]);
  }
}

template <class T>
void LaneWorker<T>::load(const BasicBatch<T>& batch) {
  for (std::size_t k = 0; k < plan_.input.size(); ++k) {
    if (plan_.input[k] == LanePlan<T>::none) continue;
    T* const to = lanes_.data() + plan_.input[k];
    const std::size_t step = batch.layout == Layout::ByInput ? 1 : plan_.input.size();
    const T* const from = batch.inputs.data() + batch.place(examples_.first, k);
    for (std::size_t l = 0; l < examples_.count; ++l) to[l] = from[l * step];
    for (std::size_t l = examples_.count; l < width_; ++l) to[l] = T(0);
  }
}

template <class T>
void LaneWorker<T>::forward(const BasicBatch<T>& batch, LaneRange examples) {
  examples_ = examples;
  width_ = (examples.count + lane_pack - 1) / lane_pack * lane_pack;
  load(batch);
  const LaneRun<T> lanes = run();
  for (const auto& call : plan_.forward) {
    call.kernel(lanes, plan_.steps.data() + call.first, call.count);
  }
}

template <class T>
void LaneWorker<T>::store_outputs(std::span<const std::span<T>> outputs) const {
  for (std::size_t k = 0; k < outputs.size(); ++k) {
    if (outputs[k].empty() || plan_.output[k] == LanePlan<T>::none) continue;
    std::copy_n(lanes_.data() + plan_.output[k], examples_.count,
                outputs[k].data() + examples_.first);
  }
}

template <class T>
void LaneWorker<T>::backward(std::span<const T> seeds) {
  const LaneRun<T> lanes = run();
  for (const auto& call : plan_.backward) {
    T* const sum = lanes_.data() + call.sum;
    T start = 0;
    const bool starts = call.start != LanePlan<T>::none;
    if (starts) {
      for (const std::uint32_t join : plan_.starts[call.start].joins) start = start + seeds[join];
    }
    if (call.kernel == nullptr) {
      std::fill_n(sum, width_, start);
    } else {
      call.kernel(lanes, sum, starts ? &start : nullptr, plan_.terms.data() + call.first,
                  call.count);
    }
  }
}

template <class T>
void LaneWorker<T>::store_input_grads(const BasicBatch<T>& batch, std::span<T> grads) const {
  for (std::size_t k = 0; k < plan_.input_grad.size(); ++k) {
    for (std::size_t l = 0; l < examples_.count; ++l) {
      const bool kept = plan_.input_grad[k] != LanePlan<T>::none;
      grads[batch.place(examples_.first + l, k)] =
          kept ? lanes_.data()[plan_.input_grad[k] + l] : T(0);
    }
  }
}

template <class T>
const T* LaneWorker<T>::resolve(const Lanes& lanes) {
  T* const found = lanes_.data() + lanes.offset;
  if (lanes.kernel != nullptr) {
    const T zero = 0;
    lanes.kernel(run(), found, &zero, &lanes.term, 1);
  }
  return found;
}

template <class T>
void LaneWorker<T>::fold(std::span<T> sums) {
  fold(0, examples_.count, sums);
}

template <class T>
void LaneWorker<T>::fold(std::size_t first_lane, std::size_t last_lane, std::span<T> sums) {
  for (const auto& fold : plan_.folds) {
    for (std::size_t i = 0; i < fold.row.size(); ++i) rows_[i] = resolve(fold.row[i]);
    for (std::size_t t = 0; t < fold.term_count; ++t) {
      T* const turned = columns_.data() + t * plan_.sub_block * fold_columns;
      for (std::size_t c = 0; c < fold.column_count; ++c) {
        const T* const from = resolve(fold.column[t * fold.column_count + c]);
        for (std::size_t l = first_lane; l < last_lane; ++l) turned[l * fold_columns + c] = from[l];
      }
    }
    const auto each_sum = [&](const auto& f) {
      const std::uint32_t* index = fold.sum.data();
      for (std::size_t r = 0; r < fold.row_count; ++r) {
        for (std::size_t c = 0; c < fold.column_count; ++c) {
          f(sums_.data()[r * fold_columns + c], sums[*index++]);
        }
      }
    };
    each_sum([](T& local, const T& shared) { local = shared; });
    kernels_.fold(rows_.data(), columns_.data(), fold.term_count, fold.row_count, plan_.sub_block,
                  first_lane, last_lane, sums_.data());
    each_sum([](const T& local, T& shared) { shared = local; });
  }
}

template class LaneWorker<float>;
template class LaneWorker<double>;

}  // namespace levelgrad::host
