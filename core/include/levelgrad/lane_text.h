// SPDX-License-Identifier: MIT
//
// LaneCode as C++: one text for every compiler and every kind of lane.
#pragma once

#include <string>

#include "levelgrad/lane_code.h"

namespace levelgrad {

/// A function template `piece_0(lane)`, `piece_1(lane)`, ... for each piece. Every node is a call
/// of its op's own value() or da(), db(), dc(), with the user's line as a comment.
///
/// What the text needs around it, in namespace levelgrad: ops.h; the macro LG_PIECE for what stands
/// before a piece's void; value<O>(a, b, c) and da<O>(g, a, b, c, y), db, dc alike, for the lane's
/// numbers (a second operand may be a plain number); and a type of lanes with
///
///   number(x)                              a plain number, as every lane has it
///   input(k), p(i), seed(j)                input k; uniform number i by Program::shared_index();
///                                          the grad of join j's sum
///   p_back(i)                              the same number for the backward pass: from another
///                                          copy, or compilers keep all of them in registers
///   keep(slot, number), kept(slot)         memory of the lane
///   join(j, number), output(k, number)     results: what join j reads; output k
///   input_grad(k, number)
///
/// Behind them all_pieces(lane), which calls them all, and value_pieces(lane), which stops where
/// no values follow. A lane whose keep() does nothing can go through the latter alone if there is
/// one piece: compilers leave out what nobody reads.
[[nodiscard]] std::string lane_text(const LaneCode& code);

}  // namespace levelgrad
