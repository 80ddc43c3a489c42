// SPDX-License-Identifier: MIT
//
// Clipping by norm: all grads are multiplied by one factor, so that the norm of them together does
// not pass a limit. Freestanding: g++, clang, nvcc and NVRTC compile it unchanged.
#pragma once

#include "levelgrad/fn.h"
#include "levelgrad/math.h"

namespace levelgrad {

/// What all parameters share in a step, as kernels take it: the optimizer's scalars, and the limit.
template <class T, class Scalars>
struct StepScalars {
  Scalars scalars;
  T max_norm;  ///< infinity: none
};

/// One thread, where others share a fold.
struct LoneThread {
  static constexpr unsigned rank = 0, size = 1;
  LG_FN void wait() const {}
};

/// The sum of squares of count numbers, by the rule of the batch order (batch_order.h) with numbers
/// instead of examples: each chunk of 128 is folded ascending from 0, the balanced tree puts the
/// folds together. The same for every thread.
///
/// folds     room for a number for each chunk.
/// threads   rank, size, and wait(), a barrier of all of them.
template <class T, class Threads>
LG_FN T sum_of_squares(const T* numbers, unsigned count, T* folds, const Threads& threads) {
  constexpr unsigned chunk = 128;
  const unsigned chunks = count / chunk + (count % chunk != 0 ? 1 : 0);
  for (unsigned c = threads.rank; c < chunks; c += threads.size) {
    const unsigned begin = c * chunk;
    const unsigned length = count - begin < chunk ? count - begin : chunk;
    T fold = 0;
    for (unsigned i = 0; i < length; ++i) {
      fold = fold + numbers[begin + i] * numbers[begin + i];
    }
    folds[c] = fold;
  }
  for (unsigned half = 1; half < chunks; half *= 2) {
    threads.wait();
    // 64 bits: beyond 2^31 a product with the number of a thread would be another one's.
    for (unsigned long long c = 2ULL * half * threads.rank; c + half < chunks;
         c += 2ULL * half * threads.size) {
      folds[c] = folds[c] + folds[c + half];
    }
  }
  threads.wait();
  return chunks == 0 ? T(0) : folds[0];
}

/// What the grads are multiplied by: max_norm / (norm + 1e-6), at most 1. The order is PyTorch's
/// (clip_grad_norm_), each operation rounded once.
///
/// squares   sum_of_squares() of the grads. Where it is not finite the step is to be refused.
template <class T>
LG_FN T clip_factor(T squares, T max_norm) {
  const T norm = math::sqrt(squares);
  const T factor = max_norm / (norm + T(1e-6));
  return factor < T(1) ? factor : T(1);
}

}  // namespace levelgrad
