// SPDX-License-Identifier: MIT
//
// Whole batches on a GPU: behind cuda_lane.h, the graph's code and its constants. In a file to take
// away, which stands alone.
//
// A block of 128 threads takes a chunk: a lane for each thread, then each thread folds the lanes
// for a tile of parameters. Chunks are put together by a tree, in slabs of 1024 of them, so that
// memory does not grow with the batch. No thread adds to what another one adds to.

#pragma nv_diag_suppress 186  // j < join_count: a Program may have no joins

namespace levelgrad {

constexpr unsigned chunk_size = 128;    ///< examples that are folded one after the other
constexpr unsigned slab_chunks = 1024;  ///< chunks of a launch: a power of two
constexpr unsigned slab_size = slab_chunks * chunk_size;
constexpr unsigned most_blocks = 256;  ///< of a launch, where frames are in device memory

// A frame: slots, what joins read, a row of ones.
constexpr unsigned lane_row = chunk_size + 1;
constexpr unsigned joined_slot = slot_count, ones_slot = slot_count + join_count;
constexpr unsigned frame_size = (slot_count + join_count + 1) * lane_row;
constexpr std::size_t frame_bytes = frame_size * sizeof(Number);
#if !defined(LEVELGRAD_SHARED_BYTES)
#define LEVELGRAD_SHARED_BYTES 101376  // what a block can have on every GPU since 8.0
#endif
constexpr bool frame_in_shared = frame_bytes <= LEVELGRAD_SHARED_BYTES;

/// Up to two rows and four columns of a tile: sum[r][c] += row[r] * column[c] for all terms.
constexpr unsigned tile_rows = 2, tile_columns = 4, tile_slots = tile_rows + tile_columns;

struct Slab {
  const Number* inputs;  // [count][input_count]
  std::size_t count;
  bool last;  ///< of the batch
  const Number *u, *d, *seeds;
  Number* folds;    // [chunk][fold_width]: of the joins, of what the body reads
  Number* outputs;  // [output][slab_size]; null: not wanted
  Number* frames;   // [block][frame_size], where they are not in shared memory
};

/// The joins' sums, ascending.
__device__ inline void fold_joins(const Number* frame, unsigned lanes, Number* sums) {
  // From the last thread on: the first ones have parameters to fold.
  for (unsigned j = chunk_size - 1 - threadIdx.x; j < join_count; j += chunk_size) {
    Number sum = 0;
    for (unsigned l = 0; l < lanes; ++l) sum = sum + frame[(joined_slot + j) * lane_row + l];
    sums[j] = sum;
  }
}

/// The grads of what the body reads, from the last lane to the first. start: null, or d.
__device__ inline void fold_grads(const Number* frame, unsigned lanes, const Number* start,
                                  Number* sums) {
  for (unsigned i = threadIdx.x; i < tile_count; i += chunk_size) {
    const Tile tile = tiles[i];
    Number sum[tile_rows][tile_columns] = {};
    const auto for_each_sum = [&](auto f) {
#pragma unroll
      for (unsigned r = 0; r < tile_rows; ++r) {
#pragma unroll
        for (unsigned c = 0; c < tile_columns; ++c) {
          if (r >= tile.rows || c >= tile.columns) continue;
          f(sum[r][c], tile.first_sum + r * tile.columns + c);
        }
      }
    };
    const auto add = [&](unsigned l, const unsigned(&slots)[tile_slots]) {
      Number number[tile_slots];
#pragma unroll
      for (unsigned k = 0; k < tile_slots; ++k) number[k] = frame[slots[k] * lane_row + l];
#pragma unroll
      for (unsigned r = 0; r < tile_rows; ++r) {
#pragma unroll
        for (unsigned c = 0; c < tile_columns; ++c) {
          sum[r][c] = sum[r][c] + number[r] * number[tile_rows + c];
        }
      }
    };
    const auto load = [&](unsigned term, unsigned(&slots)[tile_slots]) {
#pragma unroll
      for (unsigned k = 0; k < tile_slots; ++k) {
        slots[k] = tile_slot[(tile.first_term + term) * tile_slots + k];
      }
    };
    if (start != nullptr) {
      for_each_sum([&](Number& own, unsigned k) { own = start[sum_of[k]]; });
    }
    unsigned slots[tile_slots];
    load(0, slots);
    for (unsigned l = lanes; l-- > 0;) {
      add(l, slots);
      for (unsigned term = 1; term < tile.terms; ++term) {
        unsigned others[tile_slots];
        load(term, others);
        add(l, others);
      }
    }
    for_each_sum([&](Number& own, unsigned k) { sums[k] = own; });
  }
}

template <bool backward>
__global__ void __launch_bounds__(chunk_size) chunk_kernel(Slab slab) {
  extern __shared__ double shared_memory[];
  Number* frame = reinterpret_cast<Number*>(shared_memory);
  if constexpr (!frame_in_shared) frame = slab.frames + std::size_t(blockIdx.x) * frame_size;
  const unsigned thread = threadIdx.x;
  frame[ones_slot * lane_row + thread] = 1;
  for (std::size_t first = std::size_t(blockIdx.x) * chunk_size; first < slab.count;
       first += std::size_t(gridDim.x) * chunk_size) {
    const std::size_t example = first + thread, rest = slab.count - first;
    CudaLane<Number, lane_row, joined_slot, backward || (piece_count > 1)> lane = {
        frame + thread,
        example < slab.count ? slab.inputs + example * input_count : nullptr,
        slab.u,
        slab.seeds,
        slab.outputs == nullptr ? nullptr : slab.outputs + example,
        slab_size};
    if constexpr (backward) {
      all_pieces(lane);
    } else {
      value_pieces(lane);
    }
    __syncthreads();
    const unsigned lanes = rest < chunk_size ? unsigned(rest) : chunk_size;
    Number* const folds = slab.folds + first / chunk_size * fold_width;
    fold_joins(frame, lanes, folds);
    if constexpr (backward) {
      const bool goes_on = slab.last && rest <= chunk_size;
      fold_grads(frame, lanes, goes_on ? slab.d : nullptr, folds + join_count);
    }
    __syncthreads();
  }
}

/// One round of the tree over rows [count][fold_width]: 2k with 2k + 1, an odd one out moves up.
__global__ void tree_kernel(const Number* from, std::size_t count, Number* to) {
  const std::size_t i = std::size_t(blockIdx.x) * blockDim.x + threadIdx.x;
  const std::size_t row = i / fold_width, column = i % fold_width;
  if (2 * row >= count) return;
  const Number left = from[2 * row * fold_width + column];
  to[i] = 2 * row + 1 < count ? left + from[(2 * row + 1) * fold_width + column] : left;
}

// What examples share: one block.
constexpr unsigned uniform_threads = 128;
struct ThreadsOfBlock {
  unsigned rank, size;
  LG_FN void wait() const {
#if defined(__CUDA_ARCH__)
    __syncthreads();
#endif
  }
};
__device__ inline ThreadsOfBlock threads_of_block() { return {threadIdx.x, blockDim.x}; }

__global__ void start_kernel(Number* u) { prologue_forward(u, threads_of_block()); }
__global__ void epilogue_kernel(Number* u, Number* d, const Number* sums, Number weight,
                                Number* seeds) {
  const ThreadsOfBlock block = threads_of_block();
  epilogue_forward(u, sums, weight, block);
  epilogue_backward(u, d, weight, seeds, block);
}
__global__ void finish_kernel(Number* u, Number* d, const Number* folds, Number weight,
                              Number* seeds, Number* loss) {
  const ThreadsOfBlock block = threads_of_block();
  epilogue_forward(u, folds, weight, block);
  if (!early_grads) epilogue_backward(u, d, weight, seeds, block);
  for (unsigned k = block.rank; k < sum_count; k += block.size) {
    d[sum_of[k]] = folds[join_count + k];
  }
  block.wait();
  prologue_backward(u, d, block);
  if (block.rank == 0) *loss = uniform_output(u, 0);
}
__global__ void outputs_kernel(Number* u, const Number* sums, Number weight, Number* results) {
  const ThreadsOfBlock block = threads_of_block();
  epilogue_forward(u, sums, weight, block);
  if (block.rank != 0) return;
  for (unsigned k = 0; k < output_count; ++k) results[k] = uniform_output(u, k);
}

/// Whether the compiler made a * b + c one operation, which it must not.
__global__ void contraction_kernel(const Number* number, Number* difference) {
  const volatile Number* const x = number;
  const Number a = x[0], b = x[0], product = x[1];
  *difference = a * b - product;
}

/// A call's work on the GPU. Its errors are the first that was met: what follows does nothing.
class Batch {
public:
  Batch(const Number* parameters, const Number* inputs, std::size_t count)
      : inputs_(inputs), count_(count), weight_(Number(1) / static_cast<Number>(count)) {
    const std::size_t slab = count < slab_size ? count : slab_size;
    const std::size_t chunks = (slab + chunk_size - 1) / chunk_size;
    blocks_ = unsigned(frame_in_shared || chunks < most_blocks ? chunks : most_blocks);
    slab_count_ = (count + slab_size - 1) / slab_size;
    const std::size_t frames = frame_in_shared ? 0 : std::size_t(blocks_) * frame_size;
    const std::size_t total = 2 * uniform_count + 2 * join_count + 8 + output_count +
                              slab * input_count + chunks * fold_width * 2 +
                              slab_count_ * fold_width * 2 + output_count * slab_size + frames;
    check(cudaMalloc(&memory_, total * sizeof(Number)));
    next_ = memory_;
    u_ = take(uniform_count), d_ = take(uniform_count);
    zeros_ = take(join_count), seeds_ = take(join_count);
    probe_ = take(8), results_ = take(output_count);
    slab_inputs_ = take(slab * input_count);
    folds_ = take(chunks * fold_width), other_folds_ = take(chunks * fold_width);
    slabs_ = take(slab_count_ * fold_width), other_slabs_ = take(slab_count_ * fold_width);
    outputs_ = take(output_count * slab_size), frames_ = take(frames);
    if (!good()) return;
    check(cudaMemsetAsync(zeros_, 0, 2 * join_count * sizeof(Number)));
    copy(u_, parameters, parameter_count);
    find_contraction();
    if (good()) start_kernel<<<1, uniform_threads>>>(u_);
    check(cudaGetLastError());
  }
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;
  ~Batch() { cudaFree(memory_); }

  int step(Number* loss, Number* grads) {
    // In one pass the joins' grads are asked for before the joins are known: they do not depend on
    // them.
    const Number* sums = one_pass ? zeros_ : sweep<false>(nullptr);
    if (good()) epilogue_kernel<<<1, uniform_threads>>>(u_, d_, sums, weight_, seeds_);
    const Number* const folds = sweep<true>(nullptr);
    if (good()) finish_kernel<<<1, uniform_threads>>>(u_, d_, folds, weight_, seeds_, probe_);
    check(cudaGetLastError());
    copy(loss, probe_, 1);
    copy(grads, d_, parameter_count);
    return finish();
  }

  int outputs(Number* const* results) {
    const Number* const sums = sweep<false>(results);
    if (good()) outputs_kernel<<<1, uniform_threads>>>(u_, sums, weight_, results_);
    check(cudaGetLastError());
    for (unsigned k = 0; k < output_count; ++k) {
      if (results[k] != nullptr && !output_varies[k]) copy(results[k], results_ + k, 1);
    }
    return finish();
  }

private:
  [[nodiscard]] bool good() const { return error_ == 0; }
  void check(cudaError_t error) {
    if (error_ == 0) error_ = int(error);
  }
  int finish() {
    check(cudaDeviceSynchronize());
    return error_;
  }
  Number* take(std::size_t count) {
    Number* const first = next_;
    if (next_ != nullptr) next_ += count;
    return first;
  }
  /// Either side may be memory of the host or of the GPU.
  void copy(Number* to, const Number* from, std::size_t count) {
    if (good() && count > 0) {
      check(cudaMemcpy(to, from, count * sizeof(Number), cudaMemcpyDefault));
    }
  }

  void find_contraction() {
    const Number one_and = Number(1) + Number(1) / Number(sizeof(Number) == 8 ? 1 << 30 : 1 << 20);
    const volatile Number a = one_and, b = one_and;
    const volatile Number product = a * b;
    const Number known[2] = {one_and, product};
    copy(probe_, known, 2);
    if (good()) contraction_kernel<<<1, 1>>>(probe_, probe_ + 2);
    check(cudaGetLastError());
    Number difference = 0;
    copy(&difference, probe_ + 2, 1);
    if (good() && difference != Number(0)) error_ = -1;
  }

  /// All slabs; the batch's folds: [fold_width], of which only the joins' are there without
  /// backward.
  template <bool backward>
  const Number* sweep(Number* const* results) {
    const std::size_t shared = frame_in_shared ? frame_bytes : 0;
    check(cudaFuncSetAttribute(chunk_kernel<backward>, cudaFuncAttributeMaxDynamicSharedMemorySize,
                               int(shared)));
    for (std::size_t s = 0; s < slab_count_ && good(); ++s) {
      const std::size_t first = s * slab_size, rest = count_ - first;
      const std::size_t count = rest < slab_size ? rest : slab_size;
      const std::size_t chunks = (count + chunk_size - 1) / chunk_size;
      copy(slab_inputs_, inputs_ + first * input_count, count * input_count);
      const Slab slab = {slab_inputs_,
                         count,
                         s + 1 == slab_count_,
                         u_,
                         d_,
                         seeds_,
                         folds_,
                         results == nullptr ? nullptr : outputs_,
                         frames_};
      const auto blocks = unsigned(chunks < blocks_ ? chunks : blocks_);
      if (!backward || sum_count == 0)
        check(cudaMemsetAsync(folds_, 0, chunks * fold_width * sizeof(Number)));
      if (good()) chunk_kernel<backward><<<blocks, chunk_size, shared>>>(slab);
      check(cudaGetLastError());
      copy(slabs_ + s * fold_width, tree(folds_, other_folds_, chunks), fold_width);
      for (unsigned k = 0; k < output_count && results != nullptr; ++k) {
        if (results[k] == nullptr || !output_varies[k]) continue;
        copy(results[k] + first, outputs_ + std::size_t(k) * slab_size, count);
      }
    }
    return tree(slabs_, other_slabs_, slab_count_);
  }

  /// Puts rows together; where the one that is left stands.
  const Number* tree(Number* rows, Number* others, std::size_t count) {
    for (; count > 1 && good(); count = (count + 1) / 2) {
      const std::size_t numbers = (count + 1) / 2 * fold_width;
      if (numbers > 0) tree_kernel<<<unsigned((numbers + 127) / 128), 128>>>(rows, count, others);
      check(cudaGetLastError());
      Number* const made = others;
      others = rows, rows = made;
    }
    return rows;
  }

  const Number* inputs_;
  std::size_t count_, slab_count_ = 0;
  Number weight_;
  unsigned blocks_ = 1;
  int error_ = 0;
  Number *memory_ = nullptr, *next_ = nullptr;
  Number *u_, *d_, *zeros_, *seeds_, *probe_, *results_, *slab_inputs_;
  Number *folds_, *other_folds_, *slabs_, *other_slabs_, *outputs_, *frames_;
};

inline int run_step(const Number* parameters, const Number* inputs, std::size_t count, Number* loss,
                    Number* grads) {
  if (count == 0) return int(cudaErrorInvalidValue);
  return Batch(parameters, inputs, count).step(loss, grads);
}
inline int run_outputs(const Number* parameters, const Number* inputs, std::size_t count,
                       Number* const* results) {
  if (count == 0) return int(cudaErrorInvalidValue);
  return Batch(parameters, inputs, count).outputs(results);
}

}  // namespace levelgrad

#pragma nv_diag_default 186
