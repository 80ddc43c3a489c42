// SPDX-License-Identifier: MIT
//
// Bags of expressions: the executors agree on them, texts say what is computed, a formula that
// leaves the range of numbers is left out.
#include "levelgrad/host/expressions.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <tuple>

#include "executors.h"
#include "levelgrad/error.h"
#include "levelgrad/host/expression_fit.h"
#include "levelgrad/host/host_executor.h"
#include "levelgrad/math.h"
#include "levelgrad/reference_executor.h"
#include "support/expression_case.h"
#include "support/observe.h"
#include "support/same_numbers.h"

namespace levelgrad::host {
namespace {

using testing::same_numbers;

/// Evaluates a formula's text: + - * / from left to right, functions, x0, x1, ...
class Calculator {
public:
  Calculator(const std::string& text, std::span<const double> x) : rest_(text), x_(x) {}
  double result() {
    const double number = sum();
    EXPECT_EQ("", rest_);
    return number;
  }

private:
  double sum() {
    double left = product();
    while (true) {
      if (take(" + ")) {
        left = left + product();
      } else if (take(" - ")) {
        left = left - product();
      } else {
        return left;
      }
    }
  }
  double product() {
    double left = factor();
    while (true) {
      if (take(" * ")) {
        left = left * factor();
      } else if (take(" / ")) {
        left = left / factor();
      } else {
        return left;
      }
    }
  }
  double factor() {
    if (take("x")) return x_[static_cast<std::size_t>(literal())];
    if (take("sin(")) return math::sin(closed());
    if (take("tanh(")) return math::tanh(closed());
    if (take("exp(")) return math::exp(closed());
    if (take("square(")) {
      const double a = closed();
      return a * a;
    }
    if (take("(")) return closed();
    return literal();
  }
  double closed() {
    const double number = sum();
    EXPECT_TRUE(take(")")) << rest_;
    return number;
  }
  double literal() {
    std::size_t used = 0;
    const double number = std::stod(rest_, &used);
    rest_.erase(0, used);
    return number;
  }
  bool take(const std::string& word) {
    if (!rest_.starts_with(word)) return false;
    rest_.erase(0, word.size());
    return true;
  }

  std::string rest_;
  std::span<const double> x_;
};

template <class T>
class Expressions : public ::testing::Test {};
struct Names {
  template <class T>
  static std::string GetName(int) {
    return sizeof(T) == 8 ? "f64" : "f32";
  }
};
using Numbers = ::testing::Types<double, float>;
TYPED_TEST_SUITE(Expressions, Numbers, Names);

// Everything that an executor can say: loss, outputs, grads, grads per example and of inputs,
// updates, steps.
TYPED_TEST(Expressions, AreTheSameByHostAndReference) {
  for (const auto& test : {testing::expression_case<TypeParam>(40, 16, 1),
                           testing::expression_case<TypeParam>(40, 16, 1, true),
                           testing::expression_case<TypeParam>(3, 200, 2, true)}) {
    const auto wanted = testing::expected(test, {});
    for (const std::size_t threads : {1, 3}) {
      BasicHostExecutor<TypeParam> executor({.threads = threads});
      const auto difference = testing::first_difference(wanted, executor, test, {});
      EXPECT_EQ(std::nullopt, difference) << test.name << "\n" << difference.value_or("");
    }
  }
}

TYPED_TEST(Expressions, AreFittedAlikeByHostAndReference) {
  const auto test = testing::expression_case<TypeParam>(64, 12, 5);
  BasicReferenceExecutor<TypeParam> reference;
  BasicHostExecutor<TypeParam> executor;
  const std::vector<TypeParam> wanted = testing::after_steps<TypeParam>(reference, test, 20);
  EXPECT_TRUE(same_numbers(testing::after_steps<TypeParam>(executor, test, 20), wanted));
  EXPECT_LT(wanted[19], wanted[0]);
  EXPECT_EQ(20 + test.parameters.size(), wanted.size());
}

TEST(ExpressionBag, HasGraphsOfManyShapes) {
  PythonRandom random(1);
  const Dataset data = expression_data(32, random);
  const ExpressionBag bag = random_expressions(64, data, random);
  std::set<std::string> bodies;  // the texts with all parameters alike
  for (const Expression& tree : bag.trees) {
    EXPECT_GE(tree.parameter_count, 2U);
    bodies.insert(text_of(tree, std::vector<double>(tree.parameter_count, 1.0)));
  }
  EXPECT_GT(bodies.size(), 45U);
  EXPECT_LT(bodies.size(), 64U);  // some have the same shape
  std::set<std::size_t> sizes;
  for (const Program& program : record_expressions(bag)) {
    EXPECT_EQ(0U, program.prologue().size());
    sizes.insert(program.body().size());
  }
  EXPECT_GT(sizes.size(), 10U);
}

TEST(ExpressionBag, IsTheSameForTheSameSeed) {
  const auto bag = [](std::uint64_t seed) {
    const auto test = testing::expression_case<double>(20, 8, seed);
    std::string hashes;
    for (const Program& program : test.programs) hashes += program.hash();
    return std::tuple(hashes, test.parameters, test.inputs);
  };
  EXPECT_EQ(bag(3), bag(3));
  EXPECT_NE(std::get<0>(bag(3)), std::get<0>(bag(4)));
}

TEST(ExpressionBag, HasTextsThatSayWhatIsComputed) {
  PythonRandom random(11);
  const Dataset data = expression_data(6, random);
  const ExpressionBag bag = random_expressions(200, data, random);
  const std::vector<Program> programs = record_expressions(bag);
  HostExecutor executor;
  executor.load(programs);
  for (std::size_t tree = 0; tree < bag.trees.size(); ++tree) {
    const std::vector<std::size_t> one = {tree};
    const ExpressionExamples examples = examples_of(one, data);
    std::vector<double> predictions(6), from_text, from_tree;
    executor.run({.example_count = 6, .inputs = examples.inputs, .programs = examples.programs},
                 {.outputs = {{}, {}, predictions}});
    const auto parameters = bag.parameters_of(tree, std::span<const double>(bag.initial));
    const std::string text = text_of(bag.trees[tree], parameters);
    for (std::size_t i = 0; i < 6; ++i) {
      const auto x = std::span<const double>(data.inputs).subspan(2 * i, 2);
      from_text.push_back(Calculator(text, x).result());
      from_tree.push_back(value_of(bag.trees[tree], x, parameters));
    }
    EXPECT_TRUE(same_numbers(from_text, predictions)) << text;
    EXPECT_TRUE(same_numbers(from_tree, predictions)) << text;
  }
}

TEST(ExpressionBag, RefusesWhatHasNoMeaning) {
  PythonRandom random(1);
  EXPECT_THROW((void)expression_data(0, random), ArgumentError);
  const Dataset data = expression_data(4, random);
  EXPECT_THROW((void)random_expressions(0, data, random), ArgumentError);
  EXPECT_THROW((void)random_expressions(1, Dataset{}, random), ArgumentError);
  const double nan = std::nan("");
  const Dataset broken{.feature_count = 1, .inputs = {nan}, .labels = {0}};
  EXPECT_THROW((void)random_expressions(1, broken, random), ArgumentError);
  const ExpressionBag bag = random_expressions(2, data, random);
  EXPECT_THROW(ExpressionFit(bag, broken, 0.1), ArgumentError);
  EXPECT_THROW(ExpressionFit(bag, data, 0), ArgumentError);
}

/// p <op> x0.
Expression parameter_and_feature(Op op) {
  Expression tree;
  tree.nodes = {{.kind = Expression::Node::Parameter},
                {.kind = Expression::Node::Feature},
                {.kind = Expression::Node::Operation, .op = op, .operand = {0, 1}}};
  tree.parameter_count = 1;
  return tree;
}

class FitByEveryExecutor : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Executor, FitByEveryExecutor,
                         ::testing::ValuesIn(app::usable_executor_names()));

TEST_P(FitByEveryExecutor, LeavesOutWhatDividesByZero) {
  const Dataset data{.feature_count = 1, .inputs = {1, 0, -1}, .labels = {2, 0, -2}};
  const auto fit_of = [&](std::initializer_list<Op> ops) {
    ExpressionBag bag;
    bag.feature_count = 1;
    for (const Op op : ops) bag.add(parameter_and_feature(op), std::vector{1.5});
    return ExpressionFit(bag, data, 0.1, app::make_executor<double>(GetParam(), {}));
  };
  ExpressionFit fit = fit_of({Op::Div, Op::Mul, Op::Div, Op::Sub}), alone = fit_of({Op::Mul});
  for (int step = 0; step < 50; ++step) {
    EXPECT_EQ(1U, fit.step().best);
    (void)alone.step();
  }
  ASSERT_EQ(2U, fit.left_out().size());
  EXPECT_EQ(0U, fit.left_out()[0].tree);
  EXPECT_EQ(2U, fit.left_out()[1].tree);
  EXPECT_EQ(0, fit.left_out()[1].step);
  EXPECT_NE(std::string::npos, fit.left_out()[0].why.find("data of '/'")) << fit.left_out()[0].why;
  const std::vector<double> errors = fit.errors();
  EXPECT_TRUE(std::isinf(errors[0]));
  EXPECT_TRUE(std::isfinite(errors[1]));
  EXPECT_EQ(1.5, fit.parameters()[0]);
  EXPECT_NEAR(2.0, fit.parameters()[1], 0.05);
  // It learns as if it were alone, but for the scale of its grads, which AdamW takes out again.
  EXPECT_NEAR(alone.parameters()[0], fit.parameters()[1], 1e-6);
  EXPECT_EQ("1.5 / x0", fit.text(0, fit.parameters()));

  ExpressionFit hopeless = fit_of({Op::Div, Op::Div});
  EXPECT_THROW((void)hopeless.step(), DivergedError);
}

}  // namespace
}  // namespace levelgrad::host
