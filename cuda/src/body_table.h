// SPDX-License-Identifier: MIT
//
// A Program's body as tables: what to run for a lane, worked out once.
#pragma once

#include <vector>

#include "level_tables.h"
#include "levelgrad/storage.h"
#include "uniform_layout.h"

namespace levelgrad::cuda {

struct BodyTable {
  ForwardTable forward;
  std::vector<std::size_t> backward_levels;  ///< [level of backward], which of the Schedule's
  BackwardTable backward;                    ///< its terms and rests are those of the folds too
  std::vector<Gather> folds;                 ///< [folded node]; result: which fold
  std::vector<Ref> input;                    ///< [input], slot or no_slot
  std::vector<Ref> input_grad;               ///< [input], slot or no_slot
  std::vector<Ref> joined;                   ///< [join], slot of what it reads
  std::vector<Ref> output;                   ///< [output], slot; no_slot for a uniform one
  std::vector<Ref> value, grad;              ///< [node], slot or no_slot
  std::size_t slot_count = 0;
};

/// program   which of the loaded Programs it is.
[[nodiscard]] BodyTable make_body_table(const Schedule& schedule, std::size_t program,
                                        const UniformLayout& layout, const StorageNeeds& needs);

}  // namespace levelgrad::cuda
