// SPDX-License-Identifier: MIT
//
// A Program's body as C++ for this processor: one vector of lanes for each number, then the folds
// of the parameters.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "levelgrad/lane_code.h"

namespace levelgrad {

/// What the code is made for; none of it has an effect on bits.
struct NativeTarget {
  bool f64 = true;
  std::size_t vector_bytes = 64;  ///< of the processor's registers: 16, 32 or 64
  std::size_t registers = 32;     ///< how many it has
  std::size_t sub_block = 64;     ///< lanes that lie side by side in memory: 16, 32, 64 or 128
};

/// The text, and where what it works on lies. A frame is an array of rows of sub_block numbers,
/// aligned to vector_bytes.
///
/// The text has three functions with C linkage; Number is double or float:
///
///   void levelgrad_run(Number* frame, const Number* p, const Number* seeds, size_t width)
///     Computes all numbers of the first width lanes, a multiple of 16, whose inputs are in the
///     frame. p [shared_count], seeds [join].
///   void levelgrad_turn(Number* frame, size_t width)
///     Behind run: lays the columns of folds side by side.
///   void levelgrad_fold(const Number* frame, size_t first, size_t last, Number* sums)
///     Behind turn: carries the folds on over the lanes from last - 1 to first. sums
///     [sum_of.size()]
struct NativeCode {
  static constexpr std::uint32_t unused = std::numeric_limits<std::uint32_t>::max();

  std::string text;
  /// Whether it has levelgrad_prologue_forward and the three others of uniform_text.h, too.
  bool has_uniform_part = false;
  std::size_t input = 0, joined = 0, output = 0, input_grad = 0;  ///< first row of each
  std::size_t rows = 0;                                           ///< of a frame
  /// [place in sums], whose fold it is: Program::shared_index(), or unused. Blocks of 16 are
  /// aligned.
  std::vector<std::uint32_t> sum_of;
};

[[nodiscard]] NativeCode native_code(const LaneCode& code, const NativeTarget& target);

/// The freestanding headers one behind the other, without their #include lines.
[[nodiscard]] std::string op_headers_text();

}  // namespace levelgrad
