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

template <class T>
[[nodiscard]] OptimizerKind kind_of(const BasicUpdate<T>& update) {
  return std::visit(
      []<class Scalars>(const Scalars&) -> OptimizerKind {
        using Optimizer = typename Scalars::Optimizer;
        return {levelgrad::detail::optimizer_name<Optimizer>,
                sizeof(typename Optimizer::template State<T>)};
      },
      update.scalars());
}

}  // namespace levelgrad::cuda
