// SPDX-License-Identifier: MIT
//
// The expected figures are worked out by hand; scikit-learn 1.9.1 gives the same, but for r2 of
// targets that are all 0.1: there it has -1.7e31 instead of 0, from the rounding of the mean.
#include "levelgrad/host/metrics.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

#include "levelgrad/error.h"

namespace levelgrad::host {
namespace {

using Classes = std::vector<std::uint32_t>;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Class 1 is never predicted, class 3 neither predicted nor there.
Confusion lopsided() { return confusion(Classes{0, 1, 2, 2, 0}, Classes{0, 0, 2, 0, 2}, 4); }

TEST(Confusion, CountsTruthInRowsAndPredictionsInColumns) {
  const Confusion found = lopsided();
  EXPECT_EQ(found.counts,
            (std::vector<std::uint64_t>{1, 0, 1, 0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0}));
  EXPECT_EQ(found.count(1, 0), 1u);
  EXPECT_EQ(found.count(0, 1), 0u);
  EXPECT_EQ(found.support(0), 2u);
  EXPECT_EQ(found.right(), 2u);
  EXPECT_EQ(accuracy(found), 0.4);
  EXPECT_EQ(accuracy(confusion({}, {}, 3)), 0);
}

TEST(Confusion, RefusesWhatDoesNotFit) {
  EXPECT_THROW((void)confusion(Classes{0, 1}, Classes{0}, 2), ShapeError);
  EXPECT_THROW((void)confusion(Classes{0, 2}, Classes{0, 0}, 2), ArgumentError);
  EXPECT_THROW((void)confusion(Classes{0, 0}, Classes{0, 2}, 2), ArgumentError);
}

TEST(ClassMetrics, AreThoseOfScikitLearn) {
  const std::vector<ClassMetrics> classes = class_metrics(lopsided());
  ASSERT_EQ(classes.size(), 4u);
  EXPECT_EQ(classes[0].precision, 1.0 / 3);
  EXPECT_EQ(classes[0].recall, 0.5);
  EXPECT_EQ(classes[0].f1, 0.4);
  EXPECT_EQ(classes[0].support, 2u);
  EXPECT_EQ(classes[2].precision, 0.5);
  for (const std::size_t never : {1u, 3u}) {
    EXPECT_EQ(classes[never].precision, 0);
    EXPECT_EQ(classes[never].recall, 0);
    EXPECT_EQ(classes[never].f1, 0);
  }
  EXPECT_NEAR(macro_mean(classes).precision, (1.0 / 3 + 0.5) / 4, 1e-16);
  EXPECT_NEAR(weighted_mean(classes).precision, (2.0 / 3 + 1) / 5, 1e-16);
  EXPECT_NEAR(weighted_mean(classes).recall, accuracy(lopsided()), 1e-16);
  EXPECT_EQ(weighted_mean(classes).support, 5u);
  EXPECT_EQ(macro_mean({}).f1, 0);
}

TEST(RegressionMetrics, AreThoseOfScikitLearn) {
  // The example of r2_score's documentation: 0.948...
  const RegressionMetrics found =
      regression_metrics(std::array{3.0, -0.5, 2.0, 7.0}, std::array{2.5, 0.0, 2.0, 8.0});
  EXPECT_EQ(found.mean_squared_error, 0.375);
  EXPECT_EQ(found.mean_absolute_error, 0.5);
  EXPECT_NEAR(found.r2, 0.9486081370449679, 1e-15);
  // Worse than the mean is below 0.
  EXPECT_EQ(regression_metrics(std::array{1.0, 2.0, 3.0}, std::array{3.0, 2.0, 1.0}).r2, -3);
}

TEST(RegressionMetrics, OfConstantTargetsAreAllOrNothing) {
  // The mean of three times 0.1 is not 0.1 if their sum is divided by three.
  EXPECT_EQ(regression_metrics(std::array{0.1, 0.1, 0.1}, std::array{0.1, 0.1, 0.1}).r2, 1);
  EXPECT_EQ(regression_metrics(std::array{0.1, 0.1, 0.1}, std::array{0.1, 0.1, 0.2}).r2, 0);
  EXPECT_EQ(regression_metrics(std::array{5.0}, std::array{4.0}).r2, 0);
  EXPECT_TRUE(std::isnan(
      regression_metrics(std::array{1.0, 2.0}, std::array{1.0, nan}).mean_squared_error));
  EXPECT_THROW((void)regression_metrics({}, {}), ArgumentError);
  EXPECT_THROW((void)regression_metrics(std::array{1.0}, {}), ShapeError);
}

TEST(PredictedClasses, AreTheFirstOfTheHighest) {
  // Two classes, four examples, [score][example].
  EXPECT_EQ(predicted_classes(std::array{1.0, 2.0, 3.0, nan, 2.0, 2.0, -1.0, 1.0}, 2),
            (Classes{1, 0, 0, 0}));
  EXPECT_EQ(predicted_classes(std::array{0.1, -0.1, 0.0, nan}, 1), (Classes{1, 0, 0, 0}));
  EXPECT_TRUE(predicted_classes({}, 3).empty());
  EXPECT_THROW((void)predicted_classes(std::array{1.0, 2.0, 3.0}, 2), ShapeError);
  EXPECT_THROW((void)predicted_classes(std::array{1.0}, 0), ShapeError);
}

TEST(MetricsTable, AlignsWhateverTheNames) {
  const std::array<std::string, 3> names{
      "caf\xc3\xa9", "an iris of a color that nobody has seen yet", "\x1b[31mred"};
  EXPECT_EQ(metrics_table(lopsided(), names),
            "                                  precision     recall         F1   examples\n"
            "                            caf\xc3\xa9     0.3333     0.5000     0.4000          2\n"
            "an iris of a color that nobod...     0.0000     0.0000     0.0000          1\n"
            "                        ?[31mred     0.5000     0.5000     0.5000          2\n"
            "                               3     0.0000     0.0000     0.0000          0\n"
            "\n"
            "                 mean of classes     0.2083     0.2500     0.2250          5\n"
            "                mean of examples     0.3333     0.4000     0.3600          5\n"
            "                        accuracy     0.4000  (2 of 5 are right)\n");
}

TEST(MetricsTable, ShowsTheErrorsOfARegression) {
  EXPECT_EQ(metrics_table(RegressionMetrics{0.375, 0.5, 0.9486081370449679}),
            "mean squared error   0.375\n"
            "mean absolute error  0.5\n"
            "R2                   0.948608\n");
}

}  // namespace
}  // namespace levelgrad::host
