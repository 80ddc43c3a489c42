// SPDX-License-Identifier: MIT
#include "tile_task.h"

#include "kernels.h"

namespace levelgrad::cuda {

template <class T>
void append_rounds(std::vector<TreeRound<T>>& rounds, const T* rows, std::size_t count,
                   std::size_t width, T* scratch, T* result) {
  if (width == 0) return;
  const T* in = rows;
  while (true) {
    const std::size_t groups = (count + tree_arity - 1) / tree_arity;
    T* const out = groups == 1 ? result : scratch;
    rounds.push_back({in, count, out});
    if (groups == 1) return;
    scratch += groups * width;
    in = out;
    count = groups;
  }
}

template void append_rounds(std::vector<TreeRound<float>>&, const float*, std::size_t, std::size_t,
                            float*, float*);
template void append_rounds(std::vector<TreeRound<double>>&, const double*, std::size_t,
                            std::size_t, double*, double*);

}  // namespace levelgrad::cuda
