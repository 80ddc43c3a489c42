// SPDX-License-Identifier: MIT
//
// Each op alone, its value and each derivative, each math function and each optimizer alone, in a
// kernel of its own: what the PTX gate reads. Compiled by nvcc and NVRTC; never run.
#include "levelgrad/clipping.h"
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

#define LG_OPTIMIZER(name, dtype, T)                                            \
  extern "C" __global__ void optimizer_##name##_##dtype(                        \
      const levelgrad::optimizer::name::Scalars<T>* scalars, const T* in,       \
      levelgrad::optimizer::name::State<T>* state, T* out) {                    \
    *out = levelgrad::optimizer::name::updated(in[0], in[1], *state, *scalars); \
  }
#define LG_OPTIMIZERS_OF_BOTH(name) LG_OPTIMIZER(name, f64, double) LG_OPTIMIZER(name, f32, float)
LG_OPTIMIZERS(LG_OPTIMIZERS_OF_BOTH)

#define LG_CLIP(dtype, T)                                        \
  extern "C" __global__ void clip_##dtype(const T* in, T* out) { \
    *out = levelgrad::clip_factor(in[0], in[1]);                 \
  }
LG_CLIP(f64, double)
LG_CLIP(f32, float)
