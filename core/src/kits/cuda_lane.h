// SPDX-License-Identifier: MIT
//
// What generated CUDA stands on: a lane for each thread, its numbers scalars. Behind formulas.h.

namespace levelgrad {

// A formula of a node: short ones become part of the code, long ones are functions of their own.
// Where a number that is fixed when the graph is built decides which way a formula goes, it is
// repeated all the same: what is left of it is short.
template <class O>
constexpr bool has_plain_operand = O::arity == 2 && O::active == 1;

template <class O, class T>
__device__ __noinline__ T value_called(T a, T b, T c) {
  return O::value(a, b, c);
}
template <class O, class T, class B = T, class C = T>
__device__ __forceinline__ T value(T a, B b = 0, C c = 0) {
  const T second = static_cast<T>(b), third = static_cast<T>(c);
  if constexpr (calls_function(O::value_text) && !has_plain_operand<O>) {
    return value_called<O>(a, second, third);
  } else {
    return O::value(a, second, third);
  }
}

#define LG_DERIVATIVE_OF_LANE(name)                                          \
  template <class O, class T>                                                \
  __device__ __noinline__ T name##_called(T g, T a, T b, T c, T y) {         \
    return O::name(g, a, b, c, y);                                           \
  }                                                                          \
  template <class O, class T, class B>                                       \
  __device__ __forceinline__ T name(T g, T a, B b, T c, T y) {               \
    if constexpr (calls_function(O::name##_text) && !has_plain_operand<O>) { \
      return name##_called<O>(g, a, static_cast<T>(b), c, y);                \
    } else {                                                                 \
      return O::name(g, a, static_cast<T>(b), c, y);                         \
    }                                                                        \
  }
LG_DERIVATIVE_OF_LANE(da)
LG_DERIVATIVE_OF_LANE(db)
LG_DERIVATIVE_OF_LANE(dc)
#undef LG_DERIVATIVE_OF_LANE

#define LG_PIECE __device__ inline

/// What the code of a lane reads and writes. A frame is an array of rows, what is kept of all lanes
/// of a block: slots, then what joins read.
///
/// lane_row      numbers of a row: odd, so that neighbouring slots fall into different banks
/// keeps         whether what is kept is read: not where values alone are wanted of one piece
template <class T, unsigned lane_row, unsigned joined_slot, bool keeps = true>
struct CudaLane {
  T* frame;         ///< at this lane
  const T* inputs;  ///< of the lane's example; null behind the last
  const T *shared, *seeds;
  T* outputs;  ///< [output][output_row], at the lane's example; null: not wanted
  std::size_t output_row;

  __device__ T number(double x) const { return static_cast<T>(x); }
  __device__ T input(unsigned k) const { return inputs == nullptr ? T(0) : inputs[k]; }
  __device__ T p(unsigned i) const { return __ldg(shared + i); }
  /// Loaded again: volatile, as compilers would else keep all parameters from the forward pass.
  __device__ T p_back(unsigned i) const { return *static_cast<const volatile T*>(shared + i); }
  __device__ T seed(unsigned j) const { return __ldg(seeds + j); }
  __device__ T kept(unsigned slot) const { return frame[slot * lane_row]; }
  __device__ void keep(unsigned slot, T x) const {
    if constexpr (keeps) frame[slot * lane_row] = x;
  }
  __device__ void join(unsigned j, T x) const { frame[(joined_slot + j) * lane_row] = x; }
  __device__ void output(unsigned k, T x) const {
    if (outputs != nullptr && inputs != nullptr) outputs[k * output_row] = x;
  }
  __device__ void input_grad(unsigned, T) const {}
};

}  // namespace levelgrad
