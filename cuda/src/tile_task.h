// SPDX-License-Identifier: MIT
//
// What is to be done for one tile of a batch; how is a strategy's business.
#pragma once

#include <cstdint>
#include <vector>

#include "device_tables.h"
#include "views.h"

namespace levelgrad::cuda {

/// One round of the tree over chunks, or over tiles.
template <class T>
struct TreeRound {
  const T* in;
  std::size_t count;
  T* out;
};

template <class T>
struct TileTask {
  UniformView uniform;
  T* numbers;                ///< the uniform ones
  std::uint32_t before = 0;  ///< UniformParts
  std::uint32_t after = 0;
  bool backward = false;
  const DeviceBodies* bodies = nullptr;
  std::size_t program = 0;  ///< where all examples have the same
  LanesView<T> lanes = {};  ///< of the whole tile; data is null where the strategy has its own
  FoldsView<T> folds = {};
  std::vector<TreeRound<T>> rounds;  ///< from the chunks' folds to the tile's, or to the batch's

  [[nodiscard]] const BodyView& body() const { return bodies->view(program); }
};

/// The rounds that make one row [width] of count rows. rows is not written to; scratch has room for
/// count rows.
template <class T>
void append_rounds(std::vector<TreeRound<T>>& rounds, const T* rows, std::size_t count,
                   std::size_t width, T* scratch, T* result);

}  // namespace levelgrad::cuda
