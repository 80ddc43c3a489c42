// SPDX-License-Identifier: MIT
//
// The conformance suite on the executor that compiles.
#include "levelgrad/host/native_executor.h"
#include "support/conformance.h"

namespace levelgrad::testing {

template <class T>
struct NativeExecutors {
  using Number = T;
  static std::vector<NamedFactory<T>> factories() {
    return {{"2 threads", [] {
               return std::make_unique<host::BasicNativeExecutor<T>>(host::NativeOptions{.threads = 2});
             }}};
  }
};
INSTANTIATE_TYPED_TEST_SUITE_P(Native, Conformance, BothDtypes<NativeExecutors>, DtypeName);

}  // namespace levelgrad::testing
