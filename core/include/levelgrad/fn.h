// SPDX-License-Identifier: MIT
//
// LG_FN marks a function that g++, clang, nvcc and NVRTC compile alike, for host and device.
#pragma once

#if defined(__CUDACC__)
#define LG_FN __host__ __device__ inline
#else
#define LG_FN inline
#endif
