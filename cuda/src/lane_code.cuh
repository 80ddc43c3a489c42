// SPDX-License-Identifier: MIT
//
// One row of a table for one thread: a node's value, or a grad, for some neighbouring lanes.
#pragma once

#include "levelgrad/contribution.h"
#include "views.h"

namespace levelgrad::cuda {

/// Neighbouring lanes of one number, moved by one instruction.
template <class T, int K>
struct alignas(sizeof(T) * K) Pack {
  T lane[K];
};

/// Lanes and uniform numbers in device memory.
struct InDeviceMemory {
  using Index = std::size_t;  ///< what a slot times the stride fits into
  static constexpr bool lanes_shared = false, uniform_packs = false;
};
/// Lanes in shared memory.
struct LanesShared {
  using Index = std::uint32_t;
  static constexpr bool lanes_shared = true, uniform_packs = false;
};
/// Both in shared memory, each uniform number as often as a pack has lanes: then it is loaded as a
/// slot is, and there is no branch.
struct AllShared {
  using Index = std::uint32_t;
  static constexpr bool lanes_shared = true, uniform_packs = true;
};

/// One instruction for a pack: nvcc makes one of each number, and then the banks conflict.
__device__ inline void store_shared(float* to, const Pack<float, 4>& pack) {
  const auto place = static_cast<unsigned>(__cvta_generic_to_shared(to));
  asm volatile("st.shared.v4.f32 [%0], {%1, %2, %3, %4};" ::"r"(place), "f"(pack.lane[0]),
               "f"(pack.lane[1]), "f"(pack.lane[2]), "f"(pack.lane[3])
               : "memory");
}
__device__ inline void store_shared(double* to, const Pack<double, 2>& pack) {
  const auto place = static_cast<unsigned>(__cvta_generic_to_shared(to));
  asm volatile("st.shared.v2.f64 [%0], {%1, %2};" ::"r"(place), "d"(pack.lane[0]), "d"(pack.lane[1])
               : "memory");
}

/// Where a thread finds the numbers of its lanes.
template <class T, int K, class Memory = InDeviceMemory>
struct Lanes {
  using Index = typename Memory::Index;
  T* data;  ///< slot 0 of the thread's first lane
  Index stride;
  const T* uniform;

  __device__ Pack<T, K> load(Ref ref) const {
    if constexpr (Memory::uniform_packs) {
      const T* const from = ref >= 0 ? data + static_cast<Index>(ref) * stride
                                     : uniform + static_cast<Index>(~ref) * pack_size<T>;
      return *reinterpret_cast<const Pack<T, K>*>(from);
    }
    if (ref >= 0) {
      return *reinterpret_cast<const Pack<T, K>*>(data + static_cast<Index>(ref) * stride);
    }
    const T number = uniform[~ref];
    Pack<T, K> all;
#pragma unroll
    for (int k = 0; k < K; ++k) all.lane[k] = number;
    return all;
  }
  __device__ void store(Ref slot, const Pack<T, K>& numbers) const {
    T* const to = data + static_cast<Index>(slot) * stride;
    if constexpr (Memory::lanes_shared && K > 1) {
      store_shared(to, numbers);
    } else {
      *reinterpret_cast<Pack<T, K>*>(to) = numbers;
    }
  }
};

/// Whether a formula calls a function: those are long, so they are compiled once and called.
constexpr bool calls_function(const char* formula) {
  for (const char* at = formula; *at != '\0'; ++at) {
    const char* word = "math::";
    const char* letter = at;
    while (*word != '\0' && *letter == *word) ++word, ++letter;
    if (*word == '\0') return true;
  }
  return false;
}

template <class O, class T>
__host__ __device__ __noinline__ T called_value(T a, T b, T c) {
  return O::value(a, b, c);
}

template <class O, int K, class T>
__host__ __device__ __noinline__ T called_contribution(T g, T a, T b, T c, T y) {
  return contribution<O, K>(g, a, b, c, y);
}

template <class O, int K>
constexpr const char* derivative_text() {
  if constexpr (K == 0) return O::da_text;
  if constexpr (K == 1) return O::db_text;
  if constexpr (K == 2) return O::dc_text;
}

// As variables, because device code may read constants but not call the host's functions.
template <class O>
inline constexpr bool value_is_called = calls_function(O::value_text);
template <class O, int K>
inline constexpr bool contribution_is_called = calls_function(derivative_text<O, K>());
template <class O, int K>
inline constexpr bool is_neither_copy_nor_product = derivative<O, K>().form == Form::Other;

/// dispatch()'s part for one op: its value for each lane.
template <class T, int K, class Memory>
struct ValueOf {
  const Step& step;
  const Lanes<T, K, Memory>& lanes;
  const Pack<T, K>& a;

  template <class O>
  LG_FN Pack<T, K> operator()(O) const {
#ifdef __CUDA_ARCH__
    const Pack<T, K> b = O::arity > 1 ? lanes.load(step.b) : a;
    const Pack<T, K> c = O::arity > 2 ? lanes.load(step.c) : a;
    Pack<T, K> y;
    for (int k = 0; k < K; ++k) {
      if constexpr (value_is_called<O>) {
        y.lane[k] = called_value<O>(a.lane[k], b.lane[k], c.lane[k]);
      } else {
        y.lane[k] = O::value(a.lane[k], b.lane[k], c.lane[k]);
      }
    }
    return y;
#else
    return a;
#endif
  }
};

template <class T, int K, class Memory>
__device__ Pack<T, K> value_of(std::uint8_t op, const Step& step,
                               const Lanes<T, K, Memory>& lanes) {
  const Pack<T, K> a = lanes.load(step.a);
  if (op == copies) return a;
  if (op >= adds) {
    Pack<T, K> y = lanes.load(step.b);
    if (op == adds) {
#pragma unroll
      for (int k = 0; k < K; ++k) y.lane[k] = a.lane[k] + y.lane[k];
    } else {
#pragma unroll
      for (int k = 0; k < K; ++k) y.lane[k] = a.lane[k] * y.lane[k];
    }
    return y;
  }
  return dispatch(static_cast<Op>(op), ValueOf<T, K, Memory>{step, lanes, a});
}

/// dispatch()'s part for one op: its contribution to an operand, for each lane.
template <class T, int K>
struct ContributionOf {
  std::uint32_t operand;
  const Pack<T, K>&g, &a, &b, &c, &y;

  template <class O>
  LG_FN Pack<T, K> operator()(O) const {
    if constexpr (O::active > 2) {
      if (operand == 2) return by_operand<O, 2>();
    }
    if constexpr (O::active > 1) {
      if (operand == 1) return by_operand<O, 1>();
    }
    if constexpr (O::active > 0) return by_operand<O, 0>();
    return g;
  }

private:
  template <class O, int Operand>
  LG_FN Pack<T, K> by_operand() const {
    Pack<T, K> more = g;
    // Copies and products have codes of their own.
    if constexpr (is_neither_copy_nor_product<O, Operand>) {
      for (int k = 0; k < K; ++k) {
        if constexpr (contribution_is_called<O, Operand>) {
          more.lane[k] = called_contribution<O, Operand>(g.lane[k], a.lane[k], b.lane[k], c.lane[k],
                                                         y.lane[k]);
        } else {
          more.lane[k] =
              contribution<O, Operand>(g.lane[k], a.lane[k], b.lane[k], c.lane[k], y.lane[k]);
        }
      }
    }
    return more;
  }
};

/// The contribution of a term to a grad, for each lane.
template <class T, int K, class Memory>
__device__ Pack<T, K> contribution_of(const Term& term, const Rest* rests,
                                      const Lanes<T, K, Memory>& lanes) {
  const Pack<T, K> g = lanes.load(term.g);
  if (term.code == is_copy) return g;
  const Pack<T, K> a = lanes.load(term.a);
  if (term.code == is_product) {
    Pack<T, K> more;
#pragma unroll
    for (int k = 0; k < K; ++k) more.lane[k] = a.lane[k] * g.lane[k];
    return more;
  }
  const Rest rest = rests[term.rest];
  const Pack<T, K> b = lanes.load(rest.b), c = lanes.load(rest.c), y = lanes.load(rest.y);
  const std::uint32_t code = term.code - first_other;
  return dispatch(static_cast<Op>(code / 3), ContributionOf<T, K>{code % 3, g, a, b, c, y});
}

/// The left fold of a row's terms, carried on from sum.
template <class T, int K, class Memory>
__device__ Pack<T, K> fold_of(const Gather& row, const Term* terms, const Rest* rests,
                              const Lanes<T, K, Memory>& lanes, Pack<T, K> sum) {
  for (std::uint32_t t = row.first_term; t < row.first_term + row.term_count; ++t) {
    const Pack<T, K> more = contribution_of(terms[t], rests, lanes);
#pragma unroll
    for (int k = 0; k < K; ++k) sum.lane[k] = sum.lane[k] + more.lane[k];
  }
  return sum;
}

/// The same, over neighbouring lanes from the last to the first, by one thread. data: slot 0 of the
/// first of them, which stands at a whole pack. A weight that is used once has one term a lane: so
/// the term is fetched once, and lanes by packs.
template <class Memory, class T>
__device__ T fold_lanes(const Gather& row, const Term* terms, const Rest* rests, T* data,
                        typename Memory::Index stride, const T* uniform, std::uint32_t count,
                        T sum) {
  constexpr std::uint32_t pack = pack_size<T>;
  std::uint32_t lane = count;
  if (row.term_count == 1) {
    const Term term = terms[row.first_term];
    for (; lane % pack != 0; --lane) {
      const Lanes<T, 1, Memory> one = {data + (lane - 1), stride, uniform};
      sum = sum + contribution_of(term, rests, one).lane[0];
    }
#pragma unroll 2
    for (; lane != 0; lane -= pack) {
      const Lanes<T, pack_size<T>, Memory> lanes = {data + (lane - pack), stride, uniform};
      const Pack<T, pack_size<T>> more = contribution_of(term, rests, lanes);
#pragma unroll
      for (std::uint32_t k = pack; k-- > 0;) sum = sum + more.lane[k];
    }
    return sum;
  }
  while (lane-- > 0) {
    const Lanes<T, 1, Memory> one = {data + lane, stride, uniform};
    sum = fold_of(row, terms, rests, one, Pack<T, 1>{{sum}}).lane[0];
  }
  return sum;
}

/// Rows of a level that a thread takes: first, first + step, ...
struct Turn {
  std::uint32_t first, step;
};

template <class T, int K, class Memory>
__device__ void run_level(const ForwardView& table, std::uint32_t level, Turn turn,
                          const Lanes<T, K, Memory>& lanes) {
  const std::uint32_t end = table.level_begin[level + 1];
  for (std::uint32_t row = table.level_begin[level] + turn.first; row < end; row += turn.step) {
    const Step step = table.steps[row];
    lanes.store(step.result, value_of(table.ops[row], step, lanes));
  }
}

template <class T, int K, class Memory>
__device__ void run_level(const BackwardView& table, std::uint32_t level, Turn turn,
                          const Lanes<T, K, Memory>& lanes) {
  const std::uint32_t end = table.level_begin[level + 1];
  for (std::uint32_t row = table.level_begin[level] + turn.first; row < end; row += turn.step) {
    const Gather gather = table.gathers[row];
    lanes.store(gather.result, fold_of(gather, table.terms, table.rests, lanes, Pack<T, K>{}));
  }
}

}  // namespace levelgrad::cuda
