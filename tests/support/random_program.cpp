// SPDX-License-Identifier: MIT
#include "support/random_program.h"

#include <array>
#include <cmath>
#include <utility>

#include "levelgrad/contribution.h"
#include "support/op_points.h"
#include "support/program_builder.h"
#include "support/random_expression.h"

namespace levelgrad::testing {
namespace {

using Id = ProgramBuilder::Id;

constexpr std::size_t probe_count = 6;
constexpr std::size_t input_count = 4;

/// A node, and its numbers for a few examples that stand for all.
struct Probed {
  Id id = 0;
  std::array<double, probe_count> probe = {};
};

/// How a body's operations pick what they read.
enum class Skew : unsigned char { Any, Chain, Wide, Diamond };

class Maker {
public:
  Maker(const RandomCase& wanted, bool moderate) : wanted_(wanted), moderate_(moderate) {}

  std::vector<Program> make() {
    Dice dice(wanted_.seed * 1000003 + 1);
    add_leaves(dice);
    add_prologue(dice);
    const std::uint64_t epilogue_seed = wanted_.seed * 1000003 + 2;
    const ProgramBuilder shared = builder_;
    const auto skew = static_cast<Skew>(dice.below(4));
    const std::size_t join_count = 1 + dice.below(3);
    std::vector<Program> programs;
    for (std::size_t k = 0; k < wanted_.program_count; ++k) {
      builder_ = shared;
      Dice own(wanted_.seed * 1000003 + 100 + k);
      add_body(own, skew);
      Dice epilogue(epilogue_seed);
      add_epilogue(epilogue, own, join_count);
      programs.push_back(builder_.build());
    }
    return programs;
  }

  [[nodiscard]] const std::vector<Probed>& parameters() const { return parameters_; }
  [[nodiscard]] const std::vector<Probed>& inputs() const { return inputs_; }

private:
  [[nodiscard]] bool several() const { return wanted_.program_count > 1; }

  static double number(Dice& dice) {
    const double size = dice.between(0.1, 2);
    return dice.chance(50) ? size : -size;
  }

  void add_leaves(Dice& dice) {
    const std::size_t parameters = 1 + dice.below(7);
    for (std::size_t k = 0; k < parameters; ++k) {
      Probed made;
      made.probe.fill(number(dice));
      made.id = builder_.parameter(made.probe[0]);
      parameters_.push_back(made);
    }
    for (std::size_t k = 0; k < input_count; ++k) {
      Probed made{builder_.input(), {}};
      for (double& probe : made.probe) probe = number(dice);
      inputs_.push_back(made);
    }
    uniform_ = parameters_;
    for (const double number : {-0.0, 1.0, 0.5, -1.25}) {
      uniform_.push_back({builder_.constant(number), {}});
      uniform_.back().probe.fill(number);
    }
  }

  /// Uniform operations. With one Program, bodies and epilogue may read any. Several Programs must
  /// agree on which of them the body reads, and in which order: see touched_.
  void add_prologue(Dice& dice) {
    const std::size_t count = dice.below(7);
    const std::vector<Probed> leaves = uniform_;
    const auto pick = [&] { return dice.pick(uniform_); };
    for (std::size_t k = 0; k < count; ++k) {
      const Probed made = operation(dice, pick, pick);
      uniform_.push_back(made);
      if (dice.chance(60)) touched_.push_back(made);
    }
    for_body_ = leaves;
    for_body_.insert(for_body_.end(), touched_.begin(), touched_.end());
  }

  void add_body(Dice& dice, Skew skew) {
    varying_ = inputs_;
    const std::size_t most = wanted_.body_size;
    const std::size_t count = dice.chance(20) ? 1 + dice.below(5) : most / 2 + dice.below(most / 2);
    Probed touch = inputs_[0];
    for (const Probed& node : touched_) {
      if (several()) touch = make(op_of_two(dice), touch, node, node, 0);
    }
    touch_ = touch;
    if (several() && !touched_.empty()) varying_.push_back(touch);
    for (std::size_t k = 0; k < count; ++k) {
      const auto first = [&] { return varying_operand(dice, skew); };
      const auto other = [&] {
        return dice.chance(40) ? shared_operand(dice) : varying_operand(dice, skew);
      };
      varying_.push_back(operation(dice, first, other));
    }
    if (skew == Skew::Wide) join_level(dice);
    if (dice.chance(90)) mix(dice);
  }

  /// A weighted sum of some nodes, so that grads of parameters have contributions to fold.
  void mix(Dice& dice) {
    Probed all = varying_.back();
    const std::size_t count = 3 + dice.below(8);
    for (std::size_t k = 0; k < count; ++k) {
      const Probed node = dice.pick(varying_), weight = shared_operand(dice);
      const Probed term = make(Op::Mul, node, weight, node, 0);
      all = make(dice.chance(80) ? Op::Add : Op::Sub, all, term, all, 0);
    }
    varying_.push_back(all);
  }

  /// Lets one node depend on all, as the output of a layer does.
  void join_level(Dice& dice) {
    Probed all = varying_.back();
    for (std::size_t k = inputs_.size(); k + 1 < varying_.size(); ++k) {
      all = make(dice.chance(80) ? Op::Add : op_of_two(dice), all, varying_[k], all, 0);
    }
    varying_.push_back(all);
  }

  Probed shared_operand(Dice& dice) {
    return dice.chance(50) ? dice.pick(parameters_) : dice.pick(for_body_);
  }

  Probed varying_operand(Dice& dice, Skew skew) {
    if (dice.chance(25)) return dice.pick(varying_);
    const std::size_t size = varying_.size();
    switch (skew) {
      case Skew::Chain:
        return varying_.back();
      case Skew::Wide:
        return dice.pick(inputs_);
      case Skew::Diamond:
        return varying_[size - 1 - dice.below(std::min<std::size_t>(size, 3))];
      case Skew::Any:
        break;
    }
    return dice.pick(varying_);
  }

  /// A varying node for a join or an output: often a late one, so that much of the body is alive.
  Probed result(Dice& own) {
    std::size_t k = varying_.size() - 1;
    if (own.chance(25)) k = own.chance(50) ? k - own.below(3) : own.below(k);
    const Probed node = varying_[k];
    if (!several() || touched_.empty()) return node;
    return make(op_of_two(own), touch_, node, node, 0);
  }

  /// dice decides what all Programs share, own the rest.
  void add_epilogue(Dice& dice, Dice& own, std::size_t join_count) {
    std::vector<Probed> joins, nodes;
    for (std::size_t k = 0; k < join_count; ++k) {
      const Op op = dice.chance(50) ? Op::Sum : Op::Mean;
      const Probed lanes = k == 0 || own.chance(80) ? result(own) : joined_.at(own.below(k));
      joined_.push_back(lanes);
      joins.push_back(join(op, lanes));
    }
    joined_.clear();
    nodes = joins;
    Probed total = joins[0];
    for (std::size_t k = 1; k < joins.size(); ++k) {
      total = make(op_of_two(dice), total, joins[k], joins[k], 0);
      nodes.push_back(total);
    }
    // Several Programs cannot reject what one of their bodies makes too large.
    const std::size_t count = dice.below(6);
    for (std::size_t k = 0; k < count; ++k) {
      const auto pick = [&] { return dice.chance(60) ? dice.pick(nodes) : dice.pick(uniform_); };
      if (several()) {
        const Probed other = pick();
        nodes.push_back(make(op_of_two(dice), total, other, total, 0));
      } else {
        nodes.push_back(operation(dice, pick, pick));
      }
      if (dice.chance(70)) total = make(op_of_two(dice), total, nodes.back(), total, 0);
    }
    if (dice.chance(12)) {
      std::vector<Probed> unusual = uniform_;
      unusual.insert(unusual.end(), joins.begin(), joins.end());
      total = dice.pick(unusual);
    }
    builder_.output(total.id);
    const std::size_t outputs = dice.below(5);
    for (std::size_t k = 0; k < outputs; ++k) {
      if (dice.chance(50)) {
        builder_.output(result(own).id);
      } else if (dice.chance(20) && (!several() || touched_.empty())) {
        builder_.output(own.pick(inputs_).id);
      } else {
        builder_.output(dice.chance(50) ? dice.pick(nodes).id : dice.pick(uniform_).id);
      }
    }
  }

  static Op op_of_two(Dice& dice) {
    return dice.pick(
        std::array{Op::Add, Op::Mul, Op::Sub, Op::Max, Op::Add, Op::Mul, Op::Add, Op::Mul});
  }

  /// Any op but a join, of first() and other(). Where numbers are to stay moderate, one whose
  /// probes are.
  template <class First, class Other>
  Probed operation(Dice& dice, const First& first, const Other& other) {
    for (int trial = 0;; ++trial) {
      const Op op = trial < 20 ? dice.pick(all_ops) : Op::Tanh;
      if (info(op).joins || (arity(op) == 1 && dice.chance(40))) continue;
      const Probed a = first();
      const bool same = dice.chance(15);
      const Probed b = same ? a : other();
      const Probed c = dice.chance(15) ? a : other();
      const double constant = dice.pick(constants);
      if (!moderate_ || trial >= 20 || fits(op, a, b, c, constant)) {
        return make(op, a, b, c, constant);
      }
    }
  }

  /// Whether value and derivatives are moderate.
  static bool fits(Op op, const Probed& a, const Probed& b, const Probed& c, double constant) {
    return dispatch(op, [&](auto o) {
      using O = decltype(o);
      bool moderate = true;
      const auto look = [&](double number) { moderate = moderate && std::abs(number) < 50; };
      for (std::size_t i = 0; i < probe_count; ++i) {
        const double x = a.probe[i], z = c.probe[i];
        const double y = info(op).second_is_constant ? constant : b.probe[i];
        const double result = O::value(x, y, z);
        look(result);
        if constexpr (O::active > 0) look(O::da(1.0, x, y, z, result));
        if constexpr (O::active > 1) look(O::db(1.0, x, y, z, result));
        if constexpr (O::active > 2) look(O::dc(1.0, x, y, z, result));
      }
      return moderate;
    });
  }

  static Probed evaluate(Op op, const Probed& a, const Probed& b, const Probed& c,
                         double constant) {
    Probed made;
    dispatch(op, [&](auto o) {
      using O = decltype(o);
      for (std::size_t i = 0; i < probe_count; ++i) {
        const double second = info(op).second_is_constant ? constant : b.probe[i];
        made.probe[i] = O::value(a.probe[i], second, c.probe[i]);
      }
    });
    return made;
  }

  Probed make(Op op, const Probed& a, const Probed& b, const Probed& c, double constant) {
    Probed made = evaluate(op, a, b, c, constant);
    std::vector<Id> operands = {a.id, b.id, c.id};
    operands.resize(static_cast<std::size_t>(arity(op)));
    if (info(op).second_is_constant) operands[1] = builder_.constant(constant);
    made.id = builder_.operation(op, operands);
    return made;
  }

  Probed join(Op op, const Probed& lanes) {
    double sum = 0;
    for (const double probe : lanes.probe) sum += probe / probe_count;
    if (op == Op::Sum) sum *= static_cast<double>(wanted_.example_count);
    Probed made{builder_.operation(op, lanes.id), {}};
    made.probe.fill(sum);
    return made;
  }

  RandomCase wanted_;
  bool moderate_;
  ProgramBuilder builder_;
  std::vector<Probed> parameters_, inputs_;
  std::vector<Probed> uniform_;   // leaves and uniform operations
  std::vector<Probed> for_body_;  // those that bodies may read
  /// Uniform operations that bodies read. Of several Programs, each joined node and each output
  /// begins by reading all of them in the same order, which makes their prologues the same.
  std::vector<Probed> touched_;
  Probed touch_;
  std::vector<Probed> varying_, joined_;
};

/// Near the probes, so that what is moderate there is moderate here.
template <class T>
std::vector<T> moderate_inputs(const std::vector<Probed>& inputs, std::size_t count, Dice& dice) {
  std::vector<T> numbers;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t like = dice.below(probe_count);
    for (const Probed& input : inputs) {
      numbers.push_back(static_cast<T>(input.probe[like] * dice.between(0.98, 1.02)));
    }
  }
  return numbers;
}

}  // namespace

template <class T>
T special_number(Dice& dice) {
  static const std::vector<T> numbers = special_operands<T>();
  if (dice.chance(30)) return dice.chance(50) ? T(0) : T(-0.0);
  return dice.pick(numbers);
}

template <class T>
BatchCase<T> random_case(const RandomCase& wanted) {
  Dice dice(wanted.seed * 1000003);
  const bool moderate = dice.chance(75);
  Maker maker(wanted, moderate);
  BatchCase<T> test{
      "seed " + std::to_string(wanted.seed), maker.make(), {}, wanted.example_count, {}, {}};
  for (const Probed& parameter : maker.parameters()) {
    const bool special = !moderate && dice.chance(30);
    test.parameters.push_back(special ? special_number<T>(dice)
                                      : static_cast<T>(parameter.probe[0]));
  }
  test.inputs = moderate_inputs<T>(maker.inputs(), wanted.example_count, dice);
  const bool all_zero = !moderate && dice.chance(30);
  for (T& number : test.inputs) {
    if (all_zero) number = T(-0.0);
    if (!moderate && dice.chance(20)) number = special_number<T>(dice);
  }
  for (std::size_t i = 0; i < wanted.example_count && wanted.program_count > 1; ++i) {
    test.which.push_back(static_cast<std::uint32_t>(dice.below(wanted.program_count)));
  }
  return test;
}

template float special_number(Dice&);
template double special_number(Dice&);
template BatchCase<float> random_case(const RandomCase&);
template BatchCase<double> random_case(const RandomCase&);

}  // namespace levelgrad::testing
