// SPDX-License-Identifier: MIT
//
// Where a NaN or an infinity came from.
#pragma once

#include <optional>
#include <string>

#include "levelgrad/value.h"

namespace levelgrad {

/// The node that first made a number that is not finite.
struct NonFinite {
  std::string description;  ///< "data of '*' at nn.cpp:47 (level 3) is inf; operands 1e200, 1e200"
  bool in_grad;             ///< every data is finite, and a grad is not
};

/// Looks through what root depends on: data in canonical order, then grads in the order in which
/// backward() makes them. Nothing where all are finite.
template <class T>
[[nodiscard]] std::optional<NonFinite> find_non_finite(const BasicValue<T>& root);

extern template std::optional<NonFinite> find_non_finite(const BasicValue<float>&);
extern template std::optional<NonFinite> find_non_finite(const BasicValue<double>&);

}  // namespace levelgrad
