// SPDX-License-Identifier: MIT
#include "levelgrad/native_code.h"

#include "embedded.h"
#include "levelgrad/lane_text.h"
#include "levelgrad/op_headers.h"
#include "native_folds.h"

namespace levelgrad {
namespace {

std::string constant(const char* name, std::size_t number) {
  return std::string("constexpr std::size_t ") + name + " = " + std::to_string(number) + ";\n";
}

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

NativeCode native_code(const LaneCode& code, const NativeTarget& target) {
  const Program& program = code.program();
  const detail::NativeFolds folds = detail::native_folds(code, target);
  NativeCode result;
  result.sum_of = folds.sum_of;
  result.input = code.slot_count();
  result.joined = result.input + program.input_count();
  result.output = result.joined + program.joins().size();
  result.input_grad = result.output + program.outputs().size();
  const std::size_t turned = result.input_grad + program.input_count();
  result.rows = turned + folds.turned_rows;

  std::string& text = result.text;
  text = "#include <cstddef>\n\n" + op_headers_text() + "\nnamespace levelgrad {\n\n";
  text += std::string("using Number = ") + (target.f64 ? "double" : "float") + ";\n";
  text += constant("vector_bytes", target.vector_bytes) + constant("sub_block", target.sub_block);
  text += constant("input_row", result.input) + constant("joined_row", result.joined);
  text += constant("output_row", result.output) + constant("input_grad_row", result.input_grad);
  text += constant("turned_row", turned);
  text += "\n}  // namespace levelgrad\n\n";
  text += embedded::native_lanes;
  text += "\nnamespace levelgrad {\nnamespace {\n\n" + lane_text(code) + "\n" + folds.text + "\n";
  text +=
      "extern \"C\" void levelgrad_run(levelgrad::Number* frame, const levelgrad::Number* p,\n"
      "                              const levelgrad::Number* seeds, std::size_t width) {\n"
      "  for (std::size_t l = 0; l < width; l += levelgrad::lane_count) {\n"
      "    levelgrad::NativeLane lane = {frame + l, p, seeds};\n";
  for (std::size_t k = 0; k < code.pieces().size(); ++k) {
    text += "    levelgrad::piece_" + std::to_string(k) + "(lane);\n";
  }
  text += "  }\n}\n";
  return result;
}

}  // namespace levelgrad
