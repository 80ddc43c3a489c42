// SPDX-License-Identifier: MIT
//
// LG_FN marks a function that g++, clang, nvcc and NVRTC compile alike, for host and device.
// LG_INLINE_FN is the same for a function that must be inlined though compilers find it large: a
// call left in a loop over lanes would keep the loop from being vectorised.
#pragma once

#if defined(__CUDACC__)
#define LG_FN __host__ __device__ inline
#define LG_INLINE_FN __host__ __device__ __forceinline__
#else
#define LG_FN inline
#define LG_INLINE_FN __attribute__((always_inline)) inline
#endif
