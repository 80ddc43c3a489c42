// SPDX-License-Identifier: MIT
#include "levelgrad/host/expressions.h"

#include <cmath>
#include <utility>

#include "levelgrad/contribution.h"
#include "levelgrad/error.h"
#include "levelgrad/math.h"
#include "levelgrad/number_text.h"
#include "levelgrad/record.h"

namespace levelgrad::host {
namespace {

using Node = Expression::Node;

// What trees are made of; those named several times come up more often.
constexpr std::array unary = {Op::Sin, Op::Tanh, Op::Exp, Op::Square, Op::Sin, Op::Square};
constexpr std::array binary = {Op::Add, Op::Add, Op::Mul, Op::Mul, Op::Mul, Op::Sub, Op::Div};

/// Grows one tree. Recursive: no tree is deeper than greatest_depth.
class Grower {
public:
  static constexpr int greatest_depth = 6;

  Grower(std::size_t feature_count, PythonRandom& random)
      : feature_count_(feature_count), random_(random) {}

  Expression grow() {
    std::uint32_t root = varying(1 + static_cast<int>(below(greatest_depth)));
    // A scale and a shift, where there would be next to nothing to fit.
    if (tree_.parameter_count < 2) {
      root = operation(Op::Mul, parameter(), root);
      operation(Op::Add, root, parameter());
    }
    return std::move(tree_);
  }

private:
  std::uint32_t varying(int depth) {
    if (depth == 0 || below(100) < 15) {
      if (below(2) == 0) return feature();
      const std::uint32_t scale = parameter();
      return operation(Op::Mul, scale, feature());
    }
    if (below(100) < 40) {
      const Op op = unary[below(unary.size())];
      return operation(op, varying(depth - 1));
    }
    const Op op = binary[below(binary.size())];
    const std::size_t where = below(100);  // a parameter stands: right, left, nowhere
    const std::uint32_t left = where >= 25 && where < 40 ? parameter() : varying(depth - 1);
    const std::uint32_t right = where < 25 ? parameter() : varying(depth - 1);
    return operation(op, left, right);
  }

  std::size_t below(std::size_t count) {
    return static_cast<std::size_t>(random_.random() * static_cast<double>(count));
  }
  std::uint32_t push(const Node& node) {
    tree_.nodes.push_back(node);
    return static_cast<std::uint32_t>(tree_.nodes.size() - 1);
  }
  std::uint32_t feature() {
    return push(
        {.kind = Node::Feature, .index = static_cast<std::uint32_t>(below(feature_count_))});
  }
  std::uint32_t parameter() {
    const auto index = static_cast<std::uint32_t>(tree_.parameter_count++);
    return push({.kind = Node::Parameter, .index = index});
  }
  std::uint32_t operation(Op op, std::uint32_t a, std::uint32_t b = 0) {
    return push({.kind = Node::Operation, .op = op, .operand = {a, b}});
  }

  std::size_t feature_count_;
  PythonRandom& random_;
  Expression tree_;
};

std::vector<double> draw_parameters(std::size_t count, PythonRandom& random) {
  std::vector<double> numbers(count);
  for (double& number : numbers) number = random.uniform(-2.0, 2.0);
  return numbers;
}

std::span<const double> features_of(const Dataset& data, std::size_t point) {
  return std::span(data.inputs).subspan(point * data.feature_count, data.feature_count);
}

bool moderate(const Expression& tree, std::span<const double> parameters, const Dataset& data) {
  for (std::size_t i = 0; i < data.example_count(); ++i) {
    const double number = value_of(tree, features_of(data, i), parameters);
    if (!(std::abs(number) <= 1000)) return false;
  }
  return true;
}

/// How strongly an op's text holds its operands together: 1 sums, 2 products, 3 the rest.
int strength(const Node& node) {
  if (node.kind != Node::Operation || arity(node.op) == 1) return 3;
  return node.op == Op::Add || node.op == Op::Sub ? 1 : 2;
}

}  // namespace

template <class T>
BasicValue<T> build(const Expression& tree, std::span<const BasicValue<T>> features,
                    std::span<const BasicValue<T>> parameters) {
  std::vector<BasicValue<T>> made;
  for (const Node& node : tree.nodes) {
    if (node.kind != Node::Operation) {
      made.push_back(node.kind == Node::Feature ? features[node.index] : parameters[node.index]);
      continue;
    }
    const std::array<BasicValue<T>, 2> operands = {made[node.operand[0]], made[node.operand[1]]};
    made.push_back(
        apply<T>(node.op, std::span(operands).first(static_cast<std::size_t>(arity(node.op)))));
  }
  return made.back();
}

double value_of(const Expression& tree, std::span<const double> features,
                std::span<const double> parameters) {
  std::vector<double> made;
  for (const Node& node : tree.nodes) {
    if (node.kind != Node::Operation) {
      made.push_back(node.kind == Node::Feature ? features[node.index] : parameters[node.index]);
      continue;
    }
    const double a = made[node.operand[0]], b = made[node.operand[1]];
    made.push_back(dispatch(node.op, [&](auto op) { return decltype(op)::value(a, b, 0.0); }));
  }
  return made.back();
}

std::string text_of(const Expression& tree, std::span<const double> parameters) {
  std::vector<std::string> made;
  for (const Node& node : tree.nodes) {
    if (node.kind == Node::Feature) {
      made.push_back("x" + std::to_string(node.index));
      continue;
    }
    if (node.kind == Node::Parameter) {
      made.push_back(shortest(parameters[node.index]));
      continue;
    }
    const std::string &left = made[node.operand[0]], &right = made[node.operand[1]];
    if (arity(node.op) == 1) {
      made.push_back(std::string(symbol(node.op)) + "(" + left + ")");
      continue;
    }
    const int own = strength(node);
    const auto operand = [&](std::uint32_t index, const std::string& text, int least) {
      return strength(tree.nodes[index]) < least ? "(" + text + ")" : text;
    };
    made.push_back(operand(node.operand[0], left, own) + " " + symbol(node.op) + " " +
                   operand(node.operand[1], right, own + 1));
  }
  return made.back();
}

void ExpressionBag::add(const Expression& tree, std::span<const double> parameters) {
  trees.push_back(tree);
  initial.insert(initial.end(), parameters.begin(), parameters.end());
  begin.push_back(initial.size());
}

ExpressionBag random_expressions(std::size_t count, const Dataset& data, PythonRandom& random) {
  if (count == 0) throw ArgumentError("a bag of expressions needs one at least");
  if (data.feature_count == 0) throw ArgumentError("expressions of data without features");
  ExpressionBag bag;
  bag.feature_count = data.feature_count;
  for (int misses = 0; bag.trees.size() < count;) {
    const Expression tree = Grower(data.feature_count, random).grow();
    const std::vector<double> parameters = draw_parameters(tree.parameter_count, random);
    if (moderate(tree, parameters, data)) {
      bag.add(tree, parameters);
      misses = 0;
    } else if (++misses == 10000) {
      throw ArgumentError("no expression stays between -1000 and 1000 at these data",
                          "scale the features to about [-2, 2]");
    }
  }
  return bag;
}

std::vector<Program> record_expressions(const ExpressionBag& bag) {
  Graph graph;
  const Graph::Use use(graph);
  std::vector<Value> parameters;
  for (std::size_t tree = 0; tree < bag.trees.size(); ++tree) {
    for (std::size_t i = bag.begin[tree]; i < bag.begin[tree + 1]; ++i) {
      parameters.push_back(Value(bag.initial[i]));
      parameters.back().set_label("tree[" + std::to_string(tree) + "].c[" +
                                  std::to_string(i - bag.begin[tree]) + "]");
    }
  }
  std::vector<Program> programs;
  for (std::size_t tree = 0; tree < bag.trees.size(); ++tree) {
    programs.push_back(record(parameters, [&](Recording& example) {
      const std::vector<Value> x = example.inputs("x", bag.feature_count);
      const Value y = example.input("y");
      const Value prediction =
          build<double>(bag.trees[tree], x, bag.parameters_of<Value>(tree, parameters));
      const Value error = square(prediction - y);
      example.output("loss", mean(error));
      example.output("error", error);
      example.output("prediction", prediction);
    }));
  }
  return programs;
}

ExpressionExamples examples_of(std::span<const std::size_t> trees, const Dataset& data) {
  const std::vector<double> rows = inputs_and_labels(data);
  ExpressionExamples made;
  made.inputs.reserve(trees.size() * rows.size());
  for (const std::size_t tree : trees) {
    made.inputs.insert(made.inputs.end(), rows.begin(), rows.end());
    made.programs.insert(made.programs.end(), data.example_count(),
                         static_cast<std::uint32_t>(tree));
  }
  return made;
}

Dataset expression_data(std::size_t point_count, PythonRandom& random) {
  if (point_count == 0) throw ArgumentError("expressions need a point at least");
  constexpr double pi = 3.141592653589793, deviation = 0.05;
  Dataset data{.feature_count = 2, .inputs = {}, .labels = {}};
  for (std::size_t i = 0; i < point_count; ++i) {
    const double x0 = random.uniform(-2.0, 2.0);
    const double x1 = random.uniform(-2.0, 2.0);
    const double distance = math::sqrt(-2.0 * math::log(1.0 - random.random()));  // Box & Muller
    const double noise = deviation * distance * math::cos(2.0 * pi * random.random());
    data.inputs.insert(data.inputs.end(), {x0, x1});
    data.labels.push_back(1.5 * math::sin(2.0 * x0) + 0.5 + noise);
  }
  return data;
}

template Value build(const Expression&, std::span<const Value>, std::span<const Value>);
template ValueF32 build(const Expression&, std::span<const ValueF32>, std::span<const ValueF32>);

}  // namespace levelgrad::host
