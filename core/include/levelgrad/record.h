// SPDX-License-Identifier: MIT
//
// Recording: the user's C++, run once, becomes a Program.
#pragma once

#include <source_location>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "levelgrad/program.h"
#include "levelgrad/value.h"

namespace levelgrad {

/// What record() hands to the user's function: it makes the inputs and takes the outputs.
template <class T>
class BasicRecording {
public:
  /// A number that differs from example to example. Inputs are numbered in the order of the calls.
  [[nodiscard]] BasicValue<T> input(const std::string& name,
                                    std::source_location where = std::source_location::current());
  /// count of them, named name[0], name[1], ...
  [[nodiscard]] std::vector<BasicValue<T>> inputs(
      const std::string& name, std::size_t count,
      std::source_location where = std::source_location::current());

  /// Names a result. The first one is the root, from which backward() starts; a varying root means
  /// sum(root). Other varying results have a number for each example.
  void output(const std::string& name, const BasicValue<T>& value,
              std::source_location where = std::source_location::current());

  /// Begins a recording in the current Graph; use record().
  explicit BasicRecording(std::span<const BasicValue<T>> parameters);
  ~BasicRecording();
  BasicRecording(const BasicRecording&) = delete;
  BasicRecording& operator=(const BasicRecording&) = delete;

  /// The Program of the outputs so far.
  [[nodiscard]] Program program() const;

private:
  struct Output {
    std::string name;
    BasicValue<T> value;
    std::source_location where;
  };

  void make_symbolic(const BasicValue<T>& leaf, const std::string& name);
  [[nodiscard]] bool varies(NodeIndex root) const;

  detail::Arena<T>* arena_;
  typename BasicGraph<T>::Scope scope_;
  typename detail::Arena<T>::Symbols symbols_;
  std::vector<BasicValue<T>> parameters_;
  std::vector<BasicValue<T>> inputs_;
  std::vector<std::string> input_names_;
  std::vector<Output> outputs_;
};

/// Runs function once with symbolic inputs and gives the Program of what it computed.
///
///     const Program program = record(mlp.parameters(), [&](Recording& example) {
///       const std::vector<Value> x = example.inputs("x", 2);
///       const Value y = example.input("y");
///       const Value score = mlp(x).front();
///       example.output("loss", mean(hinge(score, y)) + 1e-4 * l2(mlp.parameters()));
///       example.output("score", score);
///     });
///
/// parameters   leaves made before; they are numbered in this order and named by their labels.
///              Other leaves are constants, equal bits one constant, NaNs one too. Nothing else is
///              merged or folded: it would change what contributes to which grad, or when.
/// errors       RecordingError where the function reads data() or grad() of, branches on, or runs
///              backward from what depends on an input or a parameter; for no output; for a varying
///              Value that reads a sum or mean over the batch; for a recording in a recording.
///              GraphError for Values of another Graph than the current one.
/// cost         O(nodes). The nodes of the call are released at its end.
template <class T, class Function>
[[nodiscard]] Program record(const std::vector<BasicValue<T>>& parameters, Function&& function) {
  BasicRecording<T> recording{std::span<const BasicValue<T>>(parameters)};
  std::forward<Function>(function)(recording);
  return recording.program();
}

extern template class BasicRecording<float>;
extern template class BasicRecording<double>;

using Recording = BasicRecording<double>;
using RecordingF32 = BasicRecording<float>;

}  // namespace levelgrad
