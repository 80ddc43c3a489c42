// SPDX-License-Identifier: MIT
//
// How good predictions are. All of it in f64, sums as left folds over ascending indices.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace levelgrad::host {

/// How many examples of each class were taken for each.
struct Confusion {
  std::size_t class_count = 0;
  std::vector<std::uint64_t> counts;  ///< [class_count, class_count]: row: truth, column: predicted

  [[nodiscard]] std::uint64_t count(std::size_t truth, std::size_t predicted) const {
    return counts[truth * class_count + predicted];
  }
  /// How many examples are of the class.
  [[nodiscard]] std::uint64_t support(std::size_t truth) const;
  [[nodiscard]] std::uint64_t right() const;
  [[nodiscard]] std::uint64_t example_count() const;
};

/// truth, predicted   [example_count] classes, counted from 0.
/// errors             ShapeError: different lengths; ArgumentError: a class beyond class_count.
[[nodiscard]] Confusion confusion(std::span<const std::uint32_t> truth,
                                  std::span<const std::uint32_t> predicted,
                                  std::size_t class_count);

/// The share of examples that are right, in [0, 1]; 0 of none.
[[nodiscard]] double accuracy(const Confusion& confusion);

/// Shares in [0, 1]; 0 where the denominator is.
struct ClassMetrics {
  double precision = 0;       ///< of what was predicted to be of the class, how much is
  double recall = 0;          ///< of what is of the class, how much was predicted
  double f1 = 0;              ///< 2 * right / (predicted + support), the two's harmonic mean
  std::uint64_t support = 0;  ///< examples of the class
};

/// [class_count]
/// source   scikit-learn, precision_recall_fscore_support(zero_division=0).
[[nodiscard]] std::vector<ClassMetrics> class_metrics(const Confusion& confusion);

/// The mean over the classes, each counting alike; all 0 of none.
[[nodiscard]] ClassMetrics macro_mean(std::span<const ClassMetrics> classes);
/// The mean over the classes, each counting by its support; all 0 of no examples.
[[nodiscard]] ClassMetrics weighted_mean(std::span<const ClassMetrics> classes);

struct RegressionMetrics {
  double mean_squared_error = 0;
  double mean_absolute_error = 0;
  double r2 = 0;  ///< 1 - squared errors / squared deviations from the mean target
};

/// truth, predicted   [example_count] numbers; NaN and infinity go into the results.
/// errors             ShapeError: different lengths; ArgumentError: no examples.
/// constant targets   r2 is 1 if all predictions are exact, else 0. So that equal targets have no
///                    deviations, the mean is the first target plus the mean difference from it.
/// source             scikit-learn, r2_score(force_finite=True).
[[nodiscard]] RegressionMetrics regression_metrics(std::span<const double> truth,
                                                   std::span<const double> predicted);

/// The class with the highest score, the first of equal ones; of a single score 1 if it is
/// positive, else 0. A NaN is higher than nothing, and nothing is higher than it.
///
/// scores    [score_count, example_count] row-major
/// returns   [example_count]
/// errors    ShapeError unless the scores are score_count rows, of at least one.
[[nodiscard]] std::vector<std::uint32_t> predicted_classes(std::span<const double> scores,
                                                           std::size_t score_count);

/// A table for a terminal: a line per class, their means and the accuracy.
///
/// class_names   [class_count]; those that are missing are the class's number.
[[nodiscard]] std::string metrics_table(const Confusion& confusion,
                                        std::span<const std::string> class_names = {});
[[nodiscard]] std::string metrics_table(const RegressionMetrics& metrics);

/// The class's name, or its number where there is none.
[[nodiscard]] std::string class_name(std::span<const std::string> class_names, std::size_t k);

}  // namespace levelgrad::host
