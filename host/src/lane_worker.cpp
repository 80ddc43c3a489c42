// SPDX-License-Identifier: MIT
#include "lane_worker.h"

#include <algorithm>

namespace levelgrad::host {

template <class T>
LaneWorker<T>::LaneWorker(const LanePlan<T>& plan, const LaneKernels<T>& kernels)
    : plan_(plan),
      kernels_(kernels),
      lanes_(plan.lanes_size),
      columns_(plan.most_turned_terms * plan.sub_block * fold_columns),
      sums_(plan.most_rows * fold_columns),
      rows_(plan.most_row_numbers),
      column_lanes_(plan.most_column_numbers) {
  if (plan_.ones != LanePlan<T>::none) {
    std::fill_n(lanes_.data() + plan_.ones, plan_.sub_block, T(1));
  }
}

template <class T>
void LaneWorker<T>::start(const T* uniform, std::span<const T> seeds) {
  uniform_ = uniform;
  seeds_ = seeds;
  for (const auto& splat : plan_.splats) {
    std::fill_n(lanes_.data() + splat.offset, plan_.sub_block, uniform[splat.node]);
  }
}

template <class T>
void LaneWorker<T>::load(const BasicBatch<T>& batch) {
  for (std::size_t k = 0; k < plan_.input.size(); ++k) {
    if (plan_.input[k] == LanePlan<T>::none) continue;
    load_input(batch, plan_.input.size(), k, examples_, width_, lanes_.data() + plan_.input[k]);
  }
}

template <class T>
void LaneWorker<T>::forward(const BasicBatch<T>& batch, LaneRange examples) {
  examples_ = examples;
  width_ = (examples.count + lane_pack - 1) / lane_pack * lane_pack;
  load(batch);
  const LaneRun<T> lanes = lane_run();
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
void LaneWorker<T>::backward() {
  const LaneRun<T> lanes = lane_run();
  for (const auto& call : plan_.backward) {
    T* const sum = lanes_.data() + call.sum;
    T start = 0;
    const bool starts = call.start != LanePlan<T>::none;
    if (starts) {
      for (const std::uint32_t join : plan_.starts[call.start].joins) start = start + seeds_[join];
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
    lanes.kernel(lane_run(), found, &zero, &lanes.term, 1);
  }
  return found;
}

/// Lays columns side by side. Those beyond count repeat the last one; nobody reads their sums.
template <class T>
void LaneWorker<T>::turn(const Lanes* columns, std::size_t count, T* to) {
  const T* from[fold_columns];
  for (std::size_t c = 0; c < fold_columns; ++c) {
    from[c] = c < count ? resolve(columns[c]) : from[c - 1];
  }
  kernels_.turn(from, width_, to);
}

/// Computes and turns what the fold reads.
template <class T>
void LaneWorker<T>::prepare(const Fold& fold) {
  for (std::size_t i = 0; i < fold.row.size(); ++i) rows_[i] = resolve(fold.row[i]);
  if (!fold.turned) {
    for (std::size_t i = 0; i < fold.column.size(); ++i) column_lanes_[i] = resolve(fold.column[i]);
    return;
  }
  for (std::size_t t = 0; t < fold.term_count; ++t) {
    turn(fold.column.data() + t * fold.column_count, fold.column_count,
         columns_.data() + t * plan_.sub_block * fold_columns);
  }
}

/// Behind prepare(). sums [shared]
template <class T>
void LaneWorker<T>::fold(const Fold& fold, std::size_t first_lane, std::size_t last_lane, T* sums) {
  if (!fold.turned) return fold_unturned(fold, first_lane, last_lane, sums);
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

/// The same order of additions, one after the other.
template <class T>
void LaneWorker<T>::fold_unturned(const Fold& fold, std::size_t first_lane, std::size_t last_lane,
                                  T* sums) {
  for (std::size_t l = last_lane; l-- > first_lane;) {
    for (std::size_t t = 0; t < fold.term_count; ++t) {
      const std::uint32_t* index = fold.sum.data();
      for (std::size_t r = 0; r < fold.row_count; ++r) {
        const T row = rows_[t * fold.row_count + r][l];
        for (std::size_t c = 0; c < fold.column_count; ++c) {
          T& sum = sums[*index++];
          sum = sum + row * column_lanes_[t * fold.column_count + c][l];
        }
      }
    }
  }
}

template <class T>
void LaneWorker<T>::fold(std::span<T> sums) {
  for (const Fold& each : plan_.folds) {
    prepare(each);
    fold(each, 0, examples_.count, sums.data());
  }
}

template <class T>
void LaneWorker<T>::fold_each(std::span<T> sums, std::size_t shared_count) {
  for (const Fold& each : plan_.folds) {
    prepare(each);
    for (std::size_t l = 0; l < examples_.count; ++l) {
      fold(each, l, l + 1, sums.data() + l * shared_count);
    }
  }
}

template class LaneWorker<float>;
template class LaneWorker<double>;

}  // namespace levelgrad::host
