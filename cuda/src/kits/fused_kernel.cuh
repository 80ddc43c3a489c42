// SPDX-License-Identifier: MIT
//
// What the generated code of cuda-fused stands on, compiled by NVRTC. Defined before it: Number,
// and the constants of the plan (fused_source.cpp). It follows ops.h and formulas.h; the pieces and
// run_lane() follow.
//
// A block takes chunks_of_block chunks at once. Each thread computes a lane, whose factors go to
// shared memory; then each thread takes a tile of sums and folds the chunk's lanes in order. A
// chunk with more factors than shared memory holds is run in several passes, the highest lanes
// first.

namespace levelgrad {

constexpr unsigned chunk_lanes = 128;
/// Numbers of neighbouring lanes that are read at once: 16 bytes.
constexpr unsigned pack_size = 16 / sizeof(Number);
/// Rows are a pack longer than the lanes, so that neighbouring rows start in different banks.
constexpr unsigned row_length = pass_lanes + pack_size;
constexpr unsigned joined_length = chunk_lanes + pack_size;
constexpr unsigned group_size = slot_count * row_length + join_count * joined_length;

/// As the host fills it in: fused_body.h.
struct FusedArguments {
  const Number* inputs;  ///< row r, input k at inputs[r * row_step + k * input_step]
  unsigned long long row_step, input_step;
  const unsigned* row_of;         ///< [place], null: the place itself
  Number *outputs, *input_grads;  ///< [output][place], null: not wanted
  Number* folds;                  ///< [chunk][fold_width]: joins, then the folded grads
  const Number* left;             ///< where the folds of the batch's last chunk start,
  const int* left_of;             ///< [fold], in it
  const Number* numbers;          ///< uniform numbers that bodies read, joins' seeds among them
  const struct FusedTile* tiles;
  const unsigned *warps, *kinds;  ///< [warp][32] tile and group; [warp] kind of its tiles
  const unsigned* slots;          ///< of folds with several terms
  unsigned warp_count;
  unsigned places, last;  ///< examples; whether the last chunk is the batch's
};

/// Sums that one thread folds. Factors repeat, and their folds are `none`, where a tile is not
/// full.
struct FusedTile {
  static constexpr int none = -1;
  unsigned row[4], column[4];  ///< slots; of several terms: row[0] terms, column[0] place in slots
  int fold[16];                ///< [row][column]
};

#define LG_UNROLL _Pragma("unroll")

extern __shared__ __align__(16) unsigned char shared_bytes[];

/// What the code of a lane reads and writes. Numbers has the uniform ones: p(), p_back(), seed().
template <class Numbers>
struct FusedLane : Numbers {
  const FusedArguments& arguments;
  Number* group;  ///< the chunk's part of the shared memory
  unsigned lane;  ///< in the pass
  unsigned in_chunk;
  unsigned place;  ///< in the tile; beyond its end: arguments.places or more
  bool present;
  unsigned long long row;

  __device__ Number number(double x) const { return static_cast<Number>(x); }
  __device__ Number input(unsigned k) const {
    return present ? arguments.inputs[row * arguments.row_step + k * arguments.input_step]
                   : Number(0);
  }
  __device__ void keep(unsigned slot, Number x) const { group[slot * row_length + lane] = x; }
  __device__ Number kept(unsigned slot) const { return group[slot * row_length + lane]; }
  __device__ void join(unsigned j, Number x) const {
    group[slot_count * row_length + j * joined_length + in_chunk] = x;
  }
  __device__ void output(unsigned k, Number x) const { put(arguments.outputs, k, x); }
  __device__ void input_grad(unsigned k, Number x) const { put(arguments.input_grads, k, x); }

  __device__ void put(Number* results, unsigned k, Number x) const {
    if (results != nullptr && present) {
      results[k * static_cast<unsigned long long>(arguments.places) + place] = x;
    }
  }
};

// A long formula is a function of its own where there are many of them (LG_LONG): a graph of a
// thousand calls of exp would be a hundred thousand instructions.
template <class O>
LG_LONG Number long_value(Number a, Number b, Number c) {
  return O::value(a, b, c);
}
template <class O>
__device__ __forceinline__ Number value(Number a, Number b = 0, Number c = 0) {
  if constexpr (calls_function(O::value_text)) {
    return long_value<O>(a, b, c);
  } else {
    return O::value(a, b, c);
  }
}
#define LG_DERIVATIVE_OF_LANES(name)                                                         \
  template <class O>                                                                         \
  LG_LONG Number long_##name(Number g, Number a, Number b, Number c, Number y) {             \
    return O::name(g, a, b, c, y);                                                           \
  }                                                                                          \
  template <class O>                                                                         \
  __device__ __forceinline__ Number name(Number g, Number a, Number b, Number c, Number y) { \
    if constexpr (calls_function(O::name##_text)) {                                          \
      return long_##name<O>(g, a, b, c, y);                                                  \
    } else {                                                                                 \
      return O::name(g, a, b, c, y);                                                         \
    }                                                                                        \
  }
LG_DERIVATIVE_OF_LANES(da)
LG_DERIVATIVE_OF_LANES(db)
LG_DERIVATIVE_OF_LANES(dc)
#undef LG_DERIVATIVE_OF_LANES

struct alignas(16) Pack {
  Number lane[pack_size];
};

/// One chunk in one pass: where its numbers are, and which lanes of it there are.
struct FusedChunk {
  const Number* group;
  Number* folds;
  unsigned lanes;     ///< of this pass
  bool first, final;  ///< pass
  bool last;          ///< chunk of the batch
};

__device__ inline Number start_of(const FusedArguments& arguments, const FusedChunk& chunk,
                                  int fold) {
  if (!chunk.first) return chunk.folds[join_count + fold];
  return chunk.last ? arguments.left[arguments.left_of[fold]] : Number(0);
}

/// Rows x Columns sums of products, or, of a row of ones, of the columns themselves.
template <int Rows, int Columns, bool Ones>
__device__ void fold_tile(const FusedArguments& arguments, const FusedChunk& chunk,
                          const FusedTile& tile) {
  Number sum[Rows][Columns];
  const Pack *row[Rows], *column[Columns];
  LG_UNROLL
  for (int r = 0; r < Rows; ++r) {
    LG_UNROLL
    for (int c = 0; c < Columns; ++c) {
      const int fold = tile.fold[r * Columns + c];
      sum[r][c] = fold == FusedTile::none ? Number(0) : start_of(arguments, chunk, fold);
    }
  }
  LG_UNROLL
  for (int r = 0; r < Rows; ++r) {
    if (!Ones) row[r] = reinterpret_cast<const Pack*>(chunk.group + tile.row[r] * row_length);
  }
  LG_UNROLL
  for (int c = 0; c < Columns; ++c) {
    column[c] = reinterpret_cast<const Pack*>(chunk.group + tile.column[c] * row_length);
  }
  const auto add = [&](int pack, int lanes) {
    Pack a[Rows], b[Columns];
    LG_UNROLL
    for (int r = 0; r < Rows; ++r) {
      if (!Ones) a[r] = row[r][pack];
    }
    LG_UNROLL
    for (int c = 0; c < Columns; ++c) b[c] = column[c][pack];
    LG_UNROLL
    for (int l = pack_size - 1; l >= 0; --l) {
      if (l >= lanes) continue;
      LG_UNROLL
      for (int r = 0; r < Rows; ++r) {
        LG_UNROLL
        for (int c = 0; c < Columns; ++c) {
          sum[r][c] = sum[r][c] + (Ones ? b[c].lane[l] : a[r].lane[l] * b[c].lane[l]);
        }
      }
    }
  };
  // Strides of 16 lanes: a step for all rows and columns costs as much as half a lane.
  constexpr int size = pack_size, stride = 16, packs = stride / size;
  const int lanes = static_cast<int>(chunk.lanes), strides = lanes / stride;
  for (int pack = (lanes + size - 1) / size - 1; pack >= strides * packs; --pack) {
    add(pack, min(size, lanes - pack * size));
  }
  for (int first = (strides - 1) * packs; first >= 0; first -= packs) {
    LG_UNROLL
    for (int k = packs - 1; k >= 0; --k) add(first + k, size);
  }
  LG_UNROLL
  for (int r = 0; r < Rows; ++r) {
    LG_UNROLL
    for (int c = 0; c < Columns; ++c) {
      const int fold = tile.fold[r * Columns + c];
      if (fold != FusedTile::none) chunk.folds[join_count + fold] = sum[r][c];
    }
  }
}

/// One sum with several terms in each lane.
__device__ inline void fold_terms(const FusedArguments& arguments, const FusedChunk& chunk,
                                  const FusedTile& tile) {
  constexpr unsigned one = ~0U;
  const auto number = [&](unsigned slot, unsigned lane) {
    return slot == one ? Number(1) : chunk.group[slot * row_length + lane];
  };
  const unsigned terms = tile.row[0];
  const unsigned* const slots = arguments.slots + tile.column[0];
  Number sum = start_of(arguments, chunk, tile.fold[0]);
  for (unsigned lane = chunk.lanes; lane-- > 0;) {
    for (unsigned t = 0; t < terms; ++t) {
      sum = sum + number(slots[2 * t], lane) * number(slots[2 * t + 1], lane);
    }
  }
  chunk.folds[join_count + tile.fold[0]] = sum;
}

/// The sum of what a join reads, ascending from 0, when the last pass has been run.
__device__ inline void fold_join(const FusedChunk& chunk, unsigned join, unsigned lanes) {
  if (!chunk.final) return;
  const Number* const joined = chunk.group + slot_count * row_length + join * joined_length;
  Number sum = 0;
  for (unsigned lane = 0; lane < lanes; ++lane) sum = sum + joined[lane];
  chunk.folds[join] = sum;
}

enum TileKind : unsigned { Products4x4, Products2x4, Products1x4, Ones1x4, Terms, Join };

__device__ inline void fold(const FusedArguments& arguments, const FusedChunk& chunk, unsigned kind,
                            const FusedTile& tile, unsigned lanes_of_chunk) {
  switch (kind) {
    case Products4x4:
      return fold_tile<4, 4, false>(arguments, chunk, tile);
    case Products2x4:
      return fold_tile<2, 4, false>(arguments, chunk, tile);
    case Products1x4:
      return fold_tile<1, 4, false>(arguments, chunk, tile);
    case Ones1x4:
      return fold_tile<1, 4, true>(arguments, chunk, tile);
    case Terms:
      return fold_terms(arguments, chunk, tile);
    case Join:
      return fold_join(chunk, tile.row[0], lanes_of_chunk);
  }
}

/// All chunks that are this block's, body and folds. `shared` has room for chunks_of_block groups.
template <class Numbers>
__device__ void run_chunks(const FusedArguments& arguments, const Numbers& numbers,
                           Number* shared) {
  constexpr unsigned passes = chunk_lanes / pass_lanes;
  const unsigned chunks = (arguments.places + chunk_lanes - 1) / chunk_lanes;
  for (unsigned first = blockIdx.x * chunks_of_block; first < chunks;
       first += gridDim.x * chunks_of_block) {
    for (unsigned pass = passes; pass-- > 0;) {
      // Each thread computes its lane, present or not: what is not there is not folded.
      const unsigned group = threadIdx.x / pass_lanes;
      if (group < chunks_of_block && first + group < chunks) {
        const unsigned lane = threadIdx.x % pass_lanes;
        const unsigned in_chunk = pass * pass_lanes + lane;
        const unsigned place = (first + group) * chunk_lanes + in_chunk;
        const bool present = place < arguments.places;
        const unsigned long long row =
            present && arguments.row_of != nullptr ? arguments.row_of[place] : place;
        run_lane(FusedLane<Numbers>{numbers, arguments, shared + group * group_size, lane, in_chunk,
                                    place, present, row});
      }
      __syncthreads();
      // Blocks begin with different warps: the heavy ones must not all be on one scheduler.
      constexpr unsigned warps = block_threads / 32;
      for (unsigned warp = (threadIdx.x / 32 + blockIdx.x + pass) % warps;
           warp < arguments.warp_count; warp += warps) {
        const unsigned entry = arguments.warps[warp * 32 + threadIdx.x % 32];
        if (entry == ~0U) continue;
        const unsigned own = entry % chunks_of_block, chunk = first + own;
        if (chunk >= chunks) continue;
        const unsigned all = min(chunk_lanes, arguments.places - chunk * chunk_lanes);
        const unsigned before = pass * pass_lanes;
        const FusedChunk part = {
            shared + own * group_size,
            arguments.folds + chunk * static_cast<unsigned long long>(fold_width),
            all <= before ? 0 : min(pass_lanes, all - before),
            pass == passes - 1,
            pass == 0,
            arguments.last != 0 && chunk + 1 == chunks};
        fold(arguments, part, arguments.kinds[warp], arguments.tiles[entry / chunks_of_block], all);
      }
      __syncthreads();
    }
  }
}

}  // namespace levelgrad
