// SPDX-License-Identifier: MIT
#include "levelgrad/diagnose.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <vector>

#include "levelgrad/error.h"
#include "levelgrad/number_text.h"

namespace levelgrad {
namespace {

/// Longest distance from a leaf, for each node of a canonical order.
template <class T>
std::vector<int> levels_of(const std::vector<BasicValue<T>>& order) {
  std::unordered_map<std::uint64_t, int> level;
  std::vector<int> result;
  for (const BasicValue<T>& value : order) {
    int own = 0;
    for (const BasicValue<T>& operand : value.operands()) {
      own = std::max(own, level.at(operand.id()) + 1);
    }
    level[value.id()] = own;
    result.push_back(own);
  }
  return result;
}

template <class T>
std::string describe(const BasicValue<T>& value, int level, const char* what, T number) {
  std::string text = std::string(what) + " of ";
  text += value.op() == Op::Leaf ? "a leaf" : "'" + std::string(symbol(value.op())) + "'";
  if (const std::string label = value.label(); !label.empty()) text += " " + label;
  text += at(value.where()) + " (level " + std::to_string(level) + ") is " + shortest(number);
  const char* separator = "; operands ";
  for (const BasicValue<T>& operand : value.operands()) {
    text += separator + shortest(operand.data());
    separator = ", ";
  }
  return text;
}

}  // namespace

template <class T>
std::optional<NonFinite> find_non_finite(const BasicValue<T>& root) {
  const std::vector<BasicValue<T>> order = canonical_order(root);
  const std::vector<int> levels = levels_of(order);
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (!std::isfinite(order[i].data())) {
      return NonFinite{describe(order[i], levels[i], "data", order[i].data()), false};
    }
  }
  for (std::size_t i = order.size(); i-- > 0;) {
    if (!std::isfinite(order[i].grad())) {
      return NonFinite{describe(order[i], levels[i], "grad", order[i].grad()), true};
    }
  }
  return std::nullopt;
}

template std::optional<NonFinite> find_non_finite(const BasicValue<float>&);
template std::optional<NonFinite> find_non_finite(const BasicValue<double>&);

}  // namespace levelgrad
