// SPDX-License-Identifier: MIT
//
// The target of examples: classes or numbers.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "example_reader.h"

namespace levelgrad::host {

/// Looks at the targets of all examples and tells whether they are classes.
class TargetCensus {
public:
  /// classes   as in DataOptions.
  explicit TargetCensus(std::optional<bool> classes) : classes_(classes) {}

  /// Takes the target that the reader stands at. Errors: DataError for text that cannot be a class,
  /// and for more than 65,536 classes.
  void add(const ExampleReader& example);

  /// Sorted; empty: the targets are numbers. Errors: DataError for one class alone, and for a few
  /// texts among many numbers.
  [[nodiscard]] std::vector<std::string> class_names(const std::string& target_name) const;

private:
  std::optional<bool> classes_;
  std::map<std::string, std::uint64_t, std::less<>> counts_;  // of each text
  std::string first_text_;     // place and text of the first that is no number
  bool many_numbers_ = false;  // more than can be classes: counts_ is given up
};

/// Targets as labels.
class TargetLabels {
public:
  /// class_names   empty: labels are numbers. Names that are all numbers stand for their values.
  explicit TargetLabels(const std::vector<std::string>& class_names);

  /// None: no such class, or no number.
  [[nodiscard]] std::optional<double> label(const Cell& cell) const;

private:
  bool regression_;
  std::map<double, double> by_number_;
  std::map<std::string, double, std::less<>> by_text_;  // empty: classes are numbers
};

}  // namespace levelgrad::host
