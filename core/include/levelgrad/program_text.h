// SPDX-License-Identifier: MIT
//
// Programs as files: readable text that parses back, and a compact binary form.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "levelgrad/program.h"

namespace levelgrad {

/// A line for each node, with its source line as a comment:
///
///     levelgrad program 1
///     hash 52c3...
///     %0 = parameter "layers.0.weight[0][0]" 0.2355 ; nn.cpp:78
///     %3 = input "x[0]" ; main.cpp:12
///     %4 = constant 1.0
///     ; prologue
///     ; body
///     %5 = Mul %0 %3 ; nn.cpp:92
///     ; epilogue
///     %6 = Mean %5 ; main.cpp:14
///     output "loss" %6
///
/// Numbers have the fewest digits that read back as the same bits.
[[nodiscard]] std::string to_text(const Program& program);

/// Reads the text form. Comments and blank lines may be anywhere; source lines are kept where they
/// stand behind a node.
///
/// name     of the text, for messages.
/// errors   DataError with the line; ProgramError where the nodes break a rule; DataError where the
///          text has a hash and it is not that of the nodes.
[[nodiscard]] Program parse_program(std::string_view text, const std::string& name);

/// The stable binary form: little-endian, with version and hash.
[[nodiscard]] std::string to_binary(const Program& program);

/// Reads the binary form. Errors: DataError for what is cut short, too long, of another version or
/// damaged; ProgramError where the nodes break a rule.
[[nodiscard]] Program from_binary(std::string_view bytes, const std::string& name);

/// Reads whichever form the bytes have.
[[nodiscard]] Program read_program(std::string_view bytes, const std::string& name);

}  // namespace levelgrad
