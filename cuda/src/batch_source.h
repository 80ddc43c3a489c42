// SPDX-License-Identifier: MIT
//
// Where the examples of a batch are: in the host's memory, to be copied tile by tile, or on the
// device.
#pragma once

#include <cstdint>
#include <span>

#include "levelgrad/executor.h"
#include "views.h"

namespace levelgrad::cuda {

template <class T>
struct BatchSource {
  std::size_t example_count = 0;
  const BasicBatch<T>* host = nullptr;  ///< copied from, where it is given
  RowsView<T> device = {};              ///< else: rows of a data set that is on the device
  /// [example], which body each has; empty: all the same.
  std::span<const std::uint32_t> programs = {};
  std::uint32_t program = 0;  ///< that same
};

}  // namespace levelgrad::cuda
