// SPDX-License-Identifier: MIT
//
// The kernel for a tile of a batch. Behind the pieces.

namespace levelgrad {

#if LG_IN_CONSTANT_BANK
// Two copies: of one, the compiler would keep every number in a register until it is read again.
extern "C" {
__constant__ Number numbers_twice[2 * number_count];
}
struct UniformNumbers {
  __device__ Number p(unsigned i) const { return numbers_twice[i]; }
  __device__ Number p_back(unsigned i) const { return numbers_twice[number_count + i]; }
  __device__ Number seed(unsigned j) const { return numbers_twice[number_count + first_seed + j]; }
};
#else
struct UniformNumbers {
  const Number* numbers;

  __device__ Number p(unsigned i) const { return numbers[i]; }
  __device__ Number p_back(unsigned i) const {
    const Number* again = numbers;
    asm volatile("" : "+l"(again));  // read again, or every number would stay in a register
    return again[i];
  }
  __device__ Number seed(unsigned j) const { return numbers[first_seed + j]; }
};
#endif

}  // namespace levelgrad

extern "C" __global__ void __launch_bounds__(levelgrad::block_threads, levelgrad::blocks_at_once)
    fused(const levelgrad::FusedArguments arguments) {
  using namespace levelgrad;
#if LG_IN_CONSTANT_BANK
  const UniformNumbers numbers = {};
#else
  const UniformNumbers numbers = {arguments.numbers};
#endif
  run_chunks(arguments, numbers, reinterpret_cast<Number*>(shared_bytes));
}
