// SPDX-License-Identifier: MIT
#include <bit>
#include <cub/device/device_radix_sort.cuh>
#include <cub/device/device_scan.cuh>

#include "forest.h"
#include "launch.cuh"
#include "levelgrad/error.h"

namespace levelgrad::cuda {
namespace {

__global__ void __launch_bounds__(block_threads)
    count_rows(const std::uint32_t* programs, const std::uint32_t* row_count, std::uint32_t* counts,
               std::uint32_t lanes) {
  const std::uint32_t lane = blockIdx.x * blockDim.x + threadIdx.x;
  if (lane < lanes) counts[lane] = row_count[programs[lane]];
}

/// The first of sorted numbers [count] that is greater than key.
__device__ std::uint32_t upper_bound(const std::uint32_t* sorted, std::uint32_t count,
                                     std::uint32_t key) {
  std::uint32_t begin = 0, end = count;
  while (begin < end) {
    const std::uint32_t middle = begin + (end - begin) / 2;
    if (sorted[middle] <= key) {
      begin = middle + 1;
    } else {
      end = middle;
    }
  }
  return begin;
}

/// Item i belongs to the lane whose rows hold i. starts [lane]: the rows of the lanes before.
__global__ void __launch_bounds__(block_threads)
    list_items(const std::uint32_t* programs, const std::uint32_t* starts,
               const std::uint32_t* row_begin, const std::uint32_t* row_keys, std::uint32_t lanes,
               std::uint32_t total, std::uint32_t* keys, ForestItem* items) {
  const std::uint32_t i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= total) return;
  const std::uint32_t lane = upper_bound(starts, lanes, i) - 1;
  const std::uint32_t row = row_begin[programs[lane]] + (i - starts[lane]);
  keys[i] = row_keys[row];
  items[i] = {lane, row};
}

__global__ void __launch_bounds__(block_threads)
    find_levels(const std::uint32_t* keys, std::uint32_t total, std::uint32_t levels,
                std::uint32_t* begin) {
  const std::uint32_t level = blockIdx.x * blockDim.x + threadIdx.x;
  if (level > levels) return;
  begin[level] = level == 0 ? 0 : upper_bound(keys, total, level * forest_kinds - 1);
}

}  // namespace

std::size_t ForestPass::bytes_for(std::size_t rows) {
  // Keys and items, sorted and not, and the sort's own, which is little more than its histograms.
  return rows * 2 * (sizeof(std::uint32_t) + sizeof(ForestItem)) + (std::size_t{1} << 20);
}

void ForestPass::build(const ForestRows& rows, std::span<const std::uint32_t> programs,
                       const std::uint32_t* device_programs, cudaStream_t stream) {
  std::size_t total = 0;
  std::uint32_t last_key = 0;
  for (const std::uint32_t program : programs) {
    const std::uint32_t count = rows.count[program];
    total += count;
    if (count > 0) last_key = std::max(last_key, rows.keys[rows.begin[program] + count - 1]);
  }
  if (total > INT32_MAX) throw OutOfDeviceMemory("a forest of more than 2^31 nodes");
  levels_ = total == 0 ? 0 : last_key / forest_kinds + 1;
  host_begin_.assign(levels_ + 1, 0);
  if (total == 0) return;

  row_begin_.upload(rows.begin, stream);
  row_count_.upload(rows.count, stream);
  row_keys_.upload(rows.keys, stream);
  const auto lanes = static_cast<std::uint32_t>(programs.size());
  const auto count = static_cast<std::uint32_t>(total);
  counts_.reserve(lanes);
  starts_.reserve(lanes);
  for (DeviceArray<std::uint32_t>* keys : {&keys_, &sorted_keys_}) keys->reserve(total);
  for (DeviceArray<ForestItem>* items : {&unsorted_, &items_}) items->reserve(total);
  begin_.reserve(levels_ + 1);

  const int bits = std::bit_width(last_key);
  std::size_t for_scan = 0, for_sort = 0;
  LG_CUDA(cub::DeviceScan::ExclusiveSum(nullptr, for_scan, counts_.data(), starts_.data(), lanes,
                                        stream));
  LG_CUDA(cub::DeviceRadixSort::SortPairs(nullptr, for_sort, keys_.data(), sorted_keys_.data(),
                                          unsorted_.data(), items_.data(), count, 0, bits, stream));
  scratch_.reserve(std::max(for_scan, for_sort));

  count_rows<<<grid_for(lanes), block_threads, 0, stream>>>(device_programs, row_count_.data(),
                                                            counts_.data(), lanes);
  LG_CUDA(cudaGetLastError());
  LG_CUDA(cub::DeviceScan::ExclusiveSum(scratch_.data(), for_scan, counts_.data(), starts_.data(),
                                        lanes, stream));
  list_items<<<(count + block_threads - 1) / block_threads, block_threads, 0, stream>>>(
      device_programs, starts_.data(), row_begin_.data(), row_keys_.data(), lanes, count,
      keys_.data(), unsorted_.data());
  LG_CUDA(cudaGetLastError());
  LG_CUDA(cub::DeviceRadixSort::SortPairs(scratch_.data(), for_sort, keys_.data(),
                                          sorted_keys_.data(), unsorted_.data(), items_.data(),
                                          count, 0, bits, stream));
  find_levels<<<levels_ / block_threads + 1, block_threads, 0, stream>>>(sorted_keys_.data(), count,
                                                                         levels_, begin_.data());
  LG_CUDA(cudaGetLastError());
  LG_CUDA(cudaMemcpyAsync(host_begin_.data(), begin_.data(),
                          host_begin_.size() * sizeof(std::uint32_t), cudaMemcpyDeviceToHost,
                          stream));
  LG_CUDA(cudaStreamSynchronize(stream));
}

}  // namespace levelgrad::cuda
