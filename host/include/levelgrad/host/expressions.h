// SPDX-License-Identifier: MIT
//
// Graphs that differ from example to example: a bag of random formulas whose numbers are fitted to
// data, as symbolic regression does with the formulas that it breeds.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "levelgrad/host/dataset.h"
#include "levelgrad/program.h"
#include "levelgrad/random.h"
#include "levelgrad/value.h"

namespace levelgrad::host {

/// A formula over features and parameters, as a tree.
///
/// Every op has a varying operand, so that there is nothing to fit that would be the same for all
/// points but the parameters themselves, and Programs of different trees have no prologue.
struct Expression {
  struct Node {
    enum Kind : unsigned char { Feature, Parameter, Operation };
    Kind kind = Feature;
    std::uint32_t index = 0;  ///< of the feature, or of the tree's parameter
    Op op = Op::Leaf;
    std::array<std::uint32_t, 2> operand = {};  ///< nodes before this one
  };
  std::vector<Node> nodes;  ///< the last is the root
  std::size_t parameter_count = 0;
};

/// The formula as Values. features [feature_count], parameters [parameter_count].
template <class T>
[[nodiscard]] BasicValue<T> build(const Expression& tree, std::span<const BasicValue<T>> features,
                                  std::span<const BasicValue<T>> parameters);

/// Its number, with the bits that an executor gives.
[[nodiscard]] double value_of(const Expression& tree, std::span<const double> features,
                              std::span<const double> parameters);

/// "sin(1.2 * x0) + 0.3", the parameters with the digits that read back as the same bits, and
/// parentheses so that C and Python evaluate it in the same order.
[[nodiscard]] std::string text_of(const Expression& tree, std::span<const double> parameters);

/// Trees that share one list of parameters, of which each has its own slice.
struct ExpressionBag {
  std::size_t feature_count = 0;
  std::vector<Expression> trees;
  std::vector<std::size_t> begin = {0};  ///< [trees + 1], where a tree's parameters begin
  std::vector<double> initial;           ///< of all parameters

  void add(const Expression& tree, std::span<const double> parameters);
  /// The slice of a tree, of a list of all parameters.
  template <class T>
  [[nodiscard]] std::span<const T> parameters_of(std::size_t tree, std::span<const T> all) const {
    return all.subspan(begin[tree], begin[tree + 1] - begin[tree]);
  }
};

/// Random trees of + - * / sin tanh exp square, of different depths, with initial numbers in
/// [-2, 2). Small ones come several times, with other numbers.
///
/// data     a tree that is not finite at one of its points, or beyond 1000, is drawn anew.
/// errors   ArgumentError for no trees or data without features, and for data at which no tree
///          stays below 1000.
[[nodiscard]] ExpressionBag random_expressions(std::size_t count, const Dataset& data,
                                               PythonRandom& random);

/// A Program for each tree, for one batch.
///
/// inputs    "x[0]", "x[1]", ..., then "y".
/// outputs   "loss", the mean of the squared errors over the batch; "error", that of an example;
///           "prediction".
[[nodiscard]] std::vector<Program> record_expressions(const ExpressionBag& bag);

/// Some trees, each with all points: the examples of a batch, tree after tree.
struct ExpressionExamples {
  std::vector<double> inputs;           ///< [example][feature_count + 1]
  std::vector<std::uint32_t> programs;  ///< [example], its tree
};
[[nodiscard]] ExpressionExamples examples_of(std::span<const std::size_t> trees,
                                             const Dataset& data);

/// Points of y = 1.5 * sin(2 * x0) + 0.5 and normal noise of deviation 0.05, uniform in [-2, 2) x
/// [-2, 2): y does not depend on x1, which a good formula finds out. Errors: ArgumentError for no
/// points.
/// source   Box & Muller, "A note on the generation of random normal deviates" (1958).
[[nodiscard]] Dataset expression_data(std::size_t point_count, PythonRandom& random);

extern template Value build(const Expression&, std::span<const Value>, std::span<const Value>);
extern template ValueF32 build(const Expression&, std::span<const ValueF32>,
                               std::span<const ValueF32>);

}  // namespace levelgrad::host
