// SPDX-License-Identifier: MIT
#include "fused_strategy.h"

#include "kernels.h"
#include "ranges.h"

namespace levelgrad::cuda {

template <class T>
void run_fused(const TileTask<T>& task, FusedBody<T>& body, cudaStream_t stream) {
  const Range range("tile, fused");
  if (task.before != 0) launch_uniform(task.uniform, task.before, task.numbers, stream);
  body.launch(task, stream);
  for (const TreeRound<T>& round : task.rounds) {
    launch_fold_rows(round.in, round.count, task.folds.width, round.out, stream);
  }
  if (task.after != 0) launch_uniform(task.uniform, task.after, task.numbers, stream);
}

template void run_fused(const TileTask<float>&, FusedBody<float>&, cudaStream_t);
template void run_fused(const TileTask<double>&, FusedBody<double>&, cudaStream_t);

}  // namespace levelgrad::cuda
