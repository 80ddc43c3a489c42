// SPDX-License-Identifier: MIT
//
// Programs for tests: the moons demo's, and random ones over all ops.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "levelgrad/contribution.h"
#include "levelgrad/losses.h"
#include "levelgrad/nn.h"
#include "levelgrad/record.h"
#include "support/random_expression.h"

namespace levelgrad::testing {

/// The 2-16-16-1 net with hinge loss and L2 penalty; outputs "loss" and "score".
template <class T = double>
Program moons_program() {
  const typename BasicGraph<T>::Scope scope;
  PythonRandom random(1337);
  const BasicMLP<T> mlp(2, {16, 16, 1}, random);
  return record(mlp.parameters(), [&](BasicRecording<T>& example) {
    const std::vector<BasicValue<T>> x = example.inputs("x", 2);
    const BasicValue<T> y = example.input("y");
    const BasicValue<T> score = mlp(x).front();
    example.output("loss", mean(hinge(score, y)) + 1e-4 * l2(mlp.parameters()));
    example.output("score", score);
  });
}

/// How a random Program is made.
struct RandomProgramShape {
  int parameters = 4;
  int inputs = 3;
  int prologue_ops = 5;
  int body_ops = 20;
  int epilogue_ops = 6;
  bool tame = false;  ///< only ops that keep numbers finite
};

/// Ops whose results stay finite and mostly away from 0 for moderate operands.
inline constexpr std::array tame_ops = {Op::Add,  Op::Sub,      Op::Mul,     Op::Mul,    Op::Neg,
                                        Op::Tanh, Op::Relu,     Op::Sigmoid, Op::Min,    Op::Max,
                                        Op::Fma,  Op::Softplus, Op::Sin,     Op::Select, Op::Less,
                                        Op::Abs,  Op::Clamp,    Op::Detach,  Op::Square, Op::Add};

/// Makes the nodes of a random Program.
template <class T>
class RandomNodes {
public:
  using Pool = std::vector<BasicValue<T>>;

  RandomNodes(std::uint64_t seed, bool tame) : random_(seed), tame_(tame) {}

  [[nodiscard]] std::size_t pick(std::size_t count) {
    return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_);
  }
  [[nodiscard]] double number() {
    return std::uniform_real_distribution<double>(-1.5, 1.5)(random_);
  }
  /// Late nodes are taken more often: graphs become deep.
  const BasicValue<T>& one_of(const Pool& pool) {
    const std::size_t late = pick(2) == 0 && pool.size() > 4 ? pool.size() - 4 : 0;
    return pool[late + pick(pool.size() - late)];
  }
  /// A node that reads first, and others at random from first's pool or shared.
  BasicValue<T> node(const BasicValue<T>& first, const Pool& pool, const Pool& shared) {
    const auto other = [&]() -> BasicValue<T> {
      const std::size_t kind = pick(5);
      if (kind == 0) return BasicValue<T>(constants[pick(constants.size())]);
      return kind < 3 && !shared.empty() ? one_of(shared) : one_of(pool);
    };
    BasicValue<T> operand[3] = {first, other(), other()};
    std::swap(operand[0], operand[pick(3)]);
    Op op = tame_ ? tame_ops[pick(tame_ops.size())] : all_ops[pick(all_ops.size())];
    while (info(op).joins) op = all_ops[pick(all_ops.size())];
    if (info(op).arity == 1 || info(op).second_is_constant) operand[0] = first;
    if (info(op).arity == 2) operand[pick(2)] = first;
    const BasicValue<T> made =
        make<T>(op, operand[0], operand[1], operand[2], constants[pick(constants.size())]);
    return pick(6) == 0 ? tanh(made) : made;
  }
  BasicValue<T> join(const BasicValue<T>& value) { return pick(2) == 0 ? sum(value) : mean(value); }

private:
  std::mt19937_64 random_;
  bool tame_;
};

/// A random Program with prologue, body, several joins, epilogue and outputs of all kinds.
template <class T = double>
Program random_program(std::uint64_t seed, const RandomProgramShape& shape = {}) {
  const typename BasicGraph<T>::Scope scope;
  RandomNodes<T> random(seed, shape.tame);
  std::vector<BasicValue<T>> parameters;
  for (int k = 0; k < shape.parameters; ++k) {
    parameters.emplace_back(random.number());
    parameters.back().set_label("w" + std::to_string(k));
  }
  return record(parameters, [&](BasicRecording<T>& example) {
    std::vector<BasicValue<T>> uniform = parameters;
    uniform.emplace_back(0.75);
    for (int k = 0; k < shape.prologue_ops; ++k) {
      uniform.push_back(random.node(random.one_of(uniform), uniform, {}));
    }
    std::vector<BasicValue<T>> varying =
        example.inputs("x", static_cast<std::size_t>(shape.inputs));
    for (int k = 0; k < shape.body_ops; ++k) {
      varying.push_back(random.node(random.one_of(varying), varying, uniform));
    }
    std::vector<BasicValue<T>> joined;
    for (int k = 0; k < 3; ++k) {
      BasicValue<T> value = random.one_of(varying);
      for (int more = 0; more < 3; ++more) value = value - random.one_of(varying);
      joined.push_back(random.join(value));
    }
    for (int k = 0; k < shape.epilogue_ops; ++k) {
      joined.push_back(random.node(random.one_of(joined), joined, uniform));
    }
    BasicValue<T> root = joined.back();
    for (int k = 0; k < 3; ++k) root = root + random.one_of(joined);
    example.output("root", root + random.one_of(uniform));
    example.output("varying", random.one_of(varying));
    example.output("uniform", random.one_of(uniform));
    example.output("joined", random.one_of(joined));
    if (random.pick(2) == 0) example.output("late", varying.back());
  });
}

}  // namespace levelgrad::testing
