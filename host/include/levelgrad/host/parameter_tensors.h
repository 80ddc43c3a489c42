// SPDX-License-Identifier: MIT
//
// A Program's parameters as the tensors that other programs know: a layer's weights are one.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "levelgrad/host/tensor.h"
#include "levelgrad/program.h"

namespace levelgrad::host {

/// Parameters "layers.0.weight[3][1]" make the tensor "layers.0.weight" of [neurons, inputs]; a
/// parameter without brackets makes a tensor of one number. In the order of their first parameter.
///
/// numbers   [parameter_count], of double or float.
/// prefix    before each name.
/// errors    ArgumentError for names that do not fill a tensor, each place once.
template <class T>
[[nodiscard]] std::vector<Tensor> parameter_tensors(const Program& program,
                                                    std::span<const T> numbers,
                                                    const std::string& prefix = "");

/// The way back: the numbers in the order of the Program. Other tensors are passed over.
///
/// name     of the file, for messages.
/// errors   DataError for a tensor that is missing, of another shape or dtype.
template <class T>
[[nodiscard]] std::vector<T> parameters_of(const Program& program, std::span<const Tensor> tensors,
                                           const std::string& name, const std::string& prefix = "");

}  // namespace levelgrad::host
