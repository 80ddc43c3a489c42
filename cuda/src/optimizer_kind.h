// SPDX-License-Identifier: MIT
//
// What generated code must know of an update's optimizer.
#pragma once

#include <string>

#include "levelgrad/executor.h"

namespace levelgrad::cuda {

struct OptimizerKind {
  std::string name;  ///< of its struct
  std::size_t state_bytes;
};

namespace detail {
template <class Optimizer>
inline constexpr const char* optimizer_name = "";
#define LG_NAMED(name) \
  template <>          \
  inline constexpr const char* optimizer_name<optimizer::name> = #name;
LG_OPTIMIZERS(LG_NAMED)
#undef LG_NAMED
}  // namespace detail

template <class T>
[[nodiscard]] OptimizerKind kind_of(const BasicUpdate<T>& update) {
  return std::visit(
      []<class Scalars>(const Scalars&) -> OptimizerKind {
        using Optimizer = typename Scalars::Optimizer;
        return {detail::optimizer_name<Optimizer>, sizeof(typename Optimizer::template State<T>)};
      },
      update);
}

}  // namespace levelgrad::cuda
