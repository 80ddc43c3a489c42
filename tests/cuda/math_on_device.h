// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "support/math_stream.h"

namespace levelgrad::testing {

/// The lines that tests/core/math_hash.cpp prints for these inputs, from a device: one thread per
/// block of inputs. Inputs is Random<double>, Random<float> or AllFloats.
template <class Inputs>
std::vector<std::string> math_hashes_on_device();

}  // namespace levelgrad::testing
