// SPDX-License-Identifier: MIT
//
// Kernels that the PTX gate must reject: the first four when compiled with the wrong flags, the
// others always.
template <class T>
__device__ T root(T x);
template <>
__device__ double root(double x) {
  return sqrt(x);
}
template <>
__device__ float root(float x) {
  return sqrtf(x);
}

#define LG_OFFENDERS(T, dtype)                                                           \
  extern "C" __global__ void contracts_##dtype(const T* in, T* out) {                    \
    *out = in[0] * in[1] + in[2];                                                        \
  }                                                                                      \
  extern "C" __global__ void adds_##dtype(const T* in, T* out) { *out = in[0] + in[1]; } \
  extern "C" __global__ void adds_atomically_##dtype(const T* in, T* out) { atomicAdd(out, in[0]); }
LG_OFFENDERS(double, f64)
LG_OFFENDERS(float, f32)

extern "C" __global__ void divides_f32(const float* in, float* out) { *out = in[0] / in[1]; }
extern "C" __global__ void takes_roots_f32(const float* in, float* out) { *out = root(in[0]); }
extern "C" __global__ void calls_libdevice_f32(const float* in, float* out) { *out = expf(in[0]); }
extern "C" __global__ void calls_libdevice_f64(const double* in, double* out) { *out = log(in[0]); }
