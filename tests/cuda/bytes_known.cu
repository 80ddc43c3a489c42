// SPDX-License-Identifier: MIT
//
// Kernels whose bytes are known, for the test of the counting: 1024 threads read a float each and
// write it, first neighbours side by side, then each into a 32-byte sector of its own.
#include <cuda_runtime_api.h>

#include <cstdio>

__global__ void side_by_side(const float* from, float* to) {
  const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
  to[i] = from[i];
}

__global__ void sector_each(const float* from, float* to) {
  const unsigned i = 8 * (blockIdx.x * blockDim.x + threadIdx.x);
  to[i] = from[i];
}

int main() {
  float *from = nullptr, *to = nullptr;
  constexpr std::size_t bytes = 8 * 1024 * sizeof(float);
  cudaMalloc(reinterpret_cast<void**>(&from), bytes);
  cudaMalloc(reinterpret_cast<void**>(&to), bytes);
  cudaMemset(from, 0, bytes);
  side_by_side<<<4, 256>>>(from, to);
  sector_each<<<4, 256>>>(from, to);
  const cudaError_t status = cudaDeviceSynchronize();
  if (status != cudaSuccess) std::fprintf(stderr, "%s\n", cudaGetErrorString(status));
  return status == cudaSuccess ? 0 : 1;
}
