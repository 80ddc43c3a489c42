// SPDX-License-Identifier: MIT
//
// Which copies of the lane kernels this processor can run.
#include <vector>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

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
/// What compilers have no names for: LZCNT, MOVBE and F16C. A processor without LZCNT would not
/// refuse the instruction, but run another.
bool has_small_v3() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c & bit_MOVBE) == 0 || (c & bit_F16C) == 0) {
    return false;
  }
  return __get_cpuid(0x80000001, &a, &b, &c, &d) != 0 && (c & bit_LZCNT) != 0;
}
bool has_v3() {
  return has_small_v3() && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
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
