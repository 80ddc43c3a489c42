// SPDX-License-Identifier: MIT
//
// The conformance suite on cuda-fused.
#include "cuda/device.h"
#include "levelgrad/cuda/level_executor.h"
#include "levelgrad/host/disk_cache.h"
#include "support/conformance.h"

namespace levelgrad::testing {

template <class T>
struct FusedExecutors {
  using Number = T;
  static std::string why_not() { return why_no_device(); }
  static std::vector<NamedFactory<T>> factories() {
    const auto cache = std::make_shared<host::DiskCache>();
    std::vector<NamedFactory<T>> all;
    all.push_back({"fused", [=] {
                     return std::make_unique<cuda::BasicLevelExecutor<T>>(cuda::LevelOptions{
                         .strategy = cuda::Strategy::Fused, .tile_lanes = 256, .cache = cache});
                   }});
    return all;
  }
};
INSTANTIATE_TYPED_TEST_SUITE_P(CudaFused, Conformance, BothDtypes<FusedExecutors>, DtypeName);

}  // namespace levelgrad::testing
