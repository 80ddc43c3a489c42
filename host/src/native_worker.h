// SPDX-License-Identifier: MIT
//
// Runs compiled code for one sub-block after another.
#pragma once

#include <vector>

#include "aligned_array.h"
#include "body_worker.h"
#include "levelgrad/native_code.h"
#include "native_library.h"

namespace levelgrad::host {

/// A Program's body as functions; what they are is said in native_code.h.
template <class T>
struct NativeBody {
  NativeBody(NativeLibrary code, const NativeCode& layout, const Program& program, bool backward);

  NativeLibrary library;
  void (*run)(T* frame, const T* p, const T* seeds, std::size_t width);
  void (*turn)(T* frame, std::size_t width);
  void (*fold)(const T* frame, std::size_t first, std::size_t last, T* sums);
  UniformCode<T> uniform = {};  ///< where it runs backward
  const Program* program;
  bool backward;
  NativeCode layout;  ///< without the text
};

template <class T>
class NativeWorker : public BodyWorker<T> {
public:
  /// Borrows the body.
  NativeWorker(const NativeBody<T>& body, std::size_t sub_block);

  void start(const T* uniform, std::span<const T> seeds) override;
  /// Runs backward too: the code is one piece, and no row of a frame is used twice.
  void forward(const BasicBatch<T>& batch, LaneRange examples) override;
  void store_outputs(std::span<const std::span<T>> outputs) const override;
  [[nodiscard]] const T* joined(std::size_t join) const override {
    return row(body_.layout.joined + join);
  }
  void backward() override {}
  void store_input_grads(const BasicBatch<T>& batch, std::span<T> grads) const override;
  [[nodiscard]] std::span<const std::uint32_t> sum_of() const override {
    return body_.layout.sum_of;
  }
  void fold(std::span<T> sums) override;
  void fold_each(std::span<T> sums, std::size_t shared_count) override;

private:
  [[nodiscard]] const T* row(std::size_t k) const { return frame_.data() + k * sub_block_; }
  [[nodiscard]] T* row(std::size_t k) { return frame_.data() + k * sub_block_; }

  const NativeBody<T>& body_;
  std::size_t sub_block_;
  std::span<const T> seeds_;
  LaneRange examples_ = {0, 0};
  AlignedArray<T> frame_;  // [row][sub_block]
  std::vector<T> shared_;  // where they do not lie side by side already
  const T* p_ = nullptr;   // [shared]
  AlignedArray<T> alone_;  // one lane's folds
};

extern template struct NativeBody<float>;
extern template struct NativeBody<double>;
extern template class NativeWorker<float>;
extern template class NativeWorker<double>;

}  // namespace levelgrad::host
