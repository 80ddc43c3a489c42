// SPDX-License-Identifier: MIT
//
// What a tile takes back of its examples: varying outputs, grads of inputs, per-example grads.
#pragma once

#include <functional>

#include "batch_source.h"
#include "levelgrad/executor.h"

namespace levelgrad::cuda {

/// Examples of a tile, by index in the batch.
struct TileRange {
  std::size_t first, count;
};

/// A tile's results lie together: outputs [output][place], then grads of inputs [input][place],
/// then per-example grads [place][parameter]. What is not wanted has no room. Borrows its
/// arguments.
template <class T>
class TileResults {
public:
  /// wanted   null: nothing.
  TileResults(const Program& program, const BasicResults<T>* wanted);

  /// Numbers of one example.
  [[nodiscard]] std::size_t width() const { return outputs_ + input_grads_ + example_grads_; }
  [[nodiscard]] bool has_example_grads() const { return example_grads_ > 0; }

  /// Where each kind begins in the results of a tile of so many places; null: it is not wanted.
  [[nodiscard]] T* outputs(T* tile) const { return outputs_ > 0 ? tile : nullptr; }
  [[nodiscard]] T* input_grads(T* tile, std::size_t places) const {
    return input_grads_ > 0 ? tile + outputs_ * places : nullptr;
  }
  [[nodiscard]] T* example_grads(T* tile, std::size_t places) const {
    return example_grads_ > 0 ? tile + (outputs_ + input_grads_) * places : nullptr;
  }

  /// Copies a tile's results to where they are wanted; null where nothing is.
  [[nodiscard]] std::function<void(const T*)> taker(const BatchSource<T>& source,
                                                    TileRange range) const;

private:
  void take(const T* from, const BatchSource<T>& source, TileRange range) const;

  const Program& program_;
  const BasicResults<T>* wanted_;
  std::size_t outputs_ = 0, input_grads_ = 0, example_grads_ = 0;  // widths
};

}  // namespace levelgrad::cuda
