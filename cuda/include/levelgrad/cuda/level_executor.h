// SPDX-License-Identifier: MIT
//
// cuda-level: a Program's body level by level, threads over (node, lane).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "levelgrad/code_cache.h"
#include "levelgrad/executor.h"

namespace levelgrad::cuda {

/// How levels become launches. The bits are the same.
enum class Strategy : unsigned char {
  Auto,        ///< measures both on the first batches of a size and keeps the faster
  Launches,    ///< a launch for each level, replayed as one CUDA Graph
  Persistent,  ///< one cooperative launch whose blocks walk the levels of their lanes
  Fused,       ///< a kernel compiled for the body; what cannot be compiled runs as with Auto
};

/// "auto", "launches", "persistent", "fused".
[[nodiscard]] const char* name_of(Strategy strategy);

/// How the cuda-level executor works; only math has an effect on bits.
struct LevelOptions {
  int device = 0;
  Strategy strategy = Strategy::Auto;
  /// The most examples in device memory at once, a power of two of at least 128; 0: as many as fit.
  std::size_t tile_lanes = 0;
  /// Of the strategy Fused: what was compiled is kept there; null: as long as the process runs.
  std::shared_ptr<CodeCache> cache = nullptr;
  /// Of what the strategy Fused compiles; everything else stays exact.
  Math math = Math::Exact;
};

/// Runs a batch on a GPU, level by level.
///
/// Parameters and an optimizer's state stay on the device from step to step. A batch that does not
/// fit into the device's memory is run in tiles of lanes, the copying of one overlapping the
/// computing of the one before. Examples of different Programs run together: those of a Program
/// with many as lanes, the rest as one forest whose levels are those of all its graphs together.
///
/// errors   DeviceError in the constructor where there is no such device; anywhere else after a
///          call to CUDA failed: the executor then refuses to go on, and parameters() are those of
///          the last read-back. Memory that is too small for one tile of 128 lanes is a DeviceError
///          that says how much is needed; the executor can be used again.
template <class T>
class BasicLevelExecutor : public BasicExecutor<T> {
public:
  explicit BasicLevelExecutor(LevelOptions options = {});
  ~BasicLevelExecutor() override;

  [[nodiscard]] std::string name() const override;
  /// Of the strategy Fused: why some body was not compiled, in one line; "" where all were.
  [[nodiscard]] std::string why_not() const;
  using BasicExecutor<T>::load;
  void load(std::span<const Program> programs) override;
  void set_parameters(std::span<const T> numbers) override;
  [[nodiscard]] std::vector<T> parameters() const override;
  void run(const BasicBatch<T>& batch, const BasicResults<T>& results) override;
  bool update(const BasicUpdate<T>& update) override;
  [[nodiscard]] BasicOptimizerState<T> optimizer_state() const override;
  void set_optimizer_state(const BasicOptimizerState<T>& state) override;
  [[nodiscard]] BasicNodeNumbers<T> inspect(const BasicBatch<T>& batch,
                                            std::size_t example) override;
  /// Keeps the data set, parameters and state on the device for all steps.
  BasicStepsReport<T> run_steps(const BasicSteps<T>& steps) override;

private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

extern template class BasicLevelExecutor<float>;
extern template class BasicLevelExecutor<double>;

using LevelExecutor = BasicLevelExecutor<double>;
using LevelExecutorF32 = BasicLevelExecutor<float>;

}  // namespace levelgrad::cuda
