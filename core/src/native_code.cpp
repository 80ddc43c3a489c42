// SPDX-License-Identifier: MIT
#include "levelgrad/native_code.h"

#include <string_view>
#include <utility>

#include "embedded.h"
#include "levelgrad/lane_text.h"
#include "levelgrad/op_headers.h"
#include "levelgrad/uniform_text.h"
#include "native_folds.h"
#include "native_parts.h"

namespace levelgrad {

std::string detail::constant(const char* name, std::size_t number) {
  return std::string("constexpr std::size_t ") + name + " = " + std::to_string(number) + ";\n";
}

namespace {

constexpr std::string_view entry_points =
    R"(extern "C" void levelgrad_run(levelgrad::Number* frame, const levelgrad::Number* p,
                              const levelgrad::Number* seeds, std::size_t width) {
  for (std::size_t l = 0; l < width; l += levelgrad::lane_count) {
    levelgrad::NativeLane lane = {frame + l, p, seeds};
    levelgrad::all_pieces(lane);
  }
}

extern "C" void levelgrad_turn(levelgrad::Number* frame, std::size_t width) {
  levelgrad::turn_columns(frame, width);
}

extern "C" void levelgrad_fold(const levelgrad::Number* frame, std::size_t first, std::size_t last,
                               levelgrad::Number* sums) {
  levelgrad::fold_lanes(frame, first, last, sums);
}
)";

constexpr std::string_view uniform_entry_points =
    R"(
extern "C" void levelgrad_prologue_forward(levelgrad::Number* u) {
  levelgrad::prologue_forward(u);
}
extern "C" void levelgrad_epilogue_forward(levelgrad::Number* u, const levelgrad::Number* sums,
                                           levelgrad::Number weight) {
  levelgrad::epilogue_forward(u, sums, weight);
}
extern "C" void levelgrad_epilogue_backward(const levelgrad::Number* u, levelgrad::Number* d,
                                            levelgrad::Number weight, levelgrad::Number* seeds) {
  levelgrad::epilogue_backward(u, d, weight, seeds);
}
extern "C" void levelgrad_prologue_backward(const levelgrad::Number* u, levelgrad::Number* d) {
  levelgrad::prologue_backward(u, d);
}
)";

}  // namespace

std::string op_headers_text() {
  std::string text;
  for (const OpHeader& header : op_headers()) {
    std::string_view rest = header.text;
    while (!rest.empty()) {
      const std::string_view line = rest.substr(0, rest.find('\n') + 1);
      rest.remove_prefix(line.size());
      if (!line.starts_with("#include") && !line.starts_with("#pragma once")) text += line;
    }
  }
  return text;
}

detail::NativeParts detail::native_parts(const LaneCode& code, const NativeTarget& target) {
  const Program& program = code.program();
  NativeFolds folds = native_folds(code, target);
  NativeParts parts;
  NativeCode& layout = parts.layout;
  layout.sum_of = std::move(folds.sum_of);
  layout.input = code.slot_count();
  layout.joined = layout.input + program.input_count();
  layout.output = layout.joined + program.joins().size();
  layout.input_grad = layout.output + program.outputs().size();
  const std::size_t turned = layout.input_grad + program.input_count();
  layout.rows = turned + folds.turned_rows;
  parts.constants = constant("input_row", layout.input) + constant("joined_row", layout.joined) +
                    constant("output_row", layout.output) +
                    constant("input_grad_row", layout.input_grad) + constant("turned_row", turned);
  parts.graph = lane_text(code) + "\n" + folds.text;
  return parts;
}

NativeCode native_code(const LaneCode& code, const NativeTarget& target) {
  detail::NativeParts parts = detail::native_parts(code, target);
  NativeCode result = std::move(parts.layout);
  std::string& text = result.text;
  text = "#include <cstddef>\n\n" + op_headers_text() + "\nnamespace levelgrad {\n\n";
  text += std::string("using Number = ") + (target.f64 ? "double" : "float") + ";\n";
  text += detail::constant("vector_bytes", target.vector_bytes);
  text += detail::constant("sub_block", target.sub_block) + parts.constants;
  text += "\n}  // namespace levelgrad\n\n";
  text += std::string(embedded::formulas) + "\n" + std::string(embedded::native_lanes);
  text += "\nnamespace levelgrad {\nnamespace {\n\n" + parts.graph;
  if (code.needs().backward) {
    // A long chain of uniform nodes is no loop, and would take compilers minutes.
    constexpr std::size_t most_text = 64 * 1024;
    const std::string uniform = uniform_text(code.schedule());
    result.has_uniform_part = uniform.size() <= most_text;
    if (result.has_uniform_part) text += "\n" + uniform;
  }
  text += "\n}  // namespace\n}  // namespace levelgrad\n\n" + std::string(entry_points);
  if (result.has_uniform_part) text += uniform_entry_points;
  return result;
}

}  // namespace levelgrad
