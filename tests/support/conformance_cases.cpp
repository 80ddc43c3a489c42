// SPDX-License-Identifier: MIT
#include "support/conformance_cases.h"

#include <array>
#include <utility>

#include "levelgrad/contribution.h"
#include "levelgrad/record.h"
#include "support/op_points.h"
#include "support/program_builder.h"
#include "support/random_expression.h"

namespace levelgrad::testing {
namespace {

using Id = ProgramBuilder::Id;

/// A Program whose root is the mean of a node, which is an output too.
Program with_root(ProgramBuilder& made, Id varying) {
  made.output(made.operation(Op::Mean, varying));
  made.output(varying);
  return made.build();
}

/// y = op(a, b, c) and the root sum(y * g), so that g arrives at the op from above.
Program program_of(Op op, const double* constant) {
  ProgramBuilder made;
  const Id a = made.input(), b = made.input(), c = made.input(), g = made.input();
  std::vector<Id> operands = {a, b, c};
  operands.resize(static_cast<std::size_t>(arity(op)));
  if (constant != nullptr) operands[1] = made.constant(*constant);
  const Id y = made.operation(op, operands);
  made.output(made.operation(Op::Sum, made.operation(Op::Mul, y, g)));
  made.output(y);
  return made.build();
}

template <class T>
BatchCase<T> op_case(Op op, const double* constant, const std::vector<OpPoint<T>>& points) {
  BatchCase<T> test{info(op).name, {program_of(op, constant)}, {}, 0, {}, {}};
  for (const OpPoint<T>& point : points) {
    test.inputs.insert(test.inputs.end(), {point.a, point.b, point.c, point.g});
    ++test.example_count;
  }
  return test;
}

/// The k-th of some ops that keep numbers moderate, of x and another node.
Id step(ProgramBuilder& made, std::size_t k, Id x, Id other) {
  switch (k % 6) {
    case 0:
      return made.operation(Op::Add, x, other);
    case 1:
      return made.operation(Op::Tanh, x);
    case 2:
      return made.operation(Op::Sub, other, x);
    case 3:
      return made.operation(Op::Sin, x);
    case 4:
      return made.operation(Op::Mul, other, x);
    default:
      return made.operation(Op::Max, x, other);
  }
}

Id chain(ProgramBuilder& made, std::size_t length, Id start, const std::vector<Id>& others) {
  Id x = start;
  for (std::size_t k = 0; k < length; ++k) x = step(made, k, x, others[k % others.size()]);
  return x;
}

}  // namespace

template <class T>
BatchCase<T> case_of(std::string name, Program program, std::size_t example_count,
                     std::uint64_t seed) {
  Dice dice(seed);
  BatchCase<T> test{std::move(name), {}, {}, example_count, {}, {}};
  for (std::size_t k = 0; k < program.parameter_count(); ++k) {
    test.parameters.push_back(static_cast<T>(dice.between(-1.5, 1.5)));
  }
  for (std::size_t k = 0; k < example_count * program.input_count(); ++k) {
    test.inputs.push_back(static_cast<T>(dice.between(-1.5, 1.5)));
  }
  test.programs.push_back(std::move(program));
  return test;
}

std::vector<RandomCase> random_cases() {
  struct Share {
    std::size_t example_count, cases;
  };
  std::vector<RandomCase> cases;
  for (const Share& share :
       {Share{1, 60}, Share{2, 60}, Share{31, 40}, Share{127, 15}, Share{128, 15}, Share{129, 20},
        Share{300, 15}, Share{700, 10}, Share{1000, 10}, Share{2500, 2}}) {
    for (std::size_t k = 0; k < share.cases; ++k) {
      cases.push_back({share.example_count * 1000 + k, share.example_count, 1, 40});
    }
  }
  return cases;
}

std::vector<RandomCase> mixed_cases() {
  std::vector<RandomCase> cases;
  const std::array<std::size_t, 7> counts = {2, 31, 128, 129, 300, 700, 1000};
  for (std::size_t k = 0; k < 42; ++k) {
    const std::size_t n = counts[k < 28 ? k % 4 : k % 7];
    cases.push_back({50000000 + k, n, 2 + k % 4, 30});
  }
  return cases;
}

template <class T>
std::vector<BatchCase<T>> op_cases() {
  std::vector<OpPoint<T>> points, without_b;
  for (const OpPoint<T>& point : op_points<T>(0)) {
    if (points.size() % 3 != 2 || point.a == point.b) points.push_back(point);
    if (without_b.size() < 57 * 8) without_b.push_back(point);
  }
  const std::vector<T> special = special_operands<T>();
  for (std::size_t i = 0; i < without_b.size(); ++i) {
    without_b[i].a = special[i % special.size()];
    without_b[i].g = special[(i / special.size() * 7 + i) % special.size()];
  }
  std::vector<BatchCase<T>> cases;
  for (const Op op : all_ops) {
    if (info(op).joins) continue;
    if (info(op).second_is_constant) {
      for (const double& constant : constants) cases.push_back(op_case(op, &constant, without_b));
    } else {
      cases.push_back(op_case(op, nullptr, arity(op) == 1 ? without_b : points));
    }
  }
  return cases;
}

template <class T>
std::vector<BatchCase<T>> deep_cases() {
  std::vector<BatchCase<T>> cases;
  {
    ProgramBuilder made;
    const std::vector<Id> leaves = {made.parameter(0.5), made.input(), made.parameter(-0.7),
                                    made.input(), made.parameter(0.9)};
    const Id end = chain(made, 20000, leaves[1], leaves);
    cases.push_back(case_of<T>("a body 20,000 deep", with_root(made, end), 3));
  }
  {
    ProgramBuilder made;
    const Id x = made.input();
    const std::vector<Id> leaves = {made.parameter(0.5), made.parameter(-0.7)};
    const Id end = chain(made, 5000, leaves[1], leaves);
    cases.push_back(
        case_of<T>("a prologue 5,000 deep", with_root(made, made.operation(Op::Mul, end, x)), 5));
  }
  {
    ProgramBuilder made;
    const std::vector<Id> leaves = {made.parameter(0.5), made.parameter(-0.7)};
    const Id joined = made.operation(Op::Mean, made.operation(Op::Mul, made.input(), leaves[0]));
    made.output(chain(made, 5000, joined, {leaves[0], joined, leaves[1]}));
    cases.push_back(case_of<T>("an epilogue 5,000 deep", made.build(), 130));
  }
  return cases;
}

template <class T>
std::vector<BatchCase<T>> wide_cases() {
  std::vector<BatchCase<T>> cases;
  {
    ProgramBuilder made;
    std::vector<Id> inputs, parameters, level;
    for (int k = 0; k < 5; ++k) inputs.push_back(made.input());
    for (int k = 0; k < 40; ++k) parameters.push_back(made.parameter(0.1 * k));
    for (std::size_t k = 0; k < 5000; ++k) {
      level.push_back(step(made, 4 - 4 * (k % 2), inputs[k % 5], parameters[k % 40]));
    }
    while (level.size() > 1) {  // a tree above it
      std::vector<Id> above;
      for (std::size_t k = 0; k + 1 < level.size(); k += 2) {
        above.push_back(made.operation(Op::Add, level[k], level[k + 1]));
      }
      if (level.size() % 2 == 1) above.push_back(level.back());
      level = std::move(above);
    }
    cases.push_back(case_of<T>("a level of 5,000", with_root(made, level[0]), 17));
  }
  // Few reads and many: executors may treat a fold of many terms in another way.
  for (const std::size_t reads : {300, 1500}) {
    ProgramBuilder made;
    const Id x = made.input(), w = made.parameter(1), q = made.operation(Op::Exp, w);
    Id total = made.operation(Op::Mul, x, x);
    for (std::size_t k = 0; k < reads; ++k) {
      const Id term = made.operation(Op::Mul, k % 3 == 0 ? q : w, k % 2 == 0 ? x : total);
      total = made.operation(Op::Tanh, made.operation(Op::Add, total, term));
    }
    cases.push_back(case_of<T>("parameters read " + std::to_string(reads) + " times",
                               with_root(made, total), 131));
  }
  {
    ProgramBuilder made;
    const Id x = made.input(), w = made.parameter(1);
    Id total = w;
    for (std::size_t k = 0; k < 60; ++k) {
      const Id lanes = k % 5 == 0 ? x : made.operation(k % 2 == 0 ? Op::Mul : Op::Add, x, w);
      const Id joined = made.operation(k % 3 == 0 ? Op::Sum : Op::Mean, lanes);
      total = step(made, k % 2, total, joined);
    }
    made.output(total);
    cases.push_back(case_of<T>("60 joins", made.build(), 260));
  }
  return cases;
}

namespace {

/// bias + w[0] * x[0] + w[1] * x[1] + ..., as a neuron of micrograd adds them up.
Id weighted_sum(ProgramBuilder& made, std::span<const Id> weights, std::span<const Id> x, Id bias) {
  Id total = bias;
  for (std::size_t k = 0; k < x.size(); ++k) {
    total = made.operation(Op::Add, total, made.operation(Op::Mul, weights[k], x[k]));
  }
  return total;
}

std::vector<Id> parameters(ProgramBuilder& made, std::size_t count) {
  std::vector<Id> ids;
  for (std::size_t k = 0; k < count; ++k) ids.push_back(made.parameter(0));
  return ids;
}

/// 2-12-12-1 with a regulariser over all weights.
Program layers(Op nonlinearity) {
  ProgramBuilder made;
  std::vector<Id> x = {made.input(), made.input()}, weights;
  const Id target = made.input();
  for (const std::size_t width : {12, 12, 1}) {
    std::vector<Id> next;
    for (std::size_t k = 0; k < width; ++k) {
      const std::vector<Id> own = parameters(made, x.size());
      const Id sum = weighted_sum(made, own, x, made.parameter(0));
      next.push_back(width == 1 ? sum : made.operation(nonlinearity, sum));
      weights.insert(weights.end(), own.begin(), own.end());
    }
    x = next;
  }
  const Id margin =
      made.operation(Op::Sub, made.constant(1), made.operation(Op::Mul, target, x[0]));
  Id total = made.operation(Op::Mean, made.operation(Op::Relu, margin));
  for (const Id w : weights) {
    const Id square = made.operation(Op::Square, w);
    total = made.operation(Op::Add, total, made.operation(Op::Mul, made.constant(1e-3), square));
  }
  made.output(total);
  made.output(x[0]);
  return made.build();
}

/// Three windows of four weights over six inputs; each weight is scaled before it is read.
Program windows() {
  ProgramBuilder made;
  std::vector<Id> x;
  for (int k = 0; k < 6; ++k) x.push_back(made.input());
  std::vector<Id> weights = parameters(made, 4);
  const Id scale = made.operation(Op::Exp, made.parameter(0));
  for (Id& w : weights) w = made.operation(Op::Mul, w, scale);
  Id total = made.constant(0);
  for (std::size_t at = 0; at < 3; ++at) {
    const Id sum = weighted_sum(made, weights, std::span(x).subspan(at, 4), weights[at]);
    total = made.operation(Op::Add, total, made.operation(Op::Tanh, sum));
  }
  return with_root(made, total);
}

}  // namespace

template <class T>
std::vector<BatchCase<T>> net_cases() {
  std::vector<BatchCase<T>> cases;
  for (const std::size_t n : {5, 100, 128, 290}) {
    cases.push_back(case_of<T>("layers of tanh", layers(Op::Tanh), n));
    cases.push_back(case_of<T>("layers of ReLU", layers(Op::Relu), n));
    cases.push_back(case_of<T>("windows", windows(), n));
  }
  return cases;
}

template <class T>
std::vector<BatchCase<T>> two_pass_cases() {
  std::vector<BatchCase<T>> cases;
  for (const std::size_t n : {1, 31, 129, 300}) {
    ProgramBuilder made;
    const Id x = made.input(), y = made.input(), w = made.parameter(1), v = made.parameter(1);
    const Id a =
        made.operation(Op::Mul, made.operation(Op::Tanh, made.operation(Op::Mul, x, w)), v);
    ProgramBuilder square = made, product = made, scaled = made;
    square.output(square.operation(Op::Square, square.operation(Op::Mean, a)));
    cases.push_back(case_of<T>("square(mean(a))", square.build(), n));

    const Id b = product.operation(Op::Sub, a, y);
    product.output(
        product.operation(Op::Mul, product.operation(Op::Mean, a), product.operation(Op::Sum, b)));
    product.output(b);
    cases.push_back(case_of<T>("mean(a) * sum(b)", product.build(), n));

    // The joins' grads are plain, but the epilogue leaves a grad at w that depends on a join.
    const Id mean = scaled.operation(Op::Mean, a);
    scaled.output(scaled.operation(Op::Mul, scaled.operation(Op::Detach, mean), w));
    scaled.output(mean);
    cases.push_back(case_of<T>("detach(mean(a)) * w", scaled.build(), n));
  }
  return cases;
}

namespace {

/// The builders begin with two inputs (0, 1), three parameters (2, 3, 4) and a constant (5).
struct Odd {
  const char* name;
  void (*make)(ProgramBuilder&);
};

const std::array odd_programs = {
    Odd{"x * x",
        [](ProgramBuilder& p) { p.output(p.operation(Op::Sum, p.operation(Op::Mul, 0, 0))); }},
    Odd{"x - x",
        [](ProgramBuilder& p) {
          const Id x = p.operation(Op::Mul, 0, 2);
          const Id y = p.operation(Op::Div, p.operation(Op::Sub, x, x), 1);
          p.output(p.operation(Op::Mean, p.operation(Op::Fma, std::vector<Id>{y, x, x})));
        }},
    Odd{"the root is a parameter", [](ProgramBuilder& p) { p.output(2); }},
    Odd{"the root is a parameter that the body reads",
        [](ProgramBuilder& p) {
          p.output(2);
          p.output(p.operation(Op::Mul, 0, 2));
        }},
    Odd{"the root is a constant",
        [](ProgramBuilder& p) {
          p.output(5);
          p.output(0);
        }},
    Odd{"the root is in the prologue",
        [](ProgramBuilder& p) {
          const Id q = p.operation(Op::Exp, 3);
          p.output(p.operation(Op::Mul, q, q));
          p.output(p.operation(Op::Mul, 0, q));
        }},
    Odd{"the root is the prologue's last node, and the body reads it",
        [](ProgramBuilder& p) {
          const Id q = p.operation(Op::Mul, 2, 3);
          p.output(q);
          p.output(p.operation(Op::Sum, p.operation(Op::Mul, q, 1)));
        }},
    Odd{"the sum of an input", [](ProgramBuilder& p) { p.output(p.operation(Op::Sum, 1)); }},
    Odd{"inputs joined three times",
        [](ProgramBuilder& p) {
          const Id a = p.operation(Op::Mean, 0), b = p.operation(Op::Sum, 0);
          p.output(p.operation(Op::Mul, p.operation(Op::Add, a, b), p.operation(Op::Mean, 0)));
          p.output(0);
          p.output(1);
        }},
    Odd{"everything detached",
        [](ProgramBuilder& p) {
          const Id x = p.operation(Op::Detach, p.operation(Op::Mul, 0, 2));
          const Id q = p.operation(Op::Detach, p.operation(Op::Exp, 3));
          p.output(p.operation(Op::Sum, p.operation(Op::Less, x, q)));
        }},
    Odd{"a detached parameter in body and epilogue",
        [](ProgramBuilder& p) {
          const Id q = p.operation(Op::Detach, 2), r = p.operation(Op::Mul, q, 3);
          const Id loss = p.operation(Op::Mean, p.operation(Op::Mul, r, 0));
          p.output(p.operation(Op::Add, loss, p.operation(Op::Mul, q, r)));
        }},
    Odd{"constants alone in prologue and epilogue",
        [](ProgramBuilder& p) {
          const Id q = p.operation(Op::Exp, 5), r = p.operation(Op::Log, 5);
          const Id loss = p.operation(Op::Mean, p.operation(Op::Mul, q, 0));
          p.output(p.operation(Op::Mul, loss, r));
          p.output(q);
        }},
    Odd{"a prologue that is infinite beside the root",
        [](ProgramBuilder& p) {
          const Id zero = p.operation(Op::Sub, 2, 2), q = p.operation(Op::Log, zero);
          p.output(p.operation(Op::Mean, p.operation(Op::Mul, 0, 3)));
          p.output(p.operation(Op::Mul, p.operation(Op::Log, p.operation(Op::Sub, 0, 0)), q));
        }},
    Odd{"a regulariser after the loss, and weights that are shared",
        [](ProgramBuilder& p) {
          const Id a = p.operation(Op::Tanh, p.operation(Op::Mul, 2, 0));
          const Id b = p.operation(Op::Tanh, p.operation(Op::Mul, 2, a));
          const Id l2 =
              p.operation(Op::Add, p.operation(Op::Square, 2), p.operation(Op::Square, 3));
          const Id loss = p.operation(Op::Mean, p.operation(Op::Sub, b, 3));
          p.output(p.operation(Op::Add, loss, p.operation(Op::Mul, l2, 5)));
        }},
    Odd{"a regulariser before the loss, through the prologue",
        [](ProgramBuilder& p) {
          const Id q = p.operation(Op::Sigmoid, p.operation(Op::Mul, 2, 3));
          const Id r = p.operation(Op::Square, q);
          const Id loss = p.operation(Op::Sum, p.operation(Op::Mul, p.operation(Op::Sub, 0, q), q));
          p.output(p.operation(Op::Add, p.operation(Op::Mul, r, q), loss));
          p.output(p.operation(Op::Mul, r, 1));
        }},
    Odd{"a level that only outputs need",
        [](ProgramBuilder& p) {
          const Id a = p.operation(Op::Mul, 0, 2), b = p.operation(Op::Sqrt, a);
          p.output(p.operation(Op::Mean, a));
          p.output(b);
          p.output(p.operation(Op::Sum, b));
          p.output(p.operation(Op::Mul, 4, 4));
          p.output(4);
          p.output(5);
        }},
};

}  // namespace

template <class T>
std::vector<BatchCase<T>> odd_cases() {
  std::vector<BatchCase<T>> cases;
  for (const Odd& odd : odd_programs) {
    ProgramBuilder made;
    for (int k = 0; k < 2; ++k) (void)made.input();
    for (int k = 0; k < 3; ++k) (void)made.parameter(0.5 * k);
    (void)made.constant(0.3);
    odd.make(made);
    for (const std::size_t n : {1, 3, 128, 129, 523}) {
      cases.push_back(case_of<T>(odd.name, made.build(), n, n));
      cases.push_back(cases.back());
      for (T& number : cases.back().inputs) number = T(-0.0);
      cases.back().name += ", the inputs -0";
    }
  }
  Graph graph;
  const Graph::Use use(graph);
  const std::vector<Value> w = {Value(0.5)};
  const Program recorded = record(w, [&](Recording& example) {
    example.output("a varying root", tanh(example.input("x") * w[0]));
  });
  cases.push_back(case_of<T>("sum(root) by record()", recorded, 200));
  ProgramBuilder bare;
  bare.output(bare.operation(Op::Sum, bare.operation(Op::Exp, bare.input())));
  cases.push_back(case_of<T>("no parameters", bare.build(), 150));
  ProgramBuilder no_inputs;
  const Id p = no_inputs.parameter(1);
  no_inputs.output(no_inputs.operation(Op::Mul, p, p));
  cases.push_back(case_of<T>("no inputs", no_inputs.build(), 150));
  return cases;
}

#define LG_INSTANTIATE(T)                                                          \
  template BatchCase<T> case_of(std::string, Program, std::size_t, std::uint64_t); \
  template std::vector<BatchCase<T>> op_cases();                                   \
  template std::vector<BatchCase<T>> deep_cases();                                 \
  template std::vector<BatchCase<T>> wide_cases();                                 \
  template std::vector<BatchCase<T>> net_cases();                                  \
  template std::vector<BatchCase<T>> odd_cases();                                  \
  template std::vector<BatchCase<T>> two_pass_cases();
LG_INSTANTIATE(float)
LG_INSTANTIATE(double)
#undef LG_INSTANTIATE

}  // namespace levelgrad::testing
