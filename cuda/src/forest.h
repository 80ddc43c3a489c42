// SPDX-License-Identifier: MIT
//
// Makes a forest's rows, sorted by level and op, on the device.
#pragma once

#include <span>
#include <vector>

#include "device_memory.h"
#include "forest_kernels.h"

namespace levelgrad::cuda {

/// The rows of one pass. The memory is kept from forest to forest.
class ForestPass {
public:
  /// programs   [lane], in host and in device memory.
  /// cost       radix sort of all rows; waits for the number of rows of each level.
  void build(const ForestRows& rows, std::span<const std::uint32_t> programs,
             const std::uint32_t* device_programs, cudaStream_t stream);

  [[nodiscard]] ForestLevels view() const { return {items_.data(), begin_.data(), levels_}; }
  /// Rows before each level: [levels + 1].
  [[nodiscard]] const std::vector<std::uint32_t>& begin() const { return host_begin_; }
  /// Bytes of device memory for so many rows.
  [[nodiscard]] static std::size_t bytes_for(std::size_t rows);

private:
  DeviceArray<std::uint32_t> row_begin_, row_count_, row_keys_;  // [program], [program], [row]
  DeviceArray<std::uint32_t> counts_, starts_;                   // [lane]
  DeviceArray<std::uint32_t> keys_, sorted_keys_, begin_;
  DeviceArray<ForestItem> unsorted_, items_;
  DeviceArray<unsigned char> scratch_;
  std::vector<std::uint32_t> host_begin_;
  std::uint32_t levels_ = 0;
};

}  // namespace levelgrad::cuda
