// SPDX-License-Identifier: MIT
//
// Two lists of numbers compared by bits, for assertions: EXPECT_TRUE(same_numbers(found, wanted)).
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/batch_case.h"
#include "support/bits.h"

namespace levelgrad::testing {

/// Whether all bits are the same, NaNs being equal; else the first number that differs.
template <class T>
::testing::AssertionResult same_numbers(const std::vector<T>& found, const std::vector<T>& wanted) {
  if (found.size() != wanted.size()) {
    return ::testing::AssertionFailure() << found.size() << " numbers, not " << wanted.size();
  }
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (same_bits(found[i], wanted[i])) continue;
    return ::testing::AssertionFailure()
           << "[" << i << "] is " << hex(static_cast<double>(found[i])) << ", not "
           << hex(static_cast<double>(wanted[i]));
  }
  return ::testing::AssertionSuccess();
}

}  // namespace levelgrad::testing
