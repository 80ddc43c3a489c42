// SPDX-License-Identifier: MIT
#include "levelgrad/lane_code.h"

#include <algorithm>
#include <queue>

namespace levelgrad {
namespace {

using Kind = Factor::Kind;

/// What an op's contribution reads, of numbers that differ from lane to lane.
template <class F>
void for_each_read_of(const Schedule& schedule, const Consumer& consumer, const F& f) {
  const Program& program = schedule.program();
  const Derivative d = info(program.op(consumer.node)).derivative[consumer.operand];
  f(Factor{Kind::NodeGrad, 0, schedule.grad_source(consumer.node)});
  const std::span<const NodeIndex> operands = program.operands(consumer.node);
  for (std::size_t k = 0; k < operands.size(); ++k) {
    if (d.reads_operand[k] && program.varying(operands[k])) {
      f(Factor{Kind::NodeValue, 0, operands[k]});
    }
  }
  if (d.reads_result) f(Factor{Kind::NodeValue, 0, consumer.node});
}

/// Calls f(Factor) for each number of the lane that the computing of a number reads: not for joins'
/// seeds and uniform numbers.
template <class F>
void for_each_read(const Schedule& schedule, const Factor& number, const F& f) {
  const Program& program = schedule.program();
  switch (number.kind) {
    case Kind::One:
      return;
    case Kind::NodeValue:
      for (const NodeIndex operand : program.operands(number.node)) {
        if (program.varying(operand)) f(Factor{Kind::NodeValue, 0, operand});
      }
      return;
    case Kind::NodeGrad:
      for (const Consumer& consumer : schedule.consumers(number.node)) {
        if (!program.joins(consumer.node)) for_each_read_of(schedule, consumer, f);
      }
      return;
    case Kind::Contribution:
      return for_each_read_of(schedule, {number.node, number.operand}, f);
  }
}

/// The tile with rows for columns: the products are the same.
ParameterTile turned(const ParameterTile& tile) {
  ParameterTile result{tile.term_count, tile.column_count, tile.row_count,
                       tile.column,     tile.row,          {}};
  for (std::size_t r = 0; r < result.row_count; ++r) {
    for (std::size_t c = 0; c < result.column_count; ++c) {
      result.node.push_back(tile.node[c * tile.column_count + r]);
    }
  }
  return result;
}

/// Columns are taken by blocks of this many, and cost some rows' work to be laid side by side.
constexpr std::size_t column_block = LaneFold::column_block, column_cost = 4;

ParameterTile best_way_round(const ParameterTile& tile) {
  const auto cost = [](std::size_t rows, std::size_t columns) {
    return (columns + column_block - 1) / column_block * (rows + column_cost);
  };
  const bool turn =
      cost(tile.column_count, tile.row_count) < cost(tile.row_count, tile.column_count);
  return turn ? turned(tile) : tile;
}

/// The columns of a tile, each of them chosen or not.
ParameterTile columns_of(const ParameterTile& tile, const std::vector<bool>& chosen) {
  ParameterTile result{tile.term_count, tile.row_count, 0, tile.row, {}, {}};
  const auto copy = [&](const auto& from, auto& to) {
    for (std::size_t i = 0; i < from.size(); ++i) {
      if (chosen[i % tile.column_count]) to.push_back(from[i]);
    }
  };
  copy(tile.column, result.column);
  copy(tile.node, result.node);
  result.column_count = static_cast<std::size_t>(std::ranges::count(chosen, true));
  return result;
}

/// A column of ones makes a row of ones for what was the rows, so that no 1 is loaded.
std::vector<ParameterTile> without_columns_of_ones(const ParameterTile& tile) {
  std::vector<bool> ones(tile.column_count, true);
  for (std::size_t i = 0; i < tile.column.size(); ++i) {
    if (tile.column[i].kind != Kind::One) ones[i % tile.column_count] = false;
  }
  std::vector<bool> others = ones;
  others.flip();
  std::vector<ParameterTile> result;
  if (std::ranges::count(others, true) > 0) result.push_back(columns_of(tile, others));
  if (std::ranges::count(ones, true) > 0) result.push_back(turned(columns_of(tile, ones)));
  return result;
}

/// Which slots are free at which time: the lowest that nobody needs any more.
class SlotPool {
public:
  explicit SlotPool(LaneSlot first) : next_(first) {}
  LaneSlot take(std::size_t now, std::size_t until) {
    while (!busy_.empty() && busy_.top().first < now) {
      idle_.push(busy_.top().second);
      busy_.pop();
    }
    const LaneSlot slot = idle_.empty() ? next_++ : idle_.top();
    if (!idle_.empty() && slot == idle_.top()) idle_.pop();
    busy_.push({until, slot});
    return slot;
  }
  [[nodiscard]] LaneSlot end() const { return next_; }

private:
  using Busy = std::pair<std::size_t, LaneSlot>;  // until, slot
  std::priority_queue<Busy, std::vector<Busy>, std::greater<>> busy_;
  std::priority_queue<LaneSlot, std::vector<LaneSlot>, std::greater<>> idle_;
  LaneSlot next_;
};

}  // namespace

LaneCode::LaneCode(const Schedule& schedule, const LaneCodeNeeds& needs)
    : schedule_(&schedule), needs_(needs) {
  if (needs_.backward) place_factors();
  std::vector<Factor> numbers;
  add_numbers(numbers);
  cut(numbers);
}

bool LaneCode::computes_grad(NodeIndex node) const {
  const bool wanted = schedule_->leads_to_parameter(node) ||
                      (needs_.input_grads && schedule_->leads_to_input(node));
  return needs_.backward && wanted && program().under_root(node) &&
         schedule_->grad_source(node) == node;
}

/// Inputs, values in canonical order, then grads in reverse; what a fold takes as a contribution is
/// computed when the consumer's grad is there.
void LaneCode::add_numbers(std::vector<Factor>& numbers) const {
  const NodeRange inputs = program().inputs(), body = program().body();
  for (NodeIndex n = inputs.begin; n < inputs.end; ++n) numbers.push_back({Kind::NodeValue, 0, n});
  for (NodeIndex n = body.begin; n < body.end; ++n) numbers.push_back({Kind::NodeValue, 0, n});
  if (!needs_.backward) return;
  for (NodeIndex n = body.end; n-- > body.begin;) {
    if (computes_grad(n)) numbers.push_back({Kind::NodeGrad, 0, n});
    for (std::uint8_t k = 0; k < 3; ++k) {
      const Factor computed = {Kind::Contribution, k, n};
      if (slot(computed) != nullptr) numbers.push_back(computed);
    }
  }
  if (!needs_.input_grads) return;
  for (NodeIndex n = inputs.end; n-- > inputs.begin;) {
    if (computes_grad(n)) numbers.push_back({Kind::NodeGrad, 0, n});
  }
}

/// A slot for every factor, and the tiles by slots.
void LaneCode::place_factors() {
  const auto slots_of = [&](const std::vector<Factor>& factors) {
    std::vector<LaneSlot> slots;
    for (const Factor& factor : factors) {
      const auto next = static_cast<LaneSlot>(slots_.size());
      slots.push_back(factor.kind == Kind::One ? LaneFold::one
                                               : slots_.emplace(factor, next).first->second);
    }
    return slots;
  };
  for (const ParameterTile& each : schedule_->tiles()) {
    for (const ParameterTile& tile : without_columns_of_ones(best_way_round(each))) {
      LaneFold fold{tile.term_count, tile.row_count, tile.column_count, {}, {}, {}};
      fold.column = slots_of(tile.column);
      fold.row = slots_of(tile.row);
      for (const NodeIndex node : tile.node) {
        fold.sum.push_back(static_cast<std::uint32_t>(program().shared_index(node)));
      }
      folds_.push_back(std::move(fold));
    }
  }
  factor_count_ = slots_.size();
}

/// Cuts the numbers into pieces, and gives slots to those that a later piece reads.
void LaneCode::cut(const std::vector<Factor>& numbers) {
  const std::size_t piece_count =
      std::max<std::size_t>(1, (numbers.size() + needs_.piece_size - 1) / needs_.piece_size);
  const std::size_t each = (numbers.size() + piece_count - 1) / piece_count;
  std::map<Factor, std::size_t> made_in;
  std::map<Factor, std::size_t> last_use;
  pieces_.resize(piece_count);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const std::size_t piece = i / each;
    pieces_[piece].push_back(numbers[i]);
    made_in.emplace(numbers[i], piece);
    for_each_read(*schedule_, numbers[i], [&](const Factor& read) {
      if (made_in.at(read) != piece) last_use[read] = piece;
    });
  }
  SlotPool pool(static_cast<LaneSlot>(factor_count_));
  for (std::size_t piece = 0; piece < piece_count; ++piece) {
    for (const Factor& number : pieces_[piece]) {
      const auto use = last_use.find(number);
      if (use == last_use.end() || slots_.contains(number)) continue;
      slots_.emplace(number, pool.take(piece, use->second));
    }
  }
  slot_count_ = pool.end();
}

}  // namespace levelgrad
