// SPDX-License-Identifier: MIT
//
// A batch as one long graph: prologue, body of example 0, of example 1, ..., epilogue. Each of
// these pieces is a graph of Values of its own; where a piece reads a uniform node of another, it
// has a leaf with that node's number, and the leaf's grad is handed over.
#include "levelgrad/reference_executor.h"

#include <algorithm>
#include <utility>

#include "levelgrad/batch_order.h"
#include "levelgrad/error.h"
#include "levelgrad/schedule.h"
#include "levelgrad/value.h"

namespace levelgrad {
namespace {

template <class T>
using Values = std::vector<BasicValue<T>>;

/// A node each for the operations of a part; values[node] must hold their leaves.
template <class T>
void build(const Program& program, NodeRange part, Values<T>& values) {
  for (NodeIndex node = part.begin; node < part.end; ++node) {
    if (program.joins(node)) continue;  // made of many examples: given as a leaf
    Values<T> operands;
    for (const NodeIndex operand : program.operands(node)) operands.push_back(values[operand]);
    values[node] = apply(program.op(node), std::span<const BasicValue<T>>(operands));
  }
}

/// The part's nodes that backward() passes, in order; joins are leaves.
template <class T>
void append_order(const Program& program, NodeRange part, const Values<T>& values,
                  Values<T>& order) {
  for (NodeIndex node = part.begin; node < part.end; ++node) {
    if (program.under_root(node) && !program.joins(node)) order.push_back(values[node]);
  }
}

/// A leaf for every constant of the Program.
template <class T>
void make_constants(const Program& program, Values<T>& values) {
  const NodeRange constants = program.constants();
  for (NodeIndex node = constants.begin; node < constants.end; ++node) {
    values[node] = BasicValue<T>(program.constant(node));
  }
}

template <class T>
class BatchRun {
public:
  BatchRun(std::span<const Program> programs, const BasicBatch<T>& batch,
           std::span<const T> parameters)
      : programs_(programs),
        shared_(programs.front()),
        batch_(batch),
        use_(graph_),
        joins_(shared_.joins()) {
    prologue_.resize(shared_.node_count());
    make_constants(shared_, prologue_);
    for (NodeIndex node = 0; node < shared_.parameter_count(); ++node) {
      prologue_[node] = BasicValue<T>(parameters[node]);
    }
    build(shared_, shared_.prologue(), prologue_);
  }

  void forward(std::span<const std::span<T>> outputs) {
    ChunkTree<T> tree(joins_.size());
    for (std::size_t chunk = 0; chunk < chunk_count(batch_.example_count); ++chunk) {
      const Scope scope;
      const Values<T> leaves = shared_leaves({});
      std::vector<T> folds(joins_.size(), T(0));
      const auto [begin, end] = chunk_range(chunk, batch_.example_count);
      for (std::size_t example = begin; example < end; ++example) {
        const Program& program = program_of(example);
        const Values<T> values = build_body(example, leaves);
        for (std::size_t j = 0; j < joins_.size(); ++j) {
          folds[j] = folds[j] + values[joined_by(program, j)].data();
        }
        for (std::size_t k = 0; k < outputs.size(); ++k) {
          const NodeIndex node = program.outputs()[k].node;
          if (!outputs[k].empty() && program.varying(node)) {
            outputs[k][example] = values[node].data();
          }
        }
      }
      tree.push(folds);
    }
    sums_.resize(joins_.size());
    tree.finish(sums_);
  }

  /// The epilogue, forward and backward from the root.
  void run_epilogue() {
    epilogue_.resize(shared_.node_count());
    make_constants(shared_, epilogue_);
    const Values<T> leaves = shared_leaves({});
    put_shared_leaves(shared_, leaves, epilogue_);
    const T weight = mean_weight<T>(batch_.example_count);
    Values<T> sums;
    Values<T> order;
    for (std::size_t j = 0; j < joins_.size(); ++j) {
      sums.push_back(BasicValue<T>(sums_[j]));
      const bool averages = info(shared_.op(joins_[j])).averages;
      epilogue_[joins_[j]] = averages ? sums[j] * weight : sums[j];
      if (averages && shared_.under_root(joins_[j])) order.push_back(epilogue_[joins_[j]]);
    }
    build(shared_, shared_.epilogue(), epilogue_);
    append_order(shared_, shared_.epilogue(), epilogue_, order);
    const BasicValue<T>& root = epilogue_[shared_.root()];
    if (root.op() == Op::Leaf) {
      root.set_grad(T(1));
    } else {
      const BasicSeed<T> seed = {root, T(1)};
      backward(std::span<const BasicValue<T>>(order), std::span(&seed, 1));
    }
    for (const BasicValue<T>& sum : sums) seeds_.push_back(sum.grad());
    for (const BasicValue<T>& leaf : leaves) left_.push_back(leaf.grad());
  }

  /// The bodies' backward pass, and the prologue's: the grads of the parameters.
  ///
  /// input_grads   as the batch's inputs; empty: not wanted.
  std::vector<T> run_backward(std::span<T> input_grads) {
    const std::size_t chunks = chunk_count(batch_.example_count);
    ChunkTree<T> tree(shared_.shared_count());
    for (std::size_t chunk = 0; chunk < chunks; ++chunk) {
      const bool last = chunk + 1 == chunks;
      tree.push(body_grads(chunk_range(chunk, batch_.example_count),
                           last ? left_ : std::vector<T>(), input_grads));
    }
    std::vector<T> total(shared_.shared_count());
    tree.finish(total);
    return through_prologue(total);
  }

  /// One example's contributions alone, folded from +0: its grads of the parameters.
  std::vector<T> example_grads(std::size_t example) {
    return through_prologue(body_grads({example, example + 1}, {}, {}));
  }

  /// The number of a uniform node.
  [[nodiscard]] T number(NodeIndex node) const {
    return shared_.epilogue().holds(node) ? epilogue_[node].data() : prologue_[node].data();
  }

  /// Every number of one example; after run_backward().
  BasicNodeNumbers<T> numbers_of(std::size_t example, const Schedule& schedule) {
    const Program& program = program_of(example);
    BasicNodeNumbers<T> numbers{std::vector<T>(program.node_count(), T(0)),
                                std::vector<T>(program.node_count(), T(0))};
    const Scope scope;
    const Values<T> leaves = shared_leaves({});
    const Values<T> values = build_body(example, leaves);
    run_body_backward(program, values);
    for (NodeIndex node = 0; node < program.node_count(); ++node) {
      if (program.varying(node)) {
        numbers.values[node] = values[node].data();
        numbers.grads[node] = values[node].grad();
        continue;
      }
      if (program.constants().holds(node)) {
        numbers.values[node] = static_cast<T>(program.constant(node));
        continue;
      }
      const NodeIndex same = program.same_node(node, shared_);
      numbers.values[node] = number(same);
      if (program.epilogue().holds(node)) {
        numbers.grads[node] = epilogue_[same].grad();
      } else if (schedule.leads_to_parameter(node)) {
        numbers.grads[node] = prologue_[same].grad();
      }
    }
    return numbers;
  }

private:
  using Scope = typename BasicGraph<T>::Scope;

  [[nodiscard]] const Program& program_of(std::size_t example) const {
    return programs_[batch_.program(example)];
  }
  /// What a join of the shared epilogue reads in the Program.
  [[nodiscard]] NodeIndex joined_by(const Program& program, std::size_t join) const {
    const NodeIndex offset = joins_[join] - shared_.epilogue().begin;
    return program.operands(program.epilogue().begin + offset)[0];
  }

  /// Leaves that stand for the shared nodes, their grads starting at the given ones, or at 0.
  Values<T> shared_leaves(const std::vector<T>& grads) {
    Values<T> leaves;
    const auto add = [&](NodeIndex node) {
      leaves.push_back(BasicValue<T>(prologue_[node].data()));
      if (!grads.empty()) leaves.back().set_grad(grads[leaves.size() - 1]);
    };
    for (NodeIndex n = 0; n < shared_.parameter_count(); ++n) add(n);
    for (NodeIndex n = shared_.prologue().begin; n < shared_.prologue().end; ++n) add(n);
    return leaves;
  }
  static void put_shared_leaves(const Program& program, const Values<T>& leaves,
                                Values<T>& values) {
    for (NodeIndex node = 0; node < program.node_count(); ++node) {
      if (program.shared(node)) values[node] = leaves[program.shared_index(node)];
    }
  }

  Values<T> build_body(std::size_t example, const Values<T>& leaves) {
    const Program& program = program_of(example);
    Values<T> values(program.node_count());
    make_constants(program, values);
    put_shared_leaves(program, leaves, values);
    for (NodeIndex node = program.inputs().begin; node < program.inputs().end; ++node) {
      values[node] = BasicValue<T>(batch_.input(example, node - program.inputs().begin));
    }
    build(program, program.body(), values);
    return values;
  }

  /// What the joins contribute to an example, in the reverse order of the epilogue.
  void append_seeds(const Program& program, const Values<T>& values,
                    std::vector<BasicSeed<T>>& seeds) const {
    for (std::size_t j = joins_.size(); j-- > 0;) {
      if (!shared_.under_root(joins_[j])) continue;
      seeds.push_back({values[joined_by(program, j)], seeds_[j]});
    }
  }

  void run_body_backward(const Program& program, const Values<T>& values) const {
    Values<T> order;
    std::vector<BasicSeed<T>> seeds;
    append_order(program, program.body(), values, order);
    append_seeds(program, values, seeds);
    run_backward_over(order, seeds);
  }
  static void run_backward_over(const Values<T>& order, const std::vector<BasicSeed<T>>& seeds) {
    if (order.empty()) {
      for (const BasicSeed<T>& seed : seeds) seed.value.set_grad(seed.value.grad() + seed.grad);
      return;
    }
    backward(std::span<const BasicValue<T>>(order), std::span<const BasicSeed<T>>(seeds));
  }

  /// The fold of the examples' contributions to the shared nodes, from the last example to the
  /// first, starting at the given grads or at +0.
  std::vector<T> body_grads(ChunkRange examples, const std::vector<T>& start,
                            std::span<T> input_grads) {
    const Scope scope;
    const Values<T> leaves = shared_leaves(start);
    Values<T> order;
    std::vector<BasicSeed<T>> seeds;
    std::vector<Values<T>> values;
    for (std::size_t example = examples.begin; example < examples.end; ++example) {
      const Program& program = program_of(example);
      values.push_back(build_body(example, leaves));
      append_order(program, program.body(), values.back(), order);
      append_seeds(program, values.back(), seeds);
    }
    run_backward_over(order, seeds);
    const std::size_t width = shared_.input_count();
    for (std::size_t example = examples.begin; example < examples.end; ++example) {
      if (input_grads.empty()) break;
      for (std::size_t k = 0; k < width; ++k) {
        const BasicValue<T>& input = values[example - examples.begin][shared_.inputs().begin + k];
        input_grads[batch_.place(example, k)] = input.grad();
      }
    }
    std::vector<T> grads;
    for (const BasicValue<T>& leaf : leaves) grads.push_back(leaf.grad());
    return grads;
  }

  /// Lets the prologue's nodes contribute to each other and to the parameters.
  std::vector<T> through_prologue(std::span<const T> grads) {
    Values<T> order;
    std::vector<BasicSeed<T>> seeds;
    append_order(shared_, shared_.prologue(), prologue_, order);
    for (NodeIndex node = 0; node < shared_.prologue().end; ++node) {
      if (!shared_.shared(node)) continue;
      const T grad = grads[shared_.shared_index(node)];
      if (node < shared_.parameter_count()) {
        prologue_[node].set_grad(grad);
      } else if (shared_.under_root(node)) {
        seeds.push_back({prologue_[node], grad});
      }
    }
    run_backward_over(order, seeds);
    std::vector<T> of_parameters;
    for (NodeIndex node = 0; node < shared_.parameter_count(); ++node) {
      of_parameters.push_back(prologue_[node].grad());
    }
    return of_parameters;
  }

  std::span<const Program> programs_;
  const Program& shared_;  // its prologue and epilogue are everybody's
  const BasicBatch<T>& batch_;
  BasicGraph<T> graph_;
  typename BasicGraph<T>::Use use_;
  const std::vector<NodeIndex>& joins_;
  Values<T> prologue_, epilogue_;  // [node of shared_]
  std::vector<T> sums_, seeds_;    // [join], the fold of the lanes; the grad of that fold
  std::vector<T> left_;            // [shared node], the grad that the epilogue leaves
};

}  // namespace

template <class T>
void BasicReferenceExecutor<T>::load(std::span<const Program> programs) {
  check_programs(programs);
  std::vector<Program> loaded(programs.begin(), programs.end());
  std::vector<Schedule> schedules;
  for (const Program& program : loaded) schedules.emplace_back(program);
  ParameterState<T> state(loaded.front());
  programs_ = std::move(loaded);  // the Programs stay where the schedules have seen them
  schedules_ = std::move(schedules);
  state_ = std::move(state);
}

template <class T>
void BasicReferenceExecutor<T>::run(const BasicBatch<T>& batch, const BasicResults<T>& results) {
  check_batch(batch, programs_, results);
  state_.forget_grads();
  const Program& program = programs_.front();
  BatchRun<T> run(programs_, batch, state_.numbers());
  run.forward(results.outputs);
  run.run_epilogue();
  if (!results.loss.empty()) results.loss[0] = run.number(program.root());
  for (std::size_t k = 0; k < results.outputs.size(); ++k) {
    const NodeIndex node = program.outputs()[k].node;
    if (!results.outputs[k].empty() && !program.varying(node)) {
      results.outputs[k][0] = run.number(node);
    }
  }
  if (!results.runs_backward()) return;
  for (std::size_t i = 0; !results.example_grads.empty() && i < batch.example_count; ++i) {
    const std::vector<T> grads = run.example_grads(i);
    std::ranges::copy(grads, results.example_grads.begin() +
                                 static_cast<std::ptrdiff_t>(i * program.parameter_count()));
  }
  const std::vector<T> grads = run.run_backward(results.input_grads);
  if (!results.grads.empty()) std::ranges::copy(grads, results.grads.begin());
  state_.set_grads(grads);
}

template <class T>
BasicNodeNumbers<T> BasicReferenceExecutor<T>::inspect(const BasicBatch<T>& batch,
                                                       std::size_t example) {
  check_batch(batch, programs_, {});
  check_example(batch, example);
  BatchRun<T> run(programs_, batch, state_.numbers());
  run.forward({});
  run.run_epilogue();
  (void)run.run_backward({});
  return run.numbers_of(example, schedules_[batch.program(example)]);
}

template class BasicReferenceExecutor<float>;
template class BasicReferenceExecutor<double>;

}  // namespace levelgrad
