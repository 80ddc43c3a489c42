// SPDX-License-Identifier: MIT
#include "executor_list.h"

#include "levelgrad/host/host_executor.h"
#include "levelgrad/host/native_executor.h"
#include "levelgrad/reference_executor.h"
#if LEVELGRAD_BENCH_CUDA
#include "levelgrad/cuda/fused_executor.h"
#include "levelgrad/cuda/level_executor.h"
#endif

namespace levelgrad::bench {

std::vector<ExecutorEntry> executor_list() {
  using std::make_unique;
  return {
    {"reference", Place::OneThread, 100,
     []<class T>(std::size_t) { return make_unique<BasicReferenceExecutor<T>>(); }},
        {"host", Place::AnyThreads, no_limit,
         []<class T>(std::size_t threads) {
           return make_unique<host::BasicHostExecutor<T>>(host::HostOptions{.threads = threads});
         }},
        {"host-native", Place::AnyThreads, no_limit,
         []<class T>(std::size_t threads) {
           return make_unique<host::BasicNativeExecutor<T>>(
               host::NativeOptions{.threads = threads});
         }},
#if LEVELGRAD_BENCH_CUDA
        {"cuda-fused", Place::Gpu, no_limit,
         []<class T>(std::size_t) { return make_unique<cuda::BasicFusedExecutor<T>>(); }},
        {"cuda-level", Place::Gpu, no_limit,
         []<class T>(std::size_t) { return make_unique<cuda::BasicLevelExecutor<T>>(); }},
#endif
  };
}

}  // namespace levelgrad::bench
