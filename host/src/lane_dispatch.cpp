// SPDX-License-Identifier: MIT
//
// Which copies of the lane kernels this processor can run.
#include <vector>

#include "lane_kernels.h"

namespace levelgrad::host {

#define LG_DECLARE(isa)             \
  namespace isa {                   \
  const LaneKernels<double>& f64(); \
  const LaneKernels<float>& f32();  \
  }
LG_DECLARE(lanes_baseline)
#if defined(__x86_64__)
LG_DECLARE(lanes_v3)
LG_DECLARE(lanes_v4)
#endif
#undef LG_DECLARE

namespace {

#if defined(__x86_64__)
bool has_v3() {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
         __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
}
bool has_v4() {
  return has_v3() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl");
}
#endif

}  // namespace

#define LG_FIND(T, dtype)                                        \
  template <>                                                    \
  std::span<const LaneKernels<T>* const> lane_kernels<T>() {     \
    static const std::vector<const LaneKernels<T>*> found = [] { \
      std::vector<const LaneKernels<T>*> all;                    \
      LG_FIND_X86(dtype)                                         \
      all.push_back(&lanes_baseline::dtype());                   \
      return all;                                                \
    }();                                                         \
    return found;                                                \
  }
#if defined(__x86_64__)
#define LG_FIND_X86(dtype)                         \
  if (has_v4()) all.push_back(&lanes_v4::dtype()); \
  if (has_v3()) all.push_back(&lanes_v3::dtype());
#else
#define LG_FIND_X86(dtype)
#endif
LG_FIND(double, f64)
LG_FIND(float, f32)

}  // namespace levelgrad::host
