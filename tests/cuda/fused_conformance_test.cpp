// SPDX-License-Identifier: MIT
//
// The conformance suite on cuda-fused. It fails where a small Program is not compiled: the bits of
// what runs instead would be right.
#include <algorithm>

#include "cuda/device.h"
#include "cuda/jit.h"
#include "levelgrad/cuda/fused_executor.h"
#include "support/conformance.h"

namespace levelgrad::testing {

template <class T>
class FusedOrFailure : public cuda::BasicFusedExecutor<T> {
public:
  using cuda::BasicFusedExecutor<T>::BasicFusedExecutor;
  FusedOrFailure(const FusedOrFailure&) = delete;
  FusedOrFailure& operator=(const FusedOrFailure&) = delete;
  ~FusedOrFailure() override { expect_fused(); }

  using BasicExecutor<T>::load;
  void load(std::span<const Program> programs) override {
    expect_fused();
    small_ = false;
    cuda::BasicFusedExecutor<T>::load(programs);
    small_ = std::ranges::all_of(
        programs, [](const Program& program) { return program.body().size() <= 1000; });
    expect_fused();
  }

private:
  /// Some bodies are compiled when they are first run, so this is asked afterwards, too.
  void expect_fused() const {
    if (!small_) return;
    const std::string why = this->why_not();
    const bool too_large = why.find("do not fit into shared memory") != std::string::npos;
    if (!too_large || shared_memory() >= 99 * 1024) {
      EXPECT_EQ("", why);
    }
  }
  static int shared_memory() {
    int bytes = 0;
    check(cudaDeviceGetAttribute(&bytes, cudaDevAttrMaxSharedMemoryPerBlockOptin, 0));
    return bytes;
  }

  bool small_ = false;
};

template <class T>
struct FusedExecutors {
  using Number = T;
  /// A sample, as each Program takes NVRTC half a second or more: of the long lists, whose cases
  /// are sorted by batch size, some of each size; of the short ones all. Batches of a Program share
  /// what was compiled, so nets, which have bodies of 300 nodes and more, are all taken. What is
  /// never compiled runs as cuda-level runs it, in the suite of that executor.
  static bool takes(std::size_t index, const std::vector<Program>& programs) {
    const std::size_t size = programs.front().body().size();
    return (index < 4 || index % 33 == 0 || size >= 300) && size <= 5000;
  }
  static std::string why_not() {
    const std::string none = why_no_device();
    return none.empty() ? why_no_nvrtc() : none;
  }
  static std::vector<NamedFactory<T>> factories() {
    return {{"fused, 256 lanes at once", [] {
               return std::make_unique<FusedOrFailure<T>>(cuda::FusedOptions{.tile_lanes = 256});
             }}};
  }
};
INSTANTIATE_TYPED_TEST_SUITE_P(CudaFused, Conformance, BothDtypes<FusedExecutors>, DtypeName);

}  // namespace levelgrad::testing
