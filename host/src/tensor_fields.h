// SPDX-License-Identifier: MIT
//
// What a tensor file must have, looked up by name, with errors that name the file.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "levelgrad/error.h"
#include "levelgrad/host/safetensors.h"

namespace levelgrad::host {

/// Errors: DataError where something is missing or not as it should be.
class TensorFields {
public:
  /// Both borrowed. name   of the file, for messages.
  TensorFields(const TensorFile& file, const std::string& name) : file_(file), name_(name) {}

  [[noreturn]] void refuse(const std::string& why) const { throw DataError(name_ + ": " + why); }

  [[nodiscard]] bool has(const std::string& tensor) const {
    return find(tensor) != file_.tensors.end();
  }
  [[nodiscard]] const Tensor& tensor(const std::string& tensor) const {
    const auto found = find(tensor);
    if (found == file_.tensors.end()) refuse("no tensor '" + tensor + "'");
    return *found;
  }
  /// The numbers of a tensor with one dimension.
  template <class N>
  [[nodiscard]] std::vector<N> numbers(const std::string& of) const {
    const Tensor& found = tensor(of);
    if (found.dtype != dtype_of<N> || found.shape.size() != 1) {
      refuse("the tensor '" + of + "' is not a list of " + std::string(dtype_of<N>));
    }
    return numbers_of<N>(found);
  }

  /// An entry of the metadata.
  [[nodiscard]] const std::string& text(const std::string& key) const {
    const auto found = file_.metadata.find(key);
    if (found == file_.metadata.end())
      refuse("no '" + key + "' in the metadata: not a file of levelgrad's");
    return found->second;
  }
  void expect(const std::string& key, const std::string& value) const {
    if (text(key) != value) {
      refuse("'" + key + "' is " + text(key) + ", and this program reads " + value);
    }
  }

private:
  [[nodiscard]] std::vector<Tensor>::const_iterator find(const std::string& tensor) const {
    return std::ranges::find(file_.tensors, tensor, &Tensor::name);
  }

  const TensorFile& file_;
  const std::string& name_;
};

}  // namespace levelgrad::host
