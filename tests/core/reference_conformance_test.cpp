// SPDX-License-Identifier: MIT
//
// The conformance suite on the reference executor itself (that it gives the same twice, in both
// layouts, and after errors), and on one that was written without looking at it.
#include "levelgrad/reference_executor.h"
#include "support/conformance.h"
#include "support/mutant_executor.h"

namespace levelgrad::testing {

template <class T>
struct CoreExecutors {
  using Number = T;
  static std::vector<NamedFactory<T>> factories() {
    return {{"reference", [] { return std::make_unique<BasicReferenceExecutor<T>>(); }},
            {"stranger", [] { return std::make_unique<MutantExecutor<T>>(); }}};
  }
};
INSTANTIATE_TYPED_TEST_SUITE_P(Core, Conformance, BothDtypes<CoreExecutors>, DtypeName);

}  // namespace levelgrad::testing
