// SPDX-License-Identifier: MIT
//
// Each op alone, its value and each derivative, and each math function alone, in a kernel of its
// own: what the PTX gate reads. Compiled by nvcc and NVRTC; never run.
#include "levelgrad/ops.h"
#include "levelgrad/optimizers.h"
#include "support/math_list.h"

namespace {

template <class O, class T>
LG_FN T part(const T* in, int which) {
  const T a = in[0], b = in[1], c = in[2], g = in[3], y = in[4];
  if constexpr (O::active > 0) {
    if (which == 1) return O::da(g, a, b, c, y);
  }
  if constexpr (O::active > 1) {
    if (which == 2) return O::db(g, a, b, c, y);
  }
  if constexpr (O::active > 2) {
    if (which == 3) return O::dc(g, a, b, c, y);
  }
  return which == 0 ? O::value(a, b, c) : T(0);
}

}  // namespace

// Names: op_Tanh_f64_0 is the value of Tanh in f64; 1, 2, 3 are its derivatives.
#define LG_PART(op_name, dtype, T, which)                                            \
  extern "C" __global__ void op_##op_name##_##dtype##_##which(const T* in, T* out) { \
    *out = part<levelgrad::op::op_name>(in, which);                                  \
  }
#define LG_PARTS(op_name, dtype, T) \
  LG_PART(op_name, dtype, T, 0)     \
  LG_PART(op_name, dtype, T, 1)     \
  LG_PART(op_name, dtype, T, 2)     \
  LG_PART(op_name, dtype, T, 3)
#define LG_OP(op_name, function) LG_PARTS(op_name, f64, double) LG_PARTS(op_name, f32, float)
LG_OPS(LG_OP)

#define LG_FUNCTION(function, dtype, T)                                       \
  extern "C" __global__ void math_##function##_##dtype(const T* in, T* out) { \
    *out = levelgrad::testing::function##_::value(in[0], in[1]);              \
  }
#define LG_FUNCTIONS(function, call) \
  LG_FUNCTION(function, f64, double) LG_FUNCTION(function, f32, float)
LG_MATH_FUNCTIONS(LG_FUNCTIONS)

#define LG_OPTIMIZER_KERNELS(dtype, T)                                                       \
  extern "C" __global__ void sgd_##dtype(const T* in, T* out) {                       \
    using levelgrad::optimizer::Sgd;                                                  \
    Sgd::State<T> state;                                                              \
    *out = Sgd::updated(in[0], in[1], state, Sgd::Scalars<T>{in[2]});                 \
  }                                                                                   \
  extern "C" __global__ void adamw_##dtype(const T* in, T* out) {                     \
    using levelgrad::optimizer::AdamW;                                                \
    AdamW::State<T> state = {in[2], in[3]};                                           \
    const AdamW::Scalars<T> s = {in[4], in[5], in[6], in[7], in[8], in[9], in[10]};   \
    out[0] = AdamW::updated(in[0], in[1], state, s);                                  \
    out[1] = state.m;                                                                 \
    out[2] = state.v;                                                                 \
  }
LG_OPTIMIZER_KERNELS(f64, double)
LG_OPTIMIZER_KERNELS(f32, float)
