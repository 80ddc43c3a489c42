// SPDX-License-Identifier: MIT
#include "sweep.h"

#include <algorithm>
#include <bit>
#include <string>

#include "forest_kernels.h"
#include "kernels.h"
#include "levelgrad/batch_order.h"
#include "persistent_strategy.h"
#include "process_cache.h"
#include "ranges.h"

namespace levelgrad::cuda {
namespace {

/// Lanes of a tile at most: with more nothing gets faster.
constexpr std::size_t most_lanes = std::size_t{1} << 20;

/// Bytes that one tile may stage in the host's memory, on its way in or out: pages that the system
/// cannot take back.
constexpr std::size_t most_staged = std::size_t{256} << 20;

/// A part of the device's free memory: others may want some, and allocations are rounded up.
std::size_t memory_budget() {
  std::size_t free = 0, total = 0;
  LG_CUDA(cudaMemGetInfo(&free, &total));
  return free / 4 * 3;
}

}  // namespace

template <class T>
Sweep<T>::Sweep(LoadedPrograms<T>& loaded, const LevelOptions& options, cudaStream_t computing,
                cudaStream_t copying)
    : loaded_(loaded),
      options_(options),
      computing_(computing),
      copying_(copying),
      fused_(options.device, options.cache ? *options.cache : process_cache(), computing),
      choice_(options.strategy == Strategy::Fused ? Strategy::Auto : options.strategy) {}

template <class T>
void Sweep<T>::prepare() {
  if (options_.strategy == Strategy::Fused) (void)fused_.find(loaded_, 0, {});
}

template <class T>
FusedSteps<T>* Sweep<T>::steps_of(std::size_t longest, const std::string& optimizer,
                                  std::size_t state_bytes) {
  if (options_.strategy != Strategy::Fused) return nullptr;
  if (longest == 0 || chunk_count(longest) > FusedSteps<T>::most_chunks) return nullptr;
  return fused_.steps(loaded_, optimizer, state_bytes);
}

template <class T>
void Sweep<T>::set_weight(std::size_t example_count) {
  if (weight_of_ == example_count) return;
  const T weight = mean_weight<T>(example_count);
  LG_CUDA(cudaMemcpyAsync(loaded_.number(loaded_.layout().weight()), &weight, sizeof weight,
                          cudaMemcpyHostToDevice, computing_));
  LG_CUDA(cudaStreamSynchronize(computing_));
  weight_of_ = example_count;
}

template <class T>
void Sweep<T>::run(const BatchSource<T>& source, const BasicResults<T>& results, bool late) {
  const Range range("batch");
  set_weight(source.example_count);
  const bool backward = results.runs_backward();
  const DeviceBodies& forward_bodies = loaded_.bodies({.backward = false});
  if (!backward) {
    return run_pass(source, {.before = prologue_forward_part,
                             .after = epilogue_forward_part,
                             .results = &results,
                             .bodies = &forward_bodies});
  }
  Pass pass = {.backward = true,
               .before = prologue_forward_part | epilogue_forward_part | epilogue_backward_part,
               .after = epilogue_forward_part | prologue_backward_part,
               .results = &results,
               .bodies = &loaded_.bodies({.input_grads = !results.input_grads.empty()})};
  if (!loaded_.one_pass()) {
    run_pass(source, {.before = prologue_forward_part,
                      .after = epilogue_forward_part | epilogue_backward_part,
                      .bodies = &forward_bodies});
    pass.before = 0;
  }
  if (late || (loaded_.one_pass() && !loaded_.early_grads())) pass.after |= epilogue_backward_part;
  run_pass(source, pass);
}

template <class T>
std::size_t Sweep<T>::bytes_of_example(const BatchSource<T>& source, const Pass& pass) {
  const UniformLayout& layout = loaded_.layout();
  std::size_t slots = 0, rows = 0;
  for (std::size_t p = 0; p < loaded_.programs().size(); ++p) {
    slots = std::max<std::size_t>(slots, pass.bodies->view(p).slots);
    rows = std::max<std::size_t>(
        rows, pass.bodies->forward_rows().count[p] + pass.bodies->backward_rows().count[p]);
  }
  const TileResults<T> results = results_of(pass);
  const std::size_t width = layout.join_count() + (pass.backward ? layout.folded().size() : 0);
  const bool in_shared =
      fused_body(source, pass) != nullptr ||
      (options_.strategy == Strategy::Persistent && resident_lanes(source, pass) > 0);
  std::size_t numbers =
      (in_shared ? 0 : slots) + layout.join_count() + 2 * results.width() + width / chunk_size + 1;
  if (source.host != nullptr) numbers += 2 * loaded_.first().input_count();
  if (results.has_example_grads()) {
    numbers += layout.folded().size() + loaded_.first().shared_count();
  }
  std::size_t bytes = numbers * sizeof(T);
  if (!source.programs.empty())
    bytes += ForestPass::bytes_for(rows) - ForestPass::bytes_for(0) + 64;
  return bytes;
}

template <class T>
std::size_t Sweep<T>::tile_for(const BatchSource<T>& source, const Pass& pass) {
  const std::size_t most = options_.tile_lanes == 0 ? most_lanes : options_.tile_lanes;
  const std::size_t bytes = bytes_of_example(source, pass);
  std::size_t tile = std::max(chunk_size, std::bit_ceil(std::min(source.example_count, most)));
  if (budget_ == 0) budget_ = memory_budget();
  const std::size_t staged =
      std::max(loaded_.first().input_count(), results_of(pass).width()) * sizeof(T);
  while (tile > chunk_size && (tile * bytes > budget_ || tile * staged > most_staged)) tile /= 2;
  return tile;
}

/// Where the memory is short the pass begins again, with smaller tiles: it only writes what it has
/// computed itself.
template <class T>
void Sweep<T>::run_pass(const BatchSource<T>& source, const Pass& pass) {
  for (std::size_t tile = tile_for(source, pass);; tile /= 2) {
    try {
      reserve(source, pass, tile);
      return run_tiles(source, pass, tile);
    } catch (const OutOfDeviceMemory& error) {
      release();
      if (tile > chunk_size) continue;
      const std::size_t needed = chunk_size * bytes_of_example(source, pass);
      throw OutOfDeviceMemory("the GPU's memory does not hold one chunk of 128 examples, about " +
                                  std::to_string(needed / (1024 * 1024) + 1) +
                                  " MiB: " + error.message(),
                              "try f32, a smaller graph, or --device cpu");
    }
  }
}

/// Gives back all memory, which is of the wrong sizes.
template <class T>
void Sweep<T>::release() {
  for (TileSlot<T>& slot : slots_) slot = {};
  for (DeviceArray<T>* numbers :
       {&data_, &joined_, &folds_, &scratch_, &tile_folds_, &example_folds_}) {
    *numbers = {};
  }
  mixed_ = {};
  launches_.forget();
}

/// Room for all that a tile needs but its lanes' numbers, which depend on the strategy.
template <class T>
void Sweep<T>::reserve(const BatchSource<T>& source, const Pass& pass, std::size_t tile) {
  const UniformLayout& layout = loaded_.layout();
  const std::size_t places = std::min(tile, padded_lanes(source.example_count));
  const std::size_t tiles = (source.example_count + tile - 1) / tile;
  const std::size_t chunks = chunk_count(places);
  const std::size_t width = layout.join_count() + (pass.backward ? layout.folded().size() : 0);
  const TileResults<T> results = results_of(pass);
  for (std::size_t k = 0; k < std::min<std::size_t>(tiles, 2); ++k) {
    slots_[k].reserve(places, source.host != nullptr ? loaded_.first().input_count() : 0,
                      results.width());
  }
  const auto rounded = [](std::size_t count) { return std::max<std::size_t>(count, 1); };
  joined_.reserve(rounded(layout.join_count() * places));
  folds_.reserve(rounded(chunks * width));
  scratch_.reserve(rounded((std::max(chunks, tiles) / 8 + 64) * width));
  tile_folds_.reserve(rounded(tiles * width));
  if (results.has_example_grads()) {
    example_folds_.reserve(
        rounded((layout.folded().size() + loaded_.first().shared_count()) * padded_lanes(places)));
  }
}

template <class T>
void Sweep<T>::run_tiles(const BatchSource<T>& source, const Pass& pass, std::size_t tile) {
  const std::size_t tiles = (source.example_count + tile - 1) / tile;
  try {
    for (std::size_t t = 0; t < tiles; ++t) {
      const std::size_t first = t * tile;
      slots_[t % 2].finish();
      run_tile(source, pass, {first, std::min(tile, source.example_count - first)}, t, tiles);
    }
    for (std::size_t t = tiles; t < tiles + 2; ++t) slots_[t % 2].finish();
  } catch (...) {
    for (TileSlot<T>& slot : slots_) slot.forget();
    (void)cudaStreamSynchronize(computing_);  // what was launched still uses this tile's memory
    throw;
  }
}

template <class T>
void Sweep<T>::run_tile(const BatchSource<T>& source, const Pass& pass, TileRange range,
                        std::size_t tile, std::size_t tiles) {
  const UniformLayout& layout = loaded_.layout();
  const TileResults<T> results = results_of(pass);
  TileSlot<T>& slot = slots_[tile % 2];
  const bool last = tile + 1 == tiles;
  const auto places = static_cast<std::uint32_t>(range.count);

  TileTask<T> task;
  task.uniform = loaded_.uniform().view();
  task.numbers = loaded_.numbers();
  task.before = tile == 0 ? pass.before : 0;
  task.after = last ? pass.after : 0;
  task.backward = pass.backward;
  task.bodies = pass.bodies;
  task.program = source.program;

  LanesView<T>& lanes = task.lanes;
  lanes.count = places;
  if (source.host != nullptr) {
    lanes.rows = slot.bring(*source.host, range, copying_, computing_);
  } else {
    lanes.rows = source.device;
    if (lanes.rows.row_of != nullptr) {
      lanes.rows.row_of += range.first;
    } else {
      lanes.rows.numbers += range.first * lanes.rows.row_step;
    }
  }
  lanes.joined = joined_.data();
  lanes.places = places;
  lanes.outputs = results.outputs(slot.results());
  lanes.input_grads = results.input_grads(slot.results(), places);
  lanes.uniform = loaded_.numbers();

  const std::size_t width = layout.join_count() + (pass.backward ? layout.folded().size() : 0);
  task.folds = {folds_.data(),     static_cast<std::uint32_t>(width), places,
                loaded_.numbers(), loaded_.uniform().left_of(),       last};
  T* const total = loaded_.number(layout.sum(0));
  T* const own = tile_folds_.data() + tile * width;
  append_rounds(task.rounds, folds_.data(), chunk_count(places), width, scratch_.data(),
                tiles == 1 ? total : own);
  if (last && tiles > 1) {
    append_rounds(task.rounds, tile_folds_.data(), tiles, width, scratch_.data(), total);
  }
  run_by_strategy(task, source, pass, range);
  if (results.has_example_grads()) {
    launch_example_grads(task, !source.programs.empty(),
                         results.example_grads(slot.results(), places));
  }
  slot.take_back(results.width() * places, results.taker(source, range), computing_);
}

/// Lanes that a block of the persistent kernel has in shared memory at once; 0 where the numbers of
/// lanes must be in device memory: they do not fit, or are read afterwards.
template <class T>
std::uint32_t Sweep<T>::resident_lanes(const BatchSource<T>& source, const Pass& pass) const {
  if (!source.programs.empty() || results_of(pass).has_example_grads()) return 0;
  return persistent_tile<T>(pass.bodies->view(source.program), options_.device);
}

/// The compiled body for a pass; null where it is not compiled, or every number of a lane is
/// wanted.
template <class T>
FusedBody<T>* Sweep<T>::fused_body(const BatchSource<T>& source, const Pass& pass) {
  if (options_.strategy != Strategy::Fused) return nullptr;
  if (!source.programs.empty() || results_of(pass).has_example_grads()) return nullptr;
  return fused_.find(loaded_, source.program, pass.bodies->needs());
}

template <class T>
void Sweep<T>::run_by_strategy(TileTask<T>& task, const BatchSource<T>& source, const Pass& pass,
                               TileRange range) {
  if (FusedBody<T>* const body = fused_body(source, pass)) {
    return launches_.run(
        task, body, [&] { body->run(task, computing_); }, computing_);
  }
  const std::uint32_t kind =
      (task.backward ? 1u : 0u) + (results_of(pass).has_example_grads() ? 2u : 0u) +
      (task.lanes.input_grads != nullptr ? 4u : 0u) + (source.programs.empty() ? 0u : 8u);
  const bool persistent = choice_.next(range.count, kind, computing_) == Strategy::Persistent;
  const Range named(persistent ? "tile, persistent" : "tile, launches");
  const std::uint32_t resident = persistent ? resident_lanes(source, pass) : 0;
  if (!source.programs.empty()) {
    mixed_.arrange(*task.bodies, source.programs.subspan(range.first, range.count), task.backward,
                   computing_);
    mixed_.run(task, persistent, options_.device, computing_);
  } else if (resident > 0) {
    run_persistent(task, resident, options_.device, computing_);
  } else {
    task.lanes.stride = padded_lanes(range.count);
    data_.reserve(std::max<std::size_t>(task.body().slots * task.lanes.stride, 1));
    task.lanes.data = data_.data();
    if (persistent) {
      walk_tile(task, computing_);
    } else {
      launches_.run(task, computing_);
    }
  }
  choice_.done(computing_);
}

/// Each example's folds as lanes of the prologue's backward pass, then turned: a row per example.
template <class T>
void Sweep<T>::launch_example_grads(const TileTask<T>& task, bool mixed, T* result) {
  const DeviceUniform& uniform = loaded_.uniform();
  const std::uint32_t folded = task.body().folded;
  const std::size_t row = padded_lanes(task.lanes.count);
  T* const folds = example_folds_.data();
  const MixedView<T> view = mixed ? mixed_.view(task)
                                  : MixedView<T>{task.bodies->programs(), nullptr, task.lanes.data,
                                                 task.lanes.stride, task.lanes.uniform};
  if (folded > 0) {
    launch_fold_examples(view, static_cast<std::uint32_t>(task.program), folded, task.lanes.count,
                         folds, row, computing_);
  }
  BodyView body = {};
  body.backward = uniform.of_lanes().view();
  LanesView<T> lanes = {};
  lanes.count = task.lanes.count;
  lanes.data = folds;
  lanes.stride = row;
  lanes.uniform = task.lanes.uniform;
  for (const LevelRun& run : uniform.of_lanes().runs()) {
    launch_backward(body, lanes, run, computing_);
  }
  launch_turn(static_cast<const T*>(folds) + folded * row, row, loaded_.first().parameter_count(),
              task.lanes.count, result, computing_);
}

template <class T>
std::vector<T> Sweep<T>::numbers_of(const BatchSource<T>& source, std::size_t example) {
  const DeviceBodies& bodies =
      loaded_.bodies({.backward = true, .input_grads = true, .everything = true});
  const std::size_t program = source.programs.empty() ? source.program : source.programs[example];
  const std::size_t slots = bodies.view(program).slots;
  std::vector<T> numbers(slots * lane_pad);
  if (slots == 0) return {};
  data_.reserve(numbers.size());
  joined_.reserve(std::max<std::size_t>(loaded_.layout().join_count(), 1));
  slots_[0].reserve(1, loaded_.first().input_count(), loaded_.first().outputs().size());
  LanesView<T> lanes = {};
  lanes.count = 1;
  lanes.rows = slots_[0].bring(*source.host, {example, 1}, copying_, computing_);
  lanes.joined = joined_.data();
  lanes.places = 1;
  lanes.data = data_.data();
  lanes.stride = lane_pad;
  lanes.uniform = loaded_.numbers();
  LG_CUDA(cudaMemsetAsync(data_.data(), 0, numbers.size() * sizeof(T), computing_));
  launch_body(bodies, program, lanes, true, computing_);
  LG_CUDA(cudaMemcpyAsync(numbers.data(), data_.data(), numbers.size() * sizeof(T),
                          cudaMemcpyDeviceToHost, computing_));
  LG_CUDA(cudaStreamSynchronize(computing_));
  std::vector<T> of_lane(slots);
  for (std::size_t s = 0; s < slots; ++s) of_lane[s] = numbers[s * lane_pad];
  return of_lane;
}

template class Sweep<float>;
template class Sweep<double>;

}  // namespace levelgrad::cuda
