// SPDX-License-Identifier: MIT
//
// Launches for examples whose graphs differ. Asynchronous; errors are DeviceError.
#pragma once

#include <cuda_runtime_api.h>

#include "forest_view.h"

namespace levelgrad::cuda {

template <class T>
void launch_forest_load(const ForestView<T>& forest, cudaStream_t stream);
/// One level: items [begin, end).
template <class T>
void launch_forest_forward(const ForestView<T>& forest, std::uint32_t begin, std::uint32_t end,
                           cudaStream_t stream);
template <class T>
void launch_forest_store(const ForestView<T>& forest, cudaStream_t stream);
template <class T>
void launch_forest_backward(const ForestView<T>& forest, std::uint32_t begin, std::uint32_t end,
                            cudaStream_t stream);
template <class T>
void launch_forest_store_input_grads(const ForestView<T>& forest, cudaStream_t stream);
/// All of it in one cooperative launch: the grid waits behind each level.
template <class T>
void launch_forest_walk(const ForestView<T>& forest, bool backward, int device,
                        cudaStream_t stream);

/// The folds of chunks whose examples have different Programs, and of single examples.
template <class T>
void launch_fold_mixed(const MixedView<T>& mixed, std::uint32_t folded, std::uint32_t joins,
                       const FoldsView<T>& folds, cudaStream_t stream);
/// Each example's contributions alone, from +0: folds [folded][row_length]; places behind the last
/// get 0. program: that of all examples, where mixed.lanes is null.
template <class T>
void launch_fold_examples(const MixedView<T>& mixed, std::uint32_t program, std::uint32_t folded,
                          std::size_t places, T* folds, std::size_t row_length,
                          cudaStream_t stream);
/// rows [count][row_length] becomes [place][count].
template <class T>
void launch_turn(const T* rows, std::size_t row_length, std::size_t count, std::size_t places,
                 T* turned, cudaStream_t stream);

}  // namespace levelgrad::cuda
