// SPDX-License-Identifier: MIT
//
// What generated C++ stands on: Lanes, a vector with one number of several examples, and the ops on
// it. `Number`, `vector_bytes` and `sub_block` are defined before it, and it follows formulas.h.
// Compiled where levelgrad runs, for the processor that it runs on.

namespace levelgrad {

typedef Number Lanes __attribute__((vector_size(vector_bytes)));
constexpr unsigned lane_count = vector_bytes / sizeof(Number);

inline Lanes splat(Number x) { return x - Lanes{}; }

/// The numbers of a vector one by one: compilers turn a loop over them back into vectors.
struct Each {
  alignas(vector_bytes) Number number[lane_count];
  Each() = default;
  explicit Each(Lanes lanes) { *reinterpret_cast<Lanes*>(number) = lanes; }
  Lanes together() const { return *reinterpret_cast<const Lanes*>(number); }
  Number operator[](unsigned lane) const { return number[lane]; }
};
/// A number that all lanes share.
struct Same {
  Number number;
  explicit Same(Number x) : number(x) {}
  Number operator[](unsigned) const { return number; }
};

inline Each each(Lanes lanes) { return Each(lanes); }
inline Same each(double number) { return Same(static_cast<Number>(number)); }

template <class F, class A, class B, class C>
inline Lanes for_each_lane(F f, A a, B b, C c) {
  Each result;
  for (unsigned l = 0; l < lane_count; ++l) result.number[l] = f(a[l], b[l], c[l]);
  return result.together();
}
template <class F, class A, class B, class C>
inline Lanes for_each_lane(F f, Lanes grad, A a, B b, C c, Lanes result_of_op) {
  const Each g(grad), y(result_of_op);
  Each result;
  for (unsigned l = 0; l < lane_count; ++l) result.number[l] = f(g[l], a[l], b[l], c[l], y[l]);
  return result.together();
}

// A formula of a node: short ones become part of the code, long ones are functions of their own, or
// a graph of a thousand calls of exp would be a hundred thousand instructions.
template <class O, class B, class C>
inline Lanes value_inline(Lanes a, B b, C c) {
  const auto f = [](Number x, Number y, Number z) { return O::value(x, y, z); };
  return for_each_lane(f, each(a), each(b), each(c));
}
template <class O, class B, class C>
__attribute__((noinline)) Lanes value_called(Lanes a, B b, C c) {
  return value_inline<O>(a, b, c);
}
template <class O, class B = double, class C = double>
inline Lanes value(Lanes a, B b = 0, C c = 0) {
  if constexpr (calls_function(O::value_text) && !(O::arity == 2 && is_plain<B>)) {
    return value_called<O>(a, b, c);
  } else {
    return value_inline<O>(a, b, c);
  }
}

#define LG_DERIVATIVE_OF_LANES(name)                                                       \
  template <class O, class B>                                                              \
  inline Lanes name##_inline(Lanes g, Lanes a, B b, Lanes c, Lanes y) {                    \
    const auto f = [](Number gn, Number an, Number bn, Number cn, Number yn) {             \
      return O::name(gn, an, bn, cn, yn);                                                  \
    };                                                                                     \
    return for_each_lane(f, g, each(a), each(b), each(c), y);                              \
  }                                                                                        \
  template <class O, class B>                                                              \
  __attribute__((noinline)) Lanes name##_called(Lanes g, Lanes a, B b, Lanes c, Lanes y) { \
    return name##_inline<O>(g, a, b, c, y);                                                \
  }                                                                                        \
  template <class O, class B>                                                              \
  inline Lanes name(Lanes g, Lanes a, B b, Lanes c, Lanes y) {                             \
    if constexpr (calls_function(O::name##_text) && !is_plain<B>) {                        \
      return name##_called<O>(g, a, b, c, y);                                              \
    } else {                                                                               \
      return name##_inline<O>(g, a, b, c, y);                                              \
    }                                                                                      \
  }
LG_DERIVATIVE_OF_LANES(da)
LG_DERIVATIVE_OF_LANES(db)
LG_DERIVATIVE_OF_LANES(dc)
#undef LG_DERIVATIVE_OF_LANES

inline Lanes& lanes_at(Number* numbers) { return *reinterpret_cast<Lanes*>(numbers); }
inline const Lanes& lanes_at(const Number* numbers) {
  return *reinterpret_cast<const Lanes*>(numbers);
}

#define LG_PIECE inline

// A frame is an array of rows [sub_block], what is kept of all lanes.
inline Number* row(Number* frame, std::size_t slot) { return frame + slot * sub_block; }
inline const Number* row(const Number* frame, std::size_t slot) { return frame + slot * sub_block; }

/// What the code of a lane reads and writes; `frame` points at the first lane of the vector.
struct NativeLane {
  Number* frame;
  const Number *shared, *seeds;

  Lanes number(double x) const { return splat(static_cast<Number>(x)); }
  Lanes input(std::size_t k) const { return lanes_at(row(frame, input_row + k)); }
  Lanes p(std::size_t i) const { return splat(shared[i]); }
  Lanes p_back(std::size_t i) const { return p(i); }
  Lanes seed(std::size_t j) const { return splat(seeds[j]); }
  Lanes kept(std::size_t slot) const { return lanes_at(row(frame, slot)); }
  void keep(std::size_t slot, Lanes x) const { lanes_at(row(frame, slot)) = x; }
  void join(std::size_t j, Lanes x) const { lanes_at(row(frame, joined_row + j)) = x; }
  void output(std::size_t k, Lanes x) const { lanes_at(row(frame, output_row + k)) = x; }
  void input_grad(std::size_t k, Lanes x) const { lanes_at(row(frame, input_grad_row + k)) = x; }
};

// Folds. The columns of a tile are laid side by side, 16 to a block: [lane][16].
constexpr unsigned block_width = 16, block_parts = block_width / lane_count;
constexpr unsigned one = ~0U;  ///< instead of a slot: the number 1

// What a loop works on must be in registers, so the loop must not stay one.
#define LG_UNROLL _Pragma("GCC unroll 16")

struct Block {
  Lanes part[block_parts];
};
inline Block block_at(const Number* numbers) {
  Block block;
  LG_UNROLL
  for (unsigned k = 0; k < block_parts; ++k) block.part[k] = lanes_at(numbers + k * lane_count);
  return block;
}
inline void put_block(const Block& block, Number* numbers) {
  LG_UNROLL
  for (unsigned k = 0; k < block_parts; ++k) lanes_at(numbers + k * lane_count) = block.part[k];
}
inline Block operator+(Block a, const Block& b) {
  LG_UNROLL
  for (unsigned k = 0; k < block_parts; ++k) a.part[k] = a.part[k] + b.part[k];
  return a;
}
inline Block operator*(Number x, Block b) {
  LG_UNROLL
  for (unsigned k = 0; k < block_parts; ++k) b.part[k] = x * b.part[k];
  return b;
}

template <class Frame>
inline auto turned(Frame* frame, std::size_t block, std::size_t lane) {
  return row(frame, turned_row + block * block_width) + lane * block_width;
}

#if defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector)
#define LG_SHUFFLES
#endif
#endif

#if defined(LG_SHUFFLES)
template <unsigned... Index>
struct Indices {};
template <unsigned Count, unsigned... Index>
struct IndicesTo : IndicesTo<Count - 1, Count - 1, Index...> {};
template <unsigned... Index>
struct IndicesTo<0, Index...> {
  using Type = Indices<Index...>;
};

/// Of a square of Step x Step blocks the two off the diagonal change places.
template <unsigned Step, unsigned... E>
inline void swap_blocks(Lanes& a, Lanes& b, Indices<E...>) {
  const Lanes low = __builtin_shufflevector(a, b, ((E & Step) ? lane_count + E - Step : E)...);
  b = __builtin_shufflevector(a, b, ((E & Step) ? lane_count + E : E + Step)...);
  a = low;
}
template <unsigned Step>
inline void turn_square(Lanes (&rows)[lane_count]) {
  if constexpr (Step < lane_count) {
    LG_UNROLL
    for (unsigned i = 0; i < lane_count; ++i) {
      if ((i & Step) == 0) {
        swap_blocks<Step>(rows[i], rows[i + Step], typename IndicesTo<lane_count>::Type());
      }
    }
    turn_square<2 * Step>(rows);
  }
}
#endif

/// Lays the columns in 16 slots side by side, for `width` lanes.
///
/// source   Eklundh, "A fast computer method for matrix transposing", IEEE Trans. Computers (1972).
inline void turn(Number* frame, const unsigned* slots, std::size_t width, std::size_t block) {
#if defined(LG_SHUFFLES)
  for (std::size_t l = 0; l < width; l += lane_count) {
    for (unsigned c = 0; c < block_width; c += lane_count) {
      Lanes rows[lane_count];
      LG_UNROLL
      for (unsigned i = 0; i < lane_count; ++i) rows[i] = lanes_at(row(frame, slots[c + i]) + l);
      turn_square<1>(rows);
      LG_UNROLL
      for (unsigned i = 0; i < lane_count; ++i) lanes_at(turned(frame, block, l + i) + c) = rows[i];
    }
  }
#else
  for (unsigned c = 0; c < block_width; ++c) {
    const Number* const from = row(frame, slots[c]);
    for (std::size_t l = 0; l < width; ++l) turned(frame, block, l)[c] = from[l];
  }
#endif
}

/// sums[r][c] += row[t][r] * column[t][c] for the lanes from the last to the first, in each for all
/// terms.
inline void fold_by_table(const Number* frame, const unsigned* rows, const unsigned* columns,
                          std::size_t terms, std::size_t row_count, std::size_t column_count,
                          std::size_t first, std::size_t last, Number* sums) {
  const auto number = [frame](unsigned slot, std::size_t l) {
    return slot == one ? Number(1) : row(frame, slot)[l];
  };
  for (std::size_t l = last; l-- > first;) {
    for (std::size_t t = 0; t < terms; ++t) {
      for (std::size_t r = 0; r < row_count; ++r) {
        const Number factor = number(rows[t * row_count + r], l);
        for (std::size_t c = 0; c < column_count; ++c) {
          Number& sum = sums[r * column_count + c];
          sum = sum + factor * number(columns[t * column_count + c], l);
        }
      }
    }
  }
}

}  // namespace levelgrad
