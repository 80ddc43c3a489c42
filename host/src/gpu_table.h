// SPDX-License-Identifier: MIT
//
// The GPUs that are known by name.
#pragma once

#include <array>

#include "levelgrad/host/gpu.h"

namespace levelgrad::host {

inline constexpr std::size_t kib = 1024;
inline constexpr std::size_t mib = 1024 * kib;

/// Multiprocessors, bandwidth and caches: NVIDIA's data sheets of the H200, H100 and A100, and the
/// white papers on Hopper (H100, 2022), Ampere (GA100, 2020) and Ada (AD102, 2022). Lanes, resident
/// threads and shared memory: CUDA C++ Programming Guide, tables of the compute capabilities 9.0,
/// 8.0 and 8.9. Clocks: the boost clocks there; for H200 and H100 the highest application clock.
inline constexpr std::array<Gpu, 4> gpu_table = {
    {{"h200", "H200 SXM", 132, 1.98e9, 128, 64, 2048, 4.8e12, 228 * kib, 50 * mib},
     {"h100", "H100 SXM", 132, 1.98e9, 128, 64, 2048, 3.35e12, 228 * kib, 50 * mib},
     {"a100", "A100 SXM 80GB", 108, 1.41e9, 64, 32, 2048, 2.039e12, 164 * kib, 40 * mib},
     {"rtx4090", "GeForce RTX 4090", 128, 2.52e9, 128, 2, 1536, 1.008e12, 100 * kib, 72 * mib}}};

}  // namespace levelgrad::host
