// SPDX-License-Identifier: MIT
//
// The conformance suite on cuda-level: both strategies, and the change between them, with all lanes
// at once and in tiles so small that a batch has several.
#include "cuda/device.h"
#include "levelgrad/cuda/level_executor.h"
#include "support/conformance.h"

namespace levelgrad::testing {

template <class T>
struct LevelExecutors {
  using Number = T;
  static std::string why_not() { return why_no_device(); }
  static std::vector<NamedFactory<T>> factories() {
    using cuda::Strategy;
    std::vector<NamedFactory<T>> all;
    for (const cuda::LevelOptions& options : std::initializer_list<cuda::LevelOptions>{
             {.strategy = Strategy::Persistent},
             {.strategy = Strategy::Launches, .tile_lanes = 128},
             {.strategy = Strategy::Auto, .tile_lanes = 256}}) {
      const std::string lanes =
          options.tile_lanes == 0 ? "all lanes" : std::to_string(options.tile_lanes) + " lanes";
      all.push_back({std::string(cuda::name_of(options.strategy)) + ", " + lanes + " at once",
                     [=] { return std::make_unique<cuda::BasicLevelExecutor<T>>(options); }});
    }
    return all;
  }
};
INSTANTIATE_TYPED_TEST_SUITE_P(CudaLevel, Conformance, BothDtypes<LevelExecutors>, DtypeName);

}  // namespace levelgrad::testing
