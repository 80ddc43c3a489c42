// SPDX-License-Identifier: MIT
//
// LaneCode: a Program's body as straight-line code for one lane, before it is text. What is
// computed in which order, where the code is cut, and which numbers outlive it.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <vector>

#include "levelgrad/schedule.h"

namespace levelgrad {

/// What the code is for.
struct LaneCodeNeeds {
  bool backward = true;
  bool input_grads = false;
  /// Numbers that one piece computes, at most: compilers take more than twice as long for twice as
  /// much, and a processor's instruction cache ends somewhere.
  std::size_t piece_size = 4000;
};

/// Where a number of a lane is kept in memory. A Factor names the number; One is not kept.
using LaneSlot = std::uint32_t;

/// A ParameterTile by slots: sum[r][c] += row[t][r] * column[t][c], for the lanes from the last to
/// the first and in each for all terms.
struct LaneFold {
  static constexpr LaneSlot one = std::numeric_limits<LaneSlot>::max();  ///< 1 instead of a slot
  static constexpr std::size_t column_block = 16;  ///< columns that are best taken together

  std::size_t term_count = 0, row_count = 0, column_count = 0;
  std::vector<LaneSlot> row, column;  ///< [term][row], [term][column]
  std::vector<std::uint32_t> sum;     ///< [row][column], Program::shared_index()
};

/// Borrows the Schedule.
///
/// cost   O(nodes * log(nodes)).
class LaneCode {
public:
  LaneCode(const Schedule& schedule, const LaneCodeNeeds& needs);

  [[nodiscard]] const Schedule& schedule() const { return *schedule_; }
  [[nodiscard]] const Program& program() const { return schedule_->program(); }
  [[nodiscard]] const LaneCodeNeeds& needs() const { return needs_; }

  /// The numbers that each piece computes, in this order. What a piece reads and has not computed
  /// was kept by one before it.
  [[nodiscard]] const std::vector<std::vector<Factor>>& pieces() const { return pieces_; }
  /// Where a number is kept; null where it is not.
  [[nodiscard]] const LaneSlot* slot(const Factor& number) const {
    const auto found = slots_.find(number);
    return found == slots_.end() ? nullptr : &found->second;
  }
  /// The factors of folds come first, those of a fold's columns side by side; then what pieces hand
  /// to each other.
  [[nodiscard]] std::size_t slot_count() const { return slot_count_; }
  [[nodiscard]] std::size_t factor_count() const { return factor_count_; }
  /// Without backward there are none.
  [[nodiscard]] const std::vector<LaneFold>& folds() const { return folds_; }

  /// Whether the grad is computed, rather than another node's taken for it, or not needed.
  [[nodiscard]] bool computes_grad(NodeIndex node) const;

private:
  void add_numbers(std::vector<Factor>& numbers) const;
  void place_factors();
  void cut(const std::vector<Factor>& numbers);

  const Schedule* schedule_;
  LaneCodeNeeds needs_;
  std::vector<std::vector<Factor>> pieces_;
  std::map<Factor, LaneSlot> slots_;
  std::size_t slot_count_ = 0, factor_count_ = 0;
  std::vector<LaneFold> folds_;
};

}  // namespace levelgrad
