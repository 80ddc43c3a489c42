// SPDX-License-Identifier: MIT
//
// Compiled once for each instruction set: LG_ISA names the copy. The op header goes into a
// namespace of that copy's own: were its inline functions shared, the linker could take the ones
// with instructions that the processor lacks.
#include "lane_kernels.h"

#include <utility>

#define levelgrad LG_ISA
#include "levelgrad/contribution.h"
#undef levelgrad

// The lanes of a result and of what it is computed from are never the same, whatever they look
// like.
#if defined(__clang__)
#define LG_INDEPENDENT_LANES _Pragma("clang loop vectorize(assume_safety)")
#else
#define LG_INDEPENDENT_LANES _Pragma("GCC ivdep")
#endif

namespace levelgrad::host {
namespace {

namespace isa = ::LG_ISA;
using isa::Op;
namespace op = isa::op;

/// A number of each lane, or one for all.
template <class T, bool Uniform>
struct Source;
template <class T>
struct Source<T, false> {
  const T* lanes;
  Source(const LaneRun<T>& run, std::uint32_t offset)
      : lanes(static_cast<const T*>(__builtin_assume_aligned(run.lanes + offset, 64))) {}
  T operator[](std::size_t lane) const { return lanes[lane]; }
};
template <class T>
struct Source<T, true> {
  T number;
  Source(const LaneRun<T>& run, std::uint32_t offset) : number(run.uniform[offset]) {}
  T operator[](std::size_t) const { return number; }
};
/// What the formula does not read.
template <class T>
struct Unread {
  Unread(const LaneRun<T>&, std::uint32_t) {}
  T operator[](std::size_t) const { return T(0); }
};

template <bool Condition, class Then, class Else>
struct Choice {
  using Type = Then;
};
template <class Then, class Else>
struct Choice<false, Then, Else> {
  using Type = Else;
};

template <class T, bool Read, unsigned Mask, unsigned K>
using OperandSource = typename Choice<Read, Source<T, (Mask >> K & 1U) != 0>, Unread<T>>::Type;

template <class T>
std::size_t packs(const LaneRun<T>& run) {
  return run.width / lane_pack;
}

template <class T, class O, unsigned Mask>
void forward(const LaneRun<T>& run, const LaneStep* steps, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const OperandSource<T, true, Mask, 0> a(run, steps[i].operand[0]);
    const OperandSource<T, (O::arity > 1), Mask, 1> b(run, steps[i].operand[1]);
    const OperandSource<T, (O::arity > 2), Mask, 2> c(run, steps[i].operand[2]);
    T* const y = static_cast<T*>(__builtin_assume_aligned(run.lanes + steps[i].result, 64));
    const std::size_t width = packs(run) * lane_pack;
    LG_INDEPENDENT_LANES
    for (std::size_t l = 0; l < width; ++l) y[l] = O::value(a[l], b[l], c[l]);
  }
}

template <class T, class O, int K, unsigned Mask>
void backward(const LaneRun<T>& run, T* sum, const T* start, const LaneTerm* terms,
              std::size_t count) {
  constexpr isa::Derivative d = isa::derivative<O, K>();
  sum = static_cast<T*>(__builtin_assume_aligned(sum, 64));
  const std::size_t width = packs(run) * lane_pack;
  if (start != nullptr) {
    for (std::size_t l = 0; l < width; ++l) sum[l] = *start;
  }
  for (std::size_t i = 0; i < count; ++i) {
    const Source<T, false> g(run, terms[i].grad);
    const OperandSource<T, d.reads_operand[0], Mask, 0> a(run, terms[i].operand[0]);
    const OperandSource<T, d.reads_operand[1], Mask, 1> b(run, terms[i].operand[1]);
    const OperandSource<T, d.reads_operand[2], Mask, 2> c(run, terms[i].operand[2]);
    const OperandSource<T, d.reads_result, 0, 0> y(run, terms[i].result);
    LG_INDEPENDENT_LANES
    for (std::size_t l = 0; l < width; ++l) {
      sum[l] = sum[l] + isa::contribution<O, K>(g[l], a[l], b[l], c[l], y[l]);
    }
  }
}

#if defined(__AVX512F__)
constexpr std::size_t vector_bytes = 64, most_rows = 8;
#elif defined(__AVX__)
constexpr std::size_t vector_bytes = 32, most_rows = 2;
#else
constexpr std::size_t vector_bytes = 16, most_rows = 1;
#endif

template <class T>
struct Vectors {
  static constexpr std::size_t size = vector_bytes / sizeof(T);
  typedef T Type __attribute__((vector_size(vector_bytes)));
};

/// One step of turning a square: the blocks of Step x Step numbers off the diagonal change places.
template <std::size_t Step, class Vector, std::size_t... E>
void swap_blocks(Vector& a, Vector& b, std::index_sequence<E...>) {
  constexpr std::size_t size = sizeof...(E);
  const Vector low = __builtin_shufflevector(a, b, ((E & Step) != 0 ? size + E - Step : E)...);
  const Vector high = __builtin_shufflevector(a, b, ((E & Step) != 0 ? size + E : E + Step)...);
  a = low;
  b = high;
}

template <std::size_t Step, class Vector, std::size_t Size>
void turn_square(Vector (&rows)[Size]) {
  if constexpr (Step < Size) {
    for (std::size_t i = 0; i < Size; ++i) {
      if ((i & Step) == 0) {
        swap_blocks<Step>(rows[i], rows[i + Step], std::make_index_sequence<Size>());
      }
    }
    turn_square<2 * Step>(rows);
  }
}

/// source   Eklundh, "A fast computer method for matrix transposing", IEEE Trans. Computers (1972).
template <class T>
void turn(const T* const* from, std::size_t width, T* to) {
  using Vector = typename Vectors<T>::Type;
  constexpr std::size_t size = Vectors<T>::size;
  for (std::size_t l = 0; l < width; l += size) {
    for (std::size_t c = 0; c < fold_columns; c += size) {
      Vector rows[size];
      for (std::size_t i = 0; i < size; ++i) {
        rows[i] = *reinterpret_cast<const Vector*>(from[c + i] + l);
      }
      turn_square<1>(rows);
      for (std::size_t i = 0; i < size; ++i) {
        *reinterpret_cast<Vector*>(to + (l + i) * fold_columns + c) = rows[i];
      }
    }
  }
}

/// Keeps Rows x fold_columns sums in registers while it runs over the lanes.
template <class T, std::size_t Rows>
void fold_rows(const T* const* rows, const T* columns, std::size_t term_count,
               std::size_t row_stride, std::size_t sub_block, std::size_t first_lane,
               std::size_t last_lane, T* sums) {
  using Vector = typename Vectors<T>::Type;
  constexpr std::size_t vectors = fold_columns * sizeof(T) / vector_bytes;
  Vector sum[Rows][vectors];
  for (std::size_t r = 0; r < Rows; ++r) {
    for (std::size_t v = 0; v < vectors; ++v) {
      sum[r][v] = reinterpret_cast<const Vector*>(sums + r * fold_columns)[v];
    }
  }
  for (std::size_t l = last_lane; l-- > first_lane;) {
    for (std::size_t t = 0; t < term_count; ++t) {
      const auto* column =
          reinterpret_cast<const Vector*>(columns + (t * sub_block + l) * fold_columns);
      for (std::size_t r = 0; r < Rows; ++r) {
        const T number = rows[t * row_stride + r][l];
        for (std::size_t v = 0; v < vectors; ++v) sum[r][v] = sum[r][v] + column[v] * number;
      }
    }
  }
  for (std::size_t r = 0; r < Rows; ++r) {
    for (std::size_t v = 0; v < vectors; ++v) {
      reinterpret_cast<Vector*>(sums + r * fold_columns)[v] = sum[r][v];
    }
  }
}

template <class T>
void fold(const T* const* rows, const T* columns, std::size_t term_count, std::size_t row_count,
          std::size_t sub_block, std::size_t first_lane, std::size_t last_lane, T* sums) {
  std::size_t r = 0;
  const auto run = [&](auto kernel, std::size_t taken) {
    kernel(rows + r, columns, term_count, row_count, sub_block, first_lane, last_lane,
           sums + r * fold_columns);
    r += taken;
  };
  if constexpr (most_rows >= 8) {
    while (r + 8 <= row_count) run(fold_rows<T, 8>, 8);
  }
  if constexpr (most_rows >= 4) {
    while (r + 4 <= row_count) run(fold_rows<T, 4>, 4);
  }
  if constexpr (most_rows >= 2) {
    while (r + 2 <= row_count) run(fold_rows<T, 2>, 2);
  }
  while (r < row_count) run(fold_rows<T, 1>, 1);
}

/// Fills the entries of one op. With three operands all must be lanes: seven more copies of a loop
/// would serve few.
template <class T, class O>
void add_op(LaneKernels<T>& kernels, Op op) {
  auto& f = kernels.forward[static_cast<std::size_t>(op)];
  auto& b = kernels.backward[static_cast<std::size_t>(op)];
  const auto add = [&]<unsigned Mask>() {
    f[Mask] = forward<T, O, Mask>;
    if constexpr (O::active > 0) b[0][Mask] = backward<T, O, 0, Mask>;
    if constexpr (O::active > 1) b[1][Mask] = backward<T, O, 1, Mask>;
    if constexpr (O::active > 2) b[2][Mask] = backward<T, O, 2, Mask>;
  };
  add.template operator()<0>();
  if constexpr (O::arity == 2) {
    add.template operator()<2>();
    if constexpr (O::active != 1) add.template operator()<1>();
  }
}

#define LG_CHECK(name, function) \
  static_assert(static_cast<std::size_t>(Op::name) < LaneKernels<double>::op_limit);
LG_OPS(LG_CHECK)
#undef LG_CHECK

template <class T>
LaneKernels<T> make() {
  LaneKernels<T> kernels = {};
  kernels.isa = LG_ISA_NAME;
  kernels.turn = turn<T>;
  kernels.fold = fold<T>;
#define LG_ADD(name, function) add_op<T, op::name>(kernels, Op::name);
  LG_LANE_OPS(LG_ADD)
#undef LG_ADD
  return kernels;
}

}  // namespace

// Functions, not constants: what fills the table may already use this copy's instructions.
namespace LG_ISA {

const LaneKernels<double>& f64() {
  static const LaneKernels<double> kernels = make<double>();
  return kernels;
}
const LaneKernels<float>& f32() {
  static const LaneKernels<float> kernels = make<float>();
  return kernels;
}

}  // namespace LG_ISA
}  // namespace levelgrad::host
