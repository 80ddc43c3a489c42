// SPDX-License-Identifier: MIT
//
// The way from Values to their places in the arena, for the engine's own functions.
#pragma once

#include <span>
#include <vector>

#include "levelgrad/error.h"
#include "levelgrad/value.h"

namespace levelgrad::detail {

struct Access {
  template <class T>
  static Arena<T>* arena(const BasicGraph<T>& graph) {
    return graph.arena_;
  }

  template <class T>
  static Arena<T>* arena(const BasicValue<T>& value) {
    if (value.arena_ == nullptr) BasicValue<T>::refuse_empty({});
    return value.arena_;
  }

  template <class T>
  static NodeIndex index(const BasicValue<T>& value, const Arena<T>* arena) {
    if (Access::arena(value) != arena) {
      throw GraphError("Values of two Graphs in one order", "an order belongs to one Graph");
    }
    return value.index({});
  }

  template <class T>
  static std::vector<NodeIndex> indices(std::span<const BasicValue<T>> values,
                                        const Arena<T>* arena) {
    std::vector<NodeIndex> result;
    result.reserve(values.size());
    for (const BasicValue<T>& value : values) result.push_back(index(value, arena));
    return result;
  }

  template <class T>
  static BasicValue<T> value(Arena<T>* arena, NodeIndex index) {
    return {arena, arena->serial_of(index)};
  }
};

}  // namespace levelgrad::detail
