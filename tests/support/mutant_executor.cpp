// SPDX-License-Identifier: MIT
#include "support/mutant_executor.h"

#include <algorithm>
#include <utility>

#include "levelgrad/contribution.h"

namespace levelgrad::testing {

const char* name_of(FaultKind kind) {
#define LG_FAULT(name) #name,
  static constexpr std::array names = {LG_FAULTS(LG_FAULT)};
#undef LG_FAULT
  return names[static_cast<std::size_t>(kind)];
}

template <class T>
void MutantExecutor<T>::load(std::span<const Program> programs) {
  check_programs(programs);
  programs_.clear();
  for (const Program& program : programs) {
    Loaded made{program, {}};
    made.readers.resize(program.node_count());
    for (auto node = static_cast<NodeIndex>(program.node_count()); node-- > 0;) {
      if (!program.under_root(node) && !has(FaultKind::ContributesBesideRoot)) continue;
      const auto operands = program.operands(node);
      for (int k = 0; k < info(program.op(node)).active; ++k) {
        made.readers[operands[static_cast<std::size_t>(k)]].push_back({node, k});
      }
    }
    for (auto& readers : made.readers) {
      if (has(FaultKind::ConsumersForward)) {
        std::ranges::stable_sort(readers, {}, [](const auto& reader) { return reader.node; });
      }
      if (has(FaultKind::OperandsRightToLeft)) {
        std::ranges::sort(readers, [](const auto& a, const auto& b) {
          return a.node != b.node ? a.node > b.node : a.operand > b.operand;
        });
      }
    }
    programs_.push_back(std::move(made));
  }
  const Program& first = programs_.front().program;
  joins_.clear();
  for (NodeIndex node = first.epilogue().begin; node < first.epilogue().end; ++node) {
    if (first.joins(node)) joins_.push_back(node);
  }
  state_ = ParameterState<T>(first);
  uniform_.clear();
  seeds_.assign(joins_.size(), T(0));
  left_.assign(first.node_count(), T(0));
}

template <class T>
std::size_t MutantExecutor<T>::chunk() const {
  return has(FaultKind::ChunkOf64) ? 64 : 128;
}

template <class T>
T MutantExecutor<T>::value(const Program& program, NodeIndex node, const Numbers& values) const {
  const auto operands = program.operands(node);
  T in[3] = {};
  for (std::size_t k = 0; k < operands.size(); ++k) in[k] = values[operands[k]];
  if (has(FaultKind::ContractedForward) && program.op(node) == Op::Add &&
      program.op(operands[0]) == Op::Mul) {
    const auto factors = program.operands(operands[0]);
    return math::fma(values[factors[0]], values[factors[1]], in[1]);
  }
  return dispatch(program.op(node), [&](auto o) { return o.value(in[0], in[1], in[2]); });
}

template <class T>
T MutantExecutor<T>::contribution(const Program& program, NodeIndex node, int operand, T grad,
                                  const Numbers& values) const {
  const auto operands = program.operands(node);
  T in[3] = {};
  for (std::size_t k = 0; k < operands.size(); ++k) in[k] = values[operands[k]];
  const T y = values[node];
  const T made = dispatch(program.op(node), [&](auto o) {
    using O = decltype(o);
    if constexpr (O::active > 2) {
      if (operand == 2) return levelgrad::contribution<O, 2>(grad, in[0], in[1], in[2], y);
    }
    if constexpr (O::active > 1) {
      if (operand == 1) return levelgrad::contribution<O, 1>(grad, in[0], in[1], in[2], y);
    }
    if constexpr (O::active > 0) return levelgrad::contribution<O, 0>(grad, in[0], in[1], in[2], y);
    return T(0);
  });
  const bool wrong =
      has(FaultKind::WrongDerivative) && program.op(node) == fault_.op && operand == fault_.operand;
  if (!wrong) return made;
  return made == T(0) ? T(1) : made * (sizeof(T) == 8 ? T(1 + 0x1p-50) : T(1 + 0x1p-21));
}

/// The fold with one contribution more; the fold is empty where it is the first.
template <class T>
T MutantExecutor<T>::add(T fold, bool first, const Program& program, NodeIndex node, int operand,
                         const Numbers& values, const Numbers& grads) const {
  if (has(FaultKind::ContractedGrads) && program.op(node) == Op::Mul) {
    const NodeIndex factor = program.operands(node)[operand == 0 ? 1 : 0];
    return math::fma(values[factor], grads[node], fold);
  }
  const T more = contribution(program, node, operand, grads[node], values);
  return first && has(FaultKind::GradFromFirst) ? more : fold + more;
}

template <class T>
T MutantExecutor<T>::gather(T start, const Loaded& of, NodeIndex node, NodeRange readers,
                            const Numbers& values, const Numbers& grads) const {
  T fold = start;
  bool first = start == T(0);
  for (const auto& reader : of.readers[node]) {
    if (!readers.holds(reader.node) || of.program.joins(reader.node)) continue;
    fold = add(fold, first, of.program, reader.node, reader.operand, values, grads);
    first = false;
  }
  return fold;
}

template <class T>
void MutantExecutor<T>::compute(const Program& program, NodeRange part, Numbers& values) const {
  for (NodeIndex node = part.begin; node < part.end; ++node) {
    if (!program.joins(node)) values[node] = value(program, node, values);
  }
}

template <class T>
void MutantExecutor<T>::forward() {
  const Program& first = programs_.front().program;
  const Numbers old = std::exchange(uniform_, Numbers(first.node_count(), T(0)));
  std::ranges::copy(state_.numbers(), uniform_.begin());
  for (NodeIndex node = first.constants().begin; node < first.constants().end; ++node) {
    uniform_[node] = static_cast<T>(first.constant(node));
  }
  compute(first, first.prologue(), uniform_);
  if (has(FaultKind::StalePrologue) && !old.empty()) {
    const NodeRange prologue = first.prologue();
    std::copy_n(old.begin() + prologue.begin, prologue.size(), uniform_.begin() + prologue.begin);
  }

  values_.resize(batch_.example_count);
  for (std::size_t i = 0; i < batch_.example_count; ++i) {
    const Program& program = loaded(i).program;
    Numbers& values = values_[i];
    values.assign(program.node_count(), T(0));
    std::ranges::copy(state_.numbers(), values.begin());
    for (NodeIndex k = 0; k < program.input_count(); ++k) {
      values[program.inputs().begin + k] = batch_.input(i, k);
    }
    for (NodeIndex node = program.constants().begin; node < program.constants().end; ++node) {
      values[node] = static_cast<T>(program.constant(node));
    }
    for (NodeIndex k = 0; k < program.prologue().size(); ++k) {
      values[program.prologue().begin + k] = uniform_[first.prologue().begin + k];
    }
    compute(program, program.body(), values);
  }
  join();
  compute(first, first.epilogue(), uniform_);
}

template <class T>
typename MutantExecutor<T>::Numbers MutantExecutor<T>::combine(std::vector<Numbers> chunks) const {
  const auto add_to = [](Numbers& left, const Numbers& right) {
    for (std::size_t k = 0; k < left.size(); ++k) left[k] = left[k] + right[k];
  };
  if (has(FaultKind::ChunksLeftToRight)) {
    for (std::size_t c = 1; c < chunks.size(); ++c) add_to(chunks[0], chunks[c]);
    return chunks[0];
  }
  while (chunks.size() > 1) {
    std::vector<Numbers> pairs;
    for (std::size_t c = 0; c < chunks.size(); c += 2) {
      pairs.push_back(chunks[c]);
      if (c + 1 < chunks.size()) add_to(pairs.back(), chunks[c + 1]);
    }
    chunks = std::move(pairs);
  }
  return chunks[0];
}

template <class T>
void MutantExecutor<T>::join() {
  const std::size_t n = batch_.example_count;
  const Program& first = programs_.front().program;
  std::vector<Numbers> chunks;
  for (std::size_t begin = 0; begin < n; begin += chunk()) {
    Numbers fold(joins_.size(), T(0));
    for (std::size_t i = begin; i < std::min(n, begin + chunk()); ++i) {
      const Program& program = loaded(i).program;
      for (std::size_t j = 0; j < joins_.size(); ++j) {
        const NodeIndex own = program.epilogue().begin + joins_[j] - first.epilogue().begin;
        const T lane = values_[i][program.operands(own)[0]];
        fold[j] = i == begin && has(FaultKind::JoinFromFirst) ? lane : fold[j] + lane;
      }
    }
    chunks.push_back(fold);
  }
  const Numbers sums = combine(std::move(chunks));
  for (std::size_t j = 0; j < joins_.size(); ++j) {
    const bool averages = info(first.op(joins_[j])).averages;
    uniform_[joins_[j]] = !averages                     ? sums[j]
                          : has(FaultKind::MeanDivides) ? sums[j] / static_cast<T>(n)
                                                        : sums[j] * (T(1) / static_cast<T>(n));
  }
}

/// The epilogue's backward pass: what it leaves at parameters, at the prologue and at joins.
template <class T>
void MutantExecutor<T>::epilogue() {
  const Loaded& of = programs_.front();
  const Program& program = of.program;
  Numbers& grads = uniform_grads_;
  grads.assign(program.node_count(), T(0));
  const Numbers old_seeds = seeds_;
  const Numbers old_left = left_;
  for (NodeIndex node = program.epilogue().end; node-- > 0;) {
    if (program.varying(node) || program.constants().holds(node)) continue;
    const T start = node == program.root() ? T(1) : T(0);
    grads[node] = gather(start, of, node, program.epilogue(), uniform_, grads);
  }
  left_ = grads;
  for (std::size_t j = 0; j < joins_.size(); ++j) {
    const bool averages = info(program.op(joins_[j])).averages;
    const T weight = T(1) / static_cast<T>(batch_.example_count);
    seeds_[j] = averages ? weight * grads[joins_[j]] : grads[joins_[j]];
    if (averages && has(FaultKind::MeanDivides)) {
      seeds_[j] = grads[joins_[j]] / static_cast<T>(batch_.example_count);
    }
  }
  if (has(FaultKind::StaleSeeds)) seeds_ = old_seeds;
  if (has(FaultKind::StaleGrads)) {
    for (NodeIndex node = 0; node < program.parameter_count(); ++node)
      left_[node] += old_left[node];
  }
}

template <class T>
void MutantExecutor<T>::backward_example(std::size_t example) {
  const Loaded& of = loaded(example);
  const Program& program = of.program;
  Numbers& grads = grads_[example];
  grads.assign(program.node_count(), T(0));
  for (NodeIndex node = program.body().end; node-- > 0;) {
    if (!program.varying(node)) continue;
    T seed = T(0);
    for (const auto& reader : of.readers[node]) {
      if (!program.joins(reader.node)) continue;
      const NodeIndex own =
          programs_.front().program.epilogue().begin + reader.node - program.epilogue().begin;
      const auto j = std::ranges::find(joins_, own) - joins_.begin();
      seed = seed + seeds_[static_cast<std::size_t>(j)];
    }
    grads[node] = gather(seed, of, node, program.body(), values_[example], grads);
  }
}

/// Lets an example contribute to the fold of the shared nodes, [node of the first Program].
template <class T>
void MutantExecutor<T>::add_example(std::size_t example, Numbers& fold) const {
  const Loaded& of = loaded(example);
  const Program& program = of.program;
  const auto contribute = [&](NodeIndex to, NodeIndex node) {
    fold[to] = gather(fold[to], of, node, program.body(), values_[example], grads_[example]);
  };
  for (NodeIndex node = 0; node < program.parameter_count(); ++node) contribute(node, node);
  for (NodeIndex k = 0; k < program.prologue().size(); ++k) {
    contribute(programs_.front().program.prologue().begin + k, program.prologue().begin + k);
  }
}

template <class T>
typename MutantExecutor<T>::Numbers MutantExecutor<T>::fold_examples() const {
  const std::size_t n = batch_.example_count;
  const bool left_last = has(FaultKind::EpilogueGradLast);
  std::vector<Numbers> chunks;
  for (std::size_t begin = 0; begin < n; begin += chunk()) {
    const std::size_t end = std::min(n, begin + chunk());
    Numbers fold(left_.size(), T(0));
    if (end == n && !left_last) fold = left_;
    for (std::size_t k = 0; k < end - begin; ++k) {
      if (has(FaultKind::ChunkDropped) && begin == chunk()) break;
      add_example(has(FaultKind::ExamplesAscending) ? begin + k : end - 1 - k, fold);
    }
    chunks.push_back(std::move(fold));
  }
  Numbers total = combine(std::move(chunks));
  for (std::size_t k = 0; left_last && k < total.size(); ++k) total[k] = total[k] + left_[k];
  return total;
}

/// Into uniform_grads_: those of the prologue and of the parameters.
template <class T>
void MutantExecutor<T>::through_prologue(const Numbers& folded) {
  const Loaded& of = programs_.front();
  for (NodeIndex node = of.program.prologue().end; node-- > 0;) {
    if (!of.program.parameters().holds(node) && !of.program.prologue().holds(node)) continue;
    uniform_grads_[node] =
        gather(folded[node], of, node, of.program.prologue(), uniform_, uniform_grads_);
  }
}

template <class T>
void MutantExecutor<T>::copy_forward(const BasicResults<T>& results) const {
  const Program& first = programs_.front().program;
  if (!results.loss.empty()) results.loss[0] = uniform_[first.root()];
  for (std::size_t k = 0; k < results.outputs.size(); ++k) {
    if (results.outputs[k].empty()) continue;
    const NodeIndex node = first.outputs()[k].node;
    if (!first.varying(node)) results.outputs[k][0] = uniform_[node];
    for (std::size_t i = 0; first.varying(node) && i < batch_.example_count; ++i) {
      results.outputs[k][i] = values_[i][loaded(i).program.outputs()[k].node];
    }
  }
}

template <class T>
void MutantExecutor<T>::copy_example_grads(const BasicResults<T>& results) {
  const std::size_t count = state_.numbers().size();
  for (std::size_t i = 0; i < batch_.example_count && !results.example_grads.empty(); ++i) {
    Numbers fold(left_.size(), T(0));
    if (has(FaultKind::ExampleGradsFromEpilogue)) fold = left_;
    add_example(i, fold);
    through_prologue(fold);
    const Numbers& made = has(FaultKind::ExampleGradsInBody) ? fold : uniform_grads_;
    for (std::size_t k = 0; k < count; ++k) results.example_grads[i * count + k] = made[k];
  }
}

template <class T>
void MutantExecutor<T>::run(const BasicBatch<T>& batch, const BasicResults<T>& results) {
  std::vector<Program> programs;
  for (const Loaded& of : programs_) programs.push_back(of.program);
  check_batch<T>(batch, programs, results);
  batch_ = batch;
  if (has(FaultKind::FirstProgram)) batch_.programs = {};
  if (has(FaultKind::LayoutIgnored)) batch_.layout = Layout::ByExample;
  state_.forget_grads();
  forward();
  copy_forward(results);
  if (!results.runs_backward()) return;
  epilogue();
  grads_.resize(batch.example_count);
  for (std::size_t i = 0; i < batch.example_count; ++i) backward_example(i);
  copy_example_grads(results);
  through_prologue(fold_examples());
  const auto of_parameters = std::span(uniform_grads_).first(state_.numbers().size());
  if (!results.grads.empty()) std::ranges::copy(of_parameters, results.grads.begin());
  state_.set_grads(of_parameters);
  for (std::size_t i = 0; i < batch.example_count && !results.input_grads.empty(); ++i) {
    const NodeRange inputs = programs_.front().program.inputs();
    for (NodeIndex k = 0; k < inputs.size(); ++k) {
      results.input_grads[batch_.place(i, k)] = grads_[i][inputs.begin + k];
    }
  }
}

template <class T>
bool MutantExecutor<T>::update(const BasicUpdate<T>& update) {
  const bool done = state_.update(update);
  if (!done && has(FaultKind::ParametersChangeFirst)) {
    state_.set(Numbers(state_.numbers().size(), T(0)));
  }
  return done;
}

/// Nodes of the prologue that pass nothing on to a parameter have the grad 0.
template <class T>
BasicNodeNumbers<T> MutantExecutor<T>::inspect(const BasicBatch<T>& batch, std::size_t example) {
  check_example(batch, example);
  const ParameterState<T> state_before = state_;  // inspect() changes no grads for an update
  BasicResults<T> results;
  results.backward = true;
  run(batch, results);
  state_ = state_before;
  const Program& first = programs_.front().program;
  const Program& program = loaded(example).program;
  BasicNodeNumbers<T> numbers{values_[example], grads_[example]};
  std::vector<bool> leads(program.node_count());
  for (NodeIndex node = 0; node < program.node_count(); ++node) {
    leads[node] = program.parameters().holds(node);
    for (int k = 0; k < info(program.op(node)).active && program.under_root(node); ++k) {
      leads[node] = leads[node] || leads[program.operands(node)[static_cast<std::size_t>(k)]];
    }
    if (program.varying(node) || program.constants().holds(node)) continue;
    NodeIndex same = node;
    if (program.prologue().holds(node))
      same = node - program.prologue().begin + first.prologue().begin;
    const bool in_epilogue = program.epilogue().holds(node);
    if (in_epilogue) same = node - program.epilogue().begin + first.epilogue().begin;
    numbers.values[node] = uniform_[same];
    numbers.grads[node] = leads[node] || in_epilogue ? uniform_grads_[same] : T(0);
  }
  return numbers;
}

template class MutantExecutor<float>;
template class MutantExecutor<double>;

}  // namespace levelgrad::testing
