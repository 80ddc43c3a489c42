// SPDX-License-Identifier: MIT
//
// What the PTX gate reads in PTX: the lines that a contract of bits cannot have, and how many fma a
// kernel executes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace levelgrad::testing {

/// Why an instruction may give other bits than the host: "not rounded to nearest" and so on; "" for
/// one that may not. Takes the opcode, such as "add.rn.f64".
///
/// add, sub, mul, fma, mad, div, rcp, sqrt of floating numbers must say .rn: without it ptxas may
/// contract them, or they are approximations. Nothing may be .approx, .full, .ftz or rounded in
/// another direction, and no floating atomic is in order.
std::string_view fault(std::string_view opcode);

struct Instruction {
  std::string label;   // a jump's target, or what stands before the instruction
  std::string opcode;  // "" for a label alone
  bool conditional = false;
};

struct Kernel {
  std::string name;
  std::vector<Instruction> instructions;
  bool entry = false;  // what the host can launch; else a function that is called
};

/// The kernels and functions of a PTX text as nvcc and NVRTC write it: an instruction per line.
std::vector<Kernel> parse_ptx(std::string_view text);

/// The faults of a kernel, "opcode: why", each once.
std::vector<std::string> faults(const Kernel& kernel);

/// The most fma on any way through the kernel; nothing where that cannot be told: there is a loop,
/// a call or a computed jump.
std::optional<int> fma_on_longest_way(const Kernel& kernel);

}  // namespace levelgrad::testing
