// SPDX-License-Identifier: MIT
//
// Every op in a kernel: nvcc and NVRTC must compile the op header as it is.
#include "levelgrad/ops.h"
#include "levelgrad/optimizers.h"

namespace {

template <class T>
struct Step {
  const T* in;
  T* out;

  template <class O>
  LG_FN void operator()(O) const {
    const T a = in[0], b = in[1], c = in[2], g = in[3];
    const T y = O::value(a, b, c);
    out[0] = y;
    if constexpr (O::active > 0) out[1] = O::da(g, a, b, c, y);
    if constexpr (O::active > 1) out[2] = O::db(g, a, b, c, y);
    if constexpr (O::active > 2) out[3] = O::dc(g, a, b, c, y);
    using namespace levelgrad::optimizer;
    out[4] = Sgd::updated(a, g, static_cast<T>(0.5));
    AdamW::State<T> state = {in[4], in[5]};
    out[5] = AdamW::updated(a, g, state, AdamW::scalars<T>({}, 1));
    out[6] = state.m;
    out[7] = state.v;
  }
};

}  // namespace

extern "C" __global__ void run_f64(levelgrad::Op op, const double* in, double* out) {
  levelgrad::dispatch(op, Step<double>{in, out});
}

extern "C" __global__ void run_f32(levelgrad::Op op, const float* in, float* out) {
  levelgrad::dispatch(op, Step<float>{in, out});
}
