// SPDX-License-Identifier: MIT
#include "cuda/ptx.h"

#include <algorithm>
#include <array>
#include <set>
#include <sstream>

namespace levelgrad::testing {
namespace {

std::vector<std::string_view> split(std::string_view opcode) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t dot = opcode.find('.');
    parts.push_back(opcode.substr(0, dot));
    if (dot == std::string_view::npos) return parts;
    opcode.remove_prefix(dot + 1);
  }
}

template <std::size_t n>
bool has_any(const std::vector<std::string_view>& parts,
             const std::array<std::string_view, n>& names) {
  return std::find_first_of(parts.begin(), parts.end(), names.begin(), names.end()) != parts.end();
}

constexpr std::array<std::string_view, 9> floating = {"f16",   "f16x2", "bf16", "bf16x2", "f32",
                                                      "f32x2", "tf32",  "f64",  "f8x2"};
constexpr std::array<std::string_view, 3> inexact = {"approx", "full", "ftz"};
constexpr std::array<std::string_view, 3> directed = {"rz", "rm", "rp"};
constexpr std::array<std::string_view, 8> rounded = {"add", "sub", "mul", "fma",
                                                     "mad", "div", "rcp", "sqrt"};
constexpr std::array<std::string_view, 6> tables = {"rsqrt", "ex2", "lg2", "sin", "cos", "tanh"};
constexpr std::array<std::string_view, 3> atomics = {"atom", "red", "multimem"};

/// One line of a body, without its comment: "label:", or "@%p1 opcode operand, operand;".
Instruction read_instruction(std::string_view line) {
  std::istringstream words{std::string(line)};
  Instruction made;
  std::string word;
  words >> word;
  if (word.ends_with(':')) {
    made.label = word.substr(0, word.size() - 1);
    return made;
  }
  if (word.starts_with('@')) {
    made.conditional = true;
    words >> word;
  }
  if (word.empty() || word.starts_with('.') || word == "{" || word == "}") return made;
  made.opcode = word.substr(0, word.find(';'));
  if (made.opcode.starts_with("bra")) {
    words >> made.label;
    made.label = made.label.substr(0, made.label.find(';'));
  }
  return made;
}

/// "name" of ".visible .entry name(" and of ".func (.param .b64 result) name(".
std::string name_of(std::string_view line) {
  std::size_t start = line.find(".entry ");
  if (start == std::string_view::npos) start = line.find(".func ");
  line.remove_prefix(line.find(' ', start) + 1);
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  if (line.starts_with('(')) line.remove_prefix(std::min(line.find(") "), line.size() - 2) + 2);
  return std::string(line.substr(0, line.find('(')));
}

}  // namespace

std::string_view fault(std::string_view opcode) {
  const std::vector<std::string_view> parts = split(opcode);
  const std::vector<std::string_view> base = {parts.front()};
  if (!has_any(parts, floating)) return "";
  if (has_any(base, atomics)) return "an atomic on floating numbers has no order";
  if (has_any(parts, inexact)) return "approximates or flushes to zero";
  if (has_any(base, tables)) return "is no operation of IEEE-754";
  if (has_any(parts, directed)) return "does not round to nearest";
  if (has_any(base, rounded) && !has_any(parts, std::array<std::string_view, 1>{"rn"})) {
    return "does not say .rn, so that ptxas may contract it";
  }
  return "";
}

std::vector<Kernel> parse_ptx(std::string_view text) {
  std::vector<Kernel> kernels;
  std::istringstream lines{std::string(text)};
  bool in_body = false;
  for (std::string line; std::getline(lines, line);) {
    line = line.substr(0, line.find("//"));
    const bool starts =
        line.find(".entry ") != std::string::npos || line.find(".func ") != std::string::npos;
    if (starts) {
      kernels.push_back({name_of(line), {}, line.find(".entry ") != std::string::npos});
      in_body = false;
    } else if (line.starts_with('{')) {
      in_body = true;
    } else if (line.starts_with('}')) {
      in_body = false;
    } else if (in_body) {
      const Instruction read = read_instruction(line);
      if (!read.label.empty() || !read.opcode.empty()) kernels.back().instructions.push_back(read);
    }
  }
  return kernels;
}

std::vector<std::string> faults(const Kernel& kernel) {
  std::set<std::string> found;
  for (const Instruction& i : kernel.instructions) {
    if (const std::string_view why = fault(i.opcode); !why.empty()) {
      found.insert(i.opcode + ": " + std::string(why));
    }
  }
  return {found.begin(), found.end()};
}

std::optional<int> fma_on_longest_way(const Kernel& kernel) {
  const std::vector<Instruction>& all = kernel.instructions;
  std::vector<int> to_end(all.size() + 1, 0);
  for (std::size_t i = all.size(); i-- > 0;) {
    const Instruction& now = all[i];
    if (now.opcode.starts_with("call") || now.opcode.starts_with("brx")) return std::nullopt;
    if (now.opcode.starts_with("bra")) {
      std::size_t target = i + 1;
      while (target < all.size() && !(all[target].opcode.empty() && all[target].label == now.label))
        ++target;
      if (target == all.size()) return std::nullopt;  // backwards: a loop
      to_end[i] = now.conditional ? std::max(to_end[target], to_end[i + 1]) : to_end[target];
    } else if (now.opcode == "ret" && !now.conditional) {
      to_end[i] = 0;
    } else {
      const std::string_view base = split(now.opcode).front();
      const bool is_fma = (base == "fma" || base == "mad") && has_any(split(now.opcode), floating);
      to_end[i] = to_end[i + 1] + (is_fma ? 1 : 0);
    }
  }
  return to_end.front();
}

}  // namespace levelgrad::testing
