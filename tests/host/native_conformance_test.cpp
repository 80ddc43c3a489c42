// SPDX-License-Identifier: MIT
//
// The conformance suite on the executor that compiles: each Program takes a compiler some tenths of
// a second, so it is a sample of the cases, without optimizations that cost time. What is compiled
// as for users is in native_executor_test.cpp.
#include "levelgrad/host/native_executor.h"
#include "support/conformance.h"
#include "support/every_executor.h"

namespace levelgrad::testing {

template <class T>
struct NativeExecutors {
  using Number = T;
  static std::vector<NamedFactory<T>> factories() {
    return {{"2 threads", [] {
               return std::make_unique<host::BasicNativeExecutor<T>>(
                   host::NativeOptions{.threads = 2, .flags = {"-O1"}});
             }}};
  }
  /// Sanitizers see what hands numbers to the code, not the code: a few Programs are enough there.
  static bool takes(std::size_t index, const std::vector<Program>& programs) {
    const std::size_t size = programs.front().body().size();
    if (sanitized) return index < 2 && size < 1000;
    const std::size_t first = programs.size() > 1 ? 2 : 4, step = size < 10 ? 11 : 61;
    return (index < first || index % step == 0) && size < 3000;
  }
};
INSTANTIATE_TYPED_TEST_SUITE_P(Native, Conformance, BothDtypes<NativeExecutors>, DtypeName);

}  // namespace levelgrad::testing
