
namespace levelgrad {

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

}  // namespace levelgrad

extern "C" __global__ void __launch_bounds__(levelgrad::block_threads, levelgrad::blocks_at_once)
    fused(const levelgrad::FusedArguments arguments) {
  using namespace levelgrad;
  Number* const shared = reinterpret_cast<Number*>(shared_bytes);
  constexpr unsigned passes = chunk_lanes / pass_lanes;
  const unsigned chunks = (arguments.places + chunk_lanes - 1) / chunk_lanes;
  const auto lanes_of = [&](unsigned chunk) {
    return min(chunk_lanes, arguments.places - chunk * chunk_lanes);
  };
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
        run_lane(
            FusedLane{arguments, shared + group * group_size, lane, in_chunk, place, present, row});
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
        const unsigned all = lanes_of(chunk), before = pass * pass_lanes;
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
