// SPDX-License-Identifier: MIT
//
// What a tile brings to the device and takes back. There are two, so that the copying of one tile
// overlaps the computing of the other.
#pragma once

#include <algorithm>
#include <cstring>
#include <functional>
#include <vector>

#include "device_memory.h"
#include "tile_results.h"

namespace levelgrad::cuda {

template <class T>
class TileSlot {
public:
  TileSlot() : copied_(make_event()), done_(make_event()) {}

  /// Room for tiles of so many examples. Widths are numbers of one example.
  void reserve(std::size_t examples, std::size_t inputs, std::size_t results) {
    inputs_.reserve(examples * inputs);
    staged_inputs_.reserve(examples * inputs);
    results_.reserve(examples * results);
    staged_results_.reserve(examples * results);
  }

  /// Copies a tile's inputs to the device: on the copying stream, when the slot's last tile is
  /// computed; the computing stream waits for it.
  RowsView<T> bring(const BasicBatch<T>& batch, TileRange tile, cudaStream_t copying,
                    cudaStream_t computing) {
    const std::size_t width = batch.inputs.size() / batch.example_count;
    const bool by_input = batch.layout == Layout::ByInput;
    const RowsView<T> view = {inputs_.data(), by_input ? 1 : width, by_input ? tile.count : 1,
                              nullptr};
    if (width == 0) return view;
    LG_CUDA(cudaEventSynchronize(copied_.get()));  // the staging memory is free again
    if (by_input) {
      for (std::size_t k = 0; k < width; ++k) {
        std::copy_n(batch.inputs.data() + k * batch.example_count + tile.first, tile.count,
                    staged_inputs_.data() + k * tile.count);
      }
    } else {
      std::copy_n(batch.inputs.data() + tile.first * width, tile.count * width,
                  staged_inputs_.data());
    }
    LG_CUDA(cudaStreamWaitEvent(copying, done_.get(), 0));
    LG_CUDA(cudaMemcpyAsync(inputs_.data(), staged_inputs_.data(), tile.count * width * sizeof(T),
                            cudaMemcpyHostToDevice, copying));
    LG_CUDA(cudaEventRecord(copied_.get(), copying));
    LG_CUDA(cudaStreamWaitEvent(computing, copied_.get(), 0));
    return view;
  }

  /// The device's memory for results of the tile.
  [[nodiscard]] T* results() const { return results_.data(); }

  /// Behind all launches of the tile: copies count results back, which take() hands out.
  void take_back(std::size_t count, std::function<void(const T*)> take, cudaStream_t computing) {
    if (count > 0) {
      LG_CUDA(cudaMemcpyAsync(staged_results_.data(), results_.data(), count * sizeof(T),
                              cudaMemcpyDeviceToHost, computing));
    }
    LG_CUDA(cudaEventRecord(done_.get(), computing));
    take_ = std::move(take);
  }

  /// Waits for what the last tile took back, and hands it out.
  void finish() {
    if (!take_) return;
    LG_CUDA(cudaEventSynchronize(done_.get()));
    take_(staged_results_.data());
    take_ = nullptr;
  }
  /// Forgets results that nobody waits for any more.
  void forget() { take_ = nullptr; }

private:
  DeviceArray<T> inputs_, results_;
  PinnedArray<T> staged_inputs_, staged_results_;
  Event copied_, done_;
  std::function<void(const T*)> take_;
};

}  // namespace levelgrad::cuda
