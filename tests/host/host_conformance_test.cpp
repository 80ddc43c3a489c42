// SPDX-License-Identifier: MIT
//
// The conformance suite on the host executor, for thread counts, sub-blocks and instruction sets.
#include "levelgrad/host/host_executor.h"
#include "support/conformance.h"

namespace levelgrad::testing {

template <class T>
struct HostExecutors {
  using Number = T;
  static std::vector<NamedFactory<T>> factories() {
    std::vector<NamedFactory<T>> all;
    const std::vector<std::string> isas = host::host_isas();
    const std::string second = isas[std::min<std::size_t>(1, isas.size() - 1)];
    for (const host::HostOptions& options : std::initializer_list<host::HostOptions>{
             {.threads = 1},
             {.threads = 2, .sub_block = 16},
             {.threads = 5, .sub_block = 32, .isa = isas.back()},
             {.threads = 1, .sub_block = 64, .isa = second},
             {.threads = 2, .sub_block = 128}}) {
      all.push_back({std::to_string(options.threads) + " threads, sub-blocks of " +
                         std::to_string(options.sub_block),
                     [=] { return std::make_unique<host::BasicHostExecutor<T>>(options); }});
    }
    return all;
  }
};
INSTANTIATE_TYPED_TEST_SUITE_P(Host, Conformance, BothDtypes<HostExecutors>, DtypeName);

}  // namespace levelgrad::testing
