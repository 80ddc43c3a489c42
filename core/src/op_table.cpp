// SPDX-License-Identifier: MIT
#include "levelgrad/op_table.h"

#include <string_view>

#include "levelgrad/number_text.h"
#include "levelgrad/ops.h"

namespace levelgrad {
namespace {

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
    text.replace(at, from.size(), to);
    at += to.size();
  }
}

/// "T(0)" becomes "0": the type of a number says nothing to a reader.
void drop_number_types(std::string& text) {
  for (std::size_t at = text.find("T("); at != std::string::npos; at = text.find("T(", at)) {
    const std::size_t end = text.find(')', at);
    text = text.substr(0, at) + text.substr(at + 2, end - at - 2) + text.substr(end + 1);
  }
}

/// A formula of the header as a reader wants to see it.
std::string formula(const char* compiled) {
  std::string text = compiled;
  replace_all(text, "math::", "");
  drop_number_types(text);
  replace_all(text, "||", "or");
  return "`" + text + "`";
}

/// "operator+" with two operands is written "a + b", "relu" with one "relu(a)".
std::string usage(std::string_view function, int arity) {
  const std::string_view prefix = "operator";
  if (function.starts_with(prefix)) {
    const std::string sign(function.substr(prefix.size()));
    return arity == 1 ? "`" + sign + "a`" : "`a " + sign + " b`";
  }
  const char* const operands[] = {"(a)", "(a, b)", "(a, b, c)"};
  return "`" + std::string(function) + operands[arity - 1] + "`";
}

template <class O>
std::string derivatives() {
  if constexpr (O::active == 0) return "none";
  std::string text;
  if constexpr (O::active > 0) text += "a: " + formula(O::da_text);
  if constexpr (O::active > 1) text += "<br>b: " + formula(O::db_text);
  if constexpr (O::active > 2) text += "<br>c: " + formula(O::dc_text);
  return text;
}

template <class O>
std::string row(std::string_view function) {
  const bool number = O::active < O::arity && O::arity == 2 && O::active == 1;
  return "| " + usage(function, O::arity) + (number ? ", b a number" : "") + " | " +
         formula(O::value_text) + " | " + derivatives<O>() + " | " + shortest(O::ulp_f64) + " | " +
         shortest(O::ulp_f32) + " | " + O::notes + " |\n";
}

}  // namespace

std::string op_table_markdown() {
  std::string text =
      "# Ops\n\n"
      "Made from `core/include/levelgrad/ops.h` by a test; do not edit.\n\n"
      "y is the value, g = dL/dy. A derivative is what the op adds to the operand's grad. ulp is "
      "the largest error of the value in units in the last place.\n\n"
      "| op | value | derivatives | ulp f64 | ulp f32 | kinks and special values |\n"
      "|---|---|---|---|---|---|\n";
#define LG_ROW(name, function) text += row<op::name>(#function);
  LG_OPS(LG_ROW)
#undef LG_ROW
  return text;
}

}  // namespace levelgrad
