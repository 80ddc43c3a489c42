// SPDX-License-Identifier: MIT
#include <cstdio>

#include "cuda/device.h"
#include "cuda/math_on_device.h"
#include "support/math_list.h"

namespace levelgrad::testing {
namespace {

template <class F, class Inputs>
__global__ void hash_blocks(Word* hashes) {
  const Word k = Word(blockIdx.x) * blockDim.x + threadIdx.x;
  if (k < Sample<Inputs>::blocks) hashes[k] = block_hash<F, Inputs>(Sample<Inputs>::block(k));
}

template <class F, class Inputs>
std::string line_from_device() {
  DeviceArray<Word> hashes(Sample<Inputs>::blocks);
  hash_blocks<F, Inputs><<<(Sample<Inputs>::blocks + 31) / 32, 32>>>(hashes.data());
  check(cudaGetLastError());
  Fnv hash;
  for (const Word h : hashes.to_host()) hash.add(h);
  char line[64];
  std::snprintf(line, sizeof line, "%s %s %016llx", F::name, Inputs::name, hash.hash);
  return line;
}

}  // namespace

template <class Inputs>
std::vector<std::string> math_hashes_on_device() {
  return {
#define LG_LINE(function, call) line_from_device<function##_, Inputs>(),
      LG_MATH_FUNCTIONS(LG_LINE)
#undef LG_LINE
  };
}

template std::vector<std::string> math_hashes_on_device<Random<double>>();
template std::vector<std::string> math_hashes_on_device<Random<float>>();
template std::vector<std::string> math_hashes_on_device<AllFloats>();

}  // namespace levelgrad::testing
