// SPDX-License-Identifier: MIT
#include "lane_plan.h"

#include <algorithm>
#include <map>

#include "levelgrad/error.h"

namespace levelgrad::host {
namespace {

template <class T>
class Planner {
public:
  Planner(const Schedule& schedule, const StorageNeeds& needs, const LaneKernels<T>& kernels,
          std::size_t sub_block)
      : schedule_(schedule),
        program_(schedule.program()),
        needs_(needs),
        kernels_(kernels),
        storage_(allocate(schedule, needs)),
        joins_(program_.joins()) {
    plan_.sub_block = sub_block;
    next_slot_ = static_cast<std::size_t>(storage_.slot_count);
  }

  LanePlan<T> run() {
    for (NodeIndex n = 0; n < program_.node_count(); ++n) {
      plan_.value.push_back(offset_of(storage_.value_slot[n]));
      plan_.grad.push_back(offset_of(storage_.grad_slot[n]));
    }
    const NodeRange inputs = program_.inputs();
    for (NodeIndex n = inputs.begin; n < inputs.end; ++n) plan_.input.push_back(plan_.value[n]);
    for (const NodeIndex join : joins_) {
      plan_.joined.push_back(plan_.value[program_.operands(join)[0]]);
    }
    for (const auto& output : program_.outputs()) {
      plan_.output.push_back(program_.varying(output.node) ? plan_.value[output.node] : none);
    }
    for (NodeIndex n = program_.body().begin; n < program_.body().end; ++n) add_forward(n);
    if (needs_.backward) {
      for (NodeIndex n = program_.body().end; n-- > program_.body().begin;) add_backward(n);
      for (NodeIndex n = inputs.end; n-- > inputs.begin;) add_backward(n);
      for (NodeIndex n = inputs.begin; n < inputs.end; ++n) {
        plan_.input_grad.push_back(needs_.input_grads ? plan_.grad[n] : none);
      }
      for (const ParameterTile& tile : schedule_.tiles()) add_tile(tile);
      place_computed_lanes();
    }
    plan_.lanes_size = next_slot_ * plan_.sub_block;
    if (plan_.lanes_size >= none) {
      throw MemoryError("a Program with too many numbers alive at once for the host executor");
    }
    return std::move(plan_);
  }

private:
  static constexpr std::uint32_t none = LanePlan<T>::none;
  /// A term that is turned takes 8 or 16 KiB of a worker's memory: a parameter that a deep graph
  /// reads at every step must not take more than the graph's own numbers.
  static constexpr std::size_t most_turned_terms = 256;
  using Lanes = typename LanePlan<T>::Lanes;

  [[nodiscard]] std::uint32_t offset_of(int slot) const {
    return slot == Storage::none ? none : offset_of_slot(static_cast<std::size_t>(slot));
  }
  [[nodiscard]] std::uint32_t offset_of_slot(std::size_t slot) const {
    return static_cast<std::uint32_t>(slot * plan_.sub_block);
  }

  /// The offset of a uniform number's lanes, which are filled once for all sub-blocks.
  std::uint32_t splat(NodeIndex node) {
    const auto [known, fresh] = splats_.emplace(node, 0);
    if (fresh) {
      known->second = offset_of_slot(next_slot_++);
      plan_.splats.push_back({known->second, node});
    }
    return known->second;
  }

  /// Which operands are uniform.
  [[nodiscard]] unsigned uniform_mask(NodeIndex node) const {
    unsigned mask = 0;
    const std::span<const NodeIndex> operands = program_.operands(node);
    for (unsigned k = 0; k < operands.size(); ++k) {
      if (!program_.varying(operands[k])) mask |= 1U << k;
    }
    return mask;
  }
  /// Where the operand is found by a kernel of this mask.
  std::uint32_t source(NodeIndex operand, bool uniform_by_mask) {
    if (program_.varying(operand)) return plan_.value[operand];
    return uniform_by_mask ? operand : splat(operand);
  }

  void add_forward(NodeIndex node) {
    const auto& by_mask = kernels_.forward[static_cast<std::size_t>(program_.op(node))];
    unsigned mask = uniform_mask(node);
    if (by_mask[mask] == nullptr) mask = 0;
    const ForwardKernel<T> kernel = by_mask[mask];
    LaneStep step{plan_.value[node], {}};
    const std::span<const NodeIndex> operands = program_.operands(node);
    for (unsigned k = 0; k < operands.size(); ++k) {
      step.operand[k] = source(operands[k], (mask >> k & 1U) != 0);
    }
    if (plan_.forward.empty() || plan_.forward.back().kernel != kernel) {
      plan_.forward.push_back({kernel, static_cast<std::uint32_t>(plan_.steps.size()), 0});
    }
    ++plan_.forward.back().count;
    plan_.steps.push_back(step);
  }

  struct Contribution {
    BackwardKernel<T> kernel;
    LaneTerm term;
  };
  Contribution contribution(const Consumer& consumer) {
    const Op op = program_.op(consumer.node);
    const Derivative d = info(op).derivative[consumer.operand];
    const auto& by_mask = kernels_.backward[static_cast<std::size_t>(op)][consumer.operand];
    unsigned mask = uniform_mask(consumer.node);
    if (by_mask[mask] == nullptr) mask = 0;
    LaneTerm term{plan_.grad[consumer.node], {}, d.reads_result ? plan_.value[consumer.node] : 0};
    const std::span<const NodeIndex> operands = program_.operands(consumer.node);
    for (unsigned k = 0; k < operands.size(); ++k) {
      if (d.reads_operand[k]) term.operand[k] = source(operands[k], (mask >> k & 1U) != 0);
    }
    return {by_mask[mask], term};
  }

  void add_backward(NodeIndex node) {
    if (plan_.grad[node] == none || schedule_.grad_source(node) != node) return;
    auto start = static_cast<std::uint32_t>(plan_.starts.size());
    plan_.starts.emplace_back();
    const std::uint32_t sum = plan_.grad[node];
    const auto add_call = [&](BackwardKernel<T> kernel) {
      plan_.backward.push_back(
          {kernel, sum, start, static_cast<std::uint32_t>(plan_.terms.size()), 0});
      start = none;
    };
    for (const Consumer& consumer : schedule_.consumers(node)) {
      if (program_.joins(consumer.node)) {
        const auto join = std::ranges::find(joins_, consumer.node) - joins_.begin();
        plan_.starts.back().joins.push_back(static_cast<std::uint32_t>(join));
        continue;
      }
      const Contribution made = contribution(consumer);
      if (start != none || plan_.backward.back().kernel != made.kernel) add_call(made.kernel);
      plan_.terms.push_back(made.term);
      ++plan_.backward.back().count;
    }
    if (start != none) add_call(nullptr);
  }

  Lanes lanes_of(const Factor& factor) {
    switch (factor.kind) {
      case Factor::Kind::One:
        if (plan_.ones == none) plan_.ones = offset_of_slot(next_slot_++);
        return {plan_.ones, nullptr, {}};
      case Factor::Kind::NodeValue:
        return {plan_.value[factor.node], nullptr, {}};
      case Factor::Kind::NodeGrad:
        return {plan_.grad[factor.node], nullptr, {}};
      case Factor::Kind::Contribution:
        break;
    }
    const Contribution made = contribution({factor.node, factor.operand});
    return {none, made.kernel, made.term};
  }

  /// Cuts a tile into folds. What is left of the columns becomes rows, where that is longer.
  void add_tile(const ParameterTile& tile) {
    const std::size_t whole = tile.column_count / fold_columns * fold_columns;
    for (std::size_t c = 0; c < whole; c += fold_columns) {
      add_fold(tile, {c, c + fold_columns}, {0, tile.row_count}, false);
    }
    if (whole == tile.column_count) return;
    const Part rest{whole, tile.column_count};
    if (rest.size() >= tile.row_count) {
      add_fold(tile, rest, {0, tile.row_count}, false);
      return;
    }
    for (std::size_t r = 0; r < tile.row_count; r += fold_columns) {
      add_fold(tile, rest, {r, std::min(r + fold_columns, tile.row_count)}, true);
    }
  }

  struct Part {
    std::size_t begin, end;
    [[nodiscard]] std::size_t size() const { return end - begin; }
  };
  void add_fold(const ParameterTile& tile, Part columns, Part rows, bool swapped) {
    typename LanePlan<T>::Fold fold;
    fold.term_count = tile.term_count;
    for (std::size_t t = 0; t < tile.term_count; ++t) {
      for (std::size_t r = rows.begin; r < rows.end; ++r) {
        (swapped ? fold.column : fold.row).push_back(lanes_of(tile.row_factor(t, r)));
      }
      for (std::size_t c = columns.begin; c < columns.end; ++c) {
        (swapped ? fold.row : fold.column).push_back(lanes_of(tile.column_factor(t, c)));
      }
    }
    const Part& outer = swapped ? columns : rows;
    const Part& inner = swapped ? rows : columns;
    for (std::size_t i = outer.begin; i < outer.end; ++i) {
      for (std::size_t k = inner.begin; k < inner.end; ++k) {
        const std::size_t r = swapped ? k : i, c = swapped ? i : k;
        const NodeIndex node = tile.node[r * tile.column_count + c];
        fold.sum.push_back(static_cast<std::uint32_t>(program_.shared_index(node)));
      }
    }
    fold.row_count = outer.size();
    fold.column_count = inner.size();
    // Each computed number of a fold has a slot; the next fold uses the slots again.
    std::size_t computed = 0;
    for (std::vector<Lanes>* factors : {&fold.row, &fold.column}) {
      for (Lanes& lanes : *factors) {
        if (lanes.kernel != nullptr) lanes.offset = static_cast<std::uint32_t>(computed++);
      }
    }
    most_computed_ = std::max(most_computed_, computed);
    plan_.most_row_numbers = std::max(plan_.most_row_numbers, fold.row.size());
    plan_.most_rows = std::max(plan_.most_rows, fold.row_count);
    fold.turned = fold.term_count <= most_turned_terms;
    if (fold.turned) {
      plan_.most_turned_terms = std::max(plan_.most_turned_terms, fold.term_count);
    } else {
      plan_.most_column_numbers = std::max(plan_.most_column_numbers, fold.column.size());
    }
    plan_.folds.push_back(std::move(fold));
  }

  void place_computed_lanes() {
    const std::size_t first = next_slot_;
    next_slot_ += most_computed_;
    for (typename LanePlan<T>::Fold& fold : plan_.folds) {
      for (std::vector<Lanes>* factors : {&fold.row, &fold.column}) {
        for (Lanes& lanes : *factors) {
          if (lanes.kernel != nullptr) lanes.offset = offset_of_slot(first + lanes.offset);
        }
      }
    }
  }

  const Schedule& schedule_;
  const Program& program_;
  StorageNeeds needs_;
  const LaneKernels<T>& kernels_;
  Storage storage_;
  const std::vector<NodeIndex>& joins_;
  std::size_t next_slot_ = 0;
  std::size_t most_computed_ = 0;
  std::map<NodeIndex, std::uint32_t> splats_;
  LanePlan<T> plan_;
};

}  // namespace

template <class T>
LanePlan<T> make_lane_plan(const Schedule& schedule, const StorageNeeds& needs,
                           const LaneKernels<T>& kernels, std::size_t sub_block) {
  return Planner<T>(schedule, needs, kernels, sub_block).run();
}

template LanePlan<double> make_lane_plan(const Schedule&, const StorageNeeds&,
                                         const LaneKernels<double>&, std::size_t);
template LanePlan<float> make_lane_plan(const Schedule&, const StorageNeeds&,
                                        const LaneKernels<float>&, std::size_t);

}  // namespace levelgrad::host
