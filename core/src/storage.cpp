// SPDX-License-Identifier: MIT
#include "levelgrad/storage.h"

#include <algorithm>
#include <queue>

namespace levelgrad {
namespace {

/// Points in time: inputs are there at 0, body nodes follow, then outputs and joins are read, the
/// body runs backward, the grads of inputs are made, and at last parameters are folded.
class Clock {
public:
  Clock(const Program& program, RunOrder order) : program_(program), order_(order) {
    for (NodeIndex n = program.body().begin; n < program.body().end; ++n) {
      last_ = std::max(last_, forward(n));
    }
  }
  [[nodiscard]] int forward(NodeIndex node) const {
    if (program_.inputs().holds(node)) return 0;
    return order_ == RunOrder::ByLevel ? program_.level(node)
                                       : static_cast<int>(node - program_.body().begin) + 1;
  }
  [[nodiscard]] int outputs() const { return last_ + 1; }
  [[nodiscard]] int backward(NodeIndex node) const { return 2 * last_ + 2 - forward(node); }
  [[nodiscard]] int folds() const { return 2 * last_ + 3; }

private:
  const Program& program_;
  RunOrder order_;
  int last_ = 0;
};

struct Life {
  int* slot;
  int begin, end;
};

class Allocator {
public:
  Allocator(const Schedule& schedule, const StorageNeeds& needs, RunOrder order)
      : schedule_(schedule),
        program_(schedule.program()),
        needs_(needs),
        clock_(program_, order),
        value_end_(program_.node_count(), unused),
        grad_end_(program_.node_count(), unused) {}

  Storage run() {
    find_forward_uses();
    if (needs_.backward) find_backward_uses();
    storage_.value_slot.assign(program_.node_count(), Storage::none);
    storage_.grad_slot.assign(program_.node_count(), Storage::none);
    std::vector<Life> lives;
    const int end = clock_.folds();
    for (const NodeRange& part : {program_.inputs(), program_.body()}) {
      for (NodeIndex n = part.begin; n < part.end; ++n) {
        if (value_end_[n] > clock_.outputs()) ++storage_.kept_count;
        if (value_end_[n] != unused) {
          lives.push_back({&storage_.value_slot[n], clock_.forward(n),
                           needs_.everything ? end : value_end_[n]});
        }
        if (grad_end_[n] != unused) {
          lives.push_back(
              {&storage_.grad_slot[n], clock_.backward(n), needs_.everything ? end : grad_end_[n]});
        }
      }
    }
    assign(std::move(lives));
    for (NodeIndex n = 0; n < program_.node_count(); ++n) {
      storage_.grad_slot[n] = storage_.grad_slot[schedule_.grad_source(n)];
    }
    return std::move(storage_);
  }

private:
  static constexpr int unused = -1;

  [[nodiscard]] bool grad_needed(NodeIndex node) const {
    return needs_.everything || schedule_.leads_to_parameter(node) ||
           (needs_.input_grads && schedule_.leads_to_input(node));
  }

  void use_value(NodeIndex node, int time) {
    if (program_.varying(node)) value_end_[node] = std::max(value_end_[node], time);
  }
  void use_grad(NodeIndex node, int time) {
    int& end = grad_end_[schedule_.grad_source(node)];
    end = std::max(end, time);
  }

  /// A node whose value nobody reads still needs a place to be written to: its end is its begin.
  void find_forward_uses() {
    const NodeRange body = program_.body(), inputs = program_.inputs();
    for (NodeIndex n = body.begin; n < body.end; ++n) {
      use_value(n, clock_.forward(n));
      for (const NodeIndex operand : program_.operands(n)) use_value(operand, clock_.forward(n));
    }
    if (needs_.everything) {
      for (NodeIndex n = inputs.begin; n < inputs.end; ++n) use_value(n, 0);
    }
    for (NodeIndex n = program_.epilogue().begin; n < program_.epilogue().end; ++n) {
      if (program_.joins(n)) use_value(program_.operands(n)[0], clock_.outputs());
    }
    for (const auto& output : program_.outputs()) use_value(output.node, clock_.outputs());
  }

  /// What the contribution is computed from must last until then.
  void use_contribution(const Consumer& consumer, int time) {
    const Derivative d = info(program_.op(consumer.node)).derivative[consumer.operand];
    use_grad(consumer.node, time);
    if (d.reads_result) use_value(consumer.node, time);
    const std::span<const NodeIndex> operands = program_.operands(consumer.node);
    for (std::size_t k = 0; k < operands.size(); ++k) {
      if (d.reads_operand[k]) use_value(operands[k], time);
    }
  }

  void find_backward_uses() {
    const NodeRange body = program_.body(), inputs = program_.inputs();
    const auto gather = [&](NodeIndex n) {
      if (!grad_needed(n)) return;
      use_grad(n, clock_.backward(n));
      if (schedule_.grad_source(n) != n) return;
      for (const Consumer& consumer : schedule_.consumers(n)) {
        if (body.holds(consumer.node)) use_contribution(consumer, clock_.backward(n));
      }
    };
    for (NodeIndex n = body.begin; n < body.end; ++n) gather(n);
    if (needs_.input_grads || needs_.everything) {
      for (NodeIndex n = inputs.begin; n < inputs.end; ++n) {
        gather(n);
        use_grad(n, clock_.folds());  // read when all is done
      }
    }
    for (const ParameterTile& tile : schedule_.tiles()) {
      for (const std::vector<Factor>& factors : {tile.row, tile.column}) {
        for (const Factor& factor : factors) use_factor(factor);
      }
    }
  }

  void use_factor(const Factor& factor) {
    switch (factor.kind) {
      case Factor::Kind::One:
        return;
      case Factor::Kind::NodeValue:
        return use_value(factor.node, clock_.folds());
      case Factor::Kind::NodeGrad:
        return use_grad(factor.node, clock_.folds());
      case Factor::Kind::Contribution:
        return use_contribution({factor.node, factor.operand}, clock_.folds());
    }
  }

  /// Linear scan: a slot is free for lives that begin after its last use.
  void assign(std::vector<Life> lives) {
    std::ranges::stable_sort(lives, {}, &Life::begin);
    const auto later = [](const Life& a, const Life& b) { return a.end > b.end; };
    std::priority_queue<Life, std::vector<Life>, decltype(later)> active(later);
    std::priority_queue<int, std::vector<int>, std::greater<>> idle;
    for (const Life& life : lives) {
      while (!active.empty() && active.top().end < life.begin) {
        idle.push(*active.top().slot);
        active.pop();
      }
      if (idle.empty()) {
        *life.slot = storage_.slot_count++;
      } else {
        *life.slot = idle.top();
        idle.pop();
      }
      active.push(life);
    }
  }

  const Schedule& schedule_;
  const Program& program_;
  StorageNeeds needs_;
  Clock clock_;
  std::vector<int> value_end_, grad_end_;  // [node], the last use
  Storage storage_;
};

}  // namespace

Storage allocate(const Schedule& schedule, const StorageNeeds& needs, RunOrder order) {
  return Allocator(schedule, needs, order).run();
}

}  // namespace levelgrad
