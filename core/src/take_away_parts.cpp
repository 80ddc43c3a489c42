// SPDX-License-Identifier: MIT
#include "take_away_parts.h"

#include <cmath>

#include "levelgrad/number_text.h"
#include "levelgrad/uniform_text.h"
#include "native_parts.h"
#include "text_parts.h"

namespace levelgrad {

std::string TakeAway::text() const {
  std::string text;
  for (const Part& part : parts) text += part.text;
  return text;
}

std::string TakeAway::generated() const {
  std::string text;
  for (const Part& part : parts) text += part.from_library ? "" : part.text;
  return text;
}

std::string c_name(std::string_view name) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  if (name.rfind('.') != std::string_view::npos && name.rfind('.') > 0) {
    name = name.substr(0, name.rfind('.'));
  }
  std::string result;
  for (const char c : name) {
    const bool fits = is_letter(c) || is_digit(c);
    // Two underscores in a row belong to the compiler.
    if (fits || !result.ends_with('_')) result += fits ? c : '_';
  }
  if (result.ends_with('_')) result.pop_back();
  if (result.empty() || !is_letter(result.front())) {
    result = result.starts_with('_') ? "model" + result : "model_" + result;
  }
  return result.ends_with('_') ? "model" : result;
}

}  // namespace levelgrad

namespace levelgrad::detail {
namespace {

/// A constant expression with the number's bits as a T has them, known without any header.
std::string initial_number(double number, bool f64) {
  if (std::isnan(number)) return "__builtin_nan(\"\")";
  const double rounded = f64 ? number : static_cast<double>(static_cast<float>(number));
  if (std::isinf(rounded)) return rounded < 0 ? "-__builtin_inf()" : "__builtin_inf()";
  return shortest(rounded);
}

}  // namespace

std::string array_text(const std::string& before, const std::vector<std::string>& items) {
  std::string text = before + "[] = {";
  std::string separator;
  std::size_t column = text.size();
  for (const std::string& item : items.empty() ? std::vector<std::string>{"{}"} : items) {
    if (column + item.size() > 95) separator = separator.empty() ? "\n    " : ",\n    ", column = 4;
    text += separator + item;
    column += item.size() + 2;
    separator = ", ";
  }
  return text + "};\n";
}

TakeAwayParts::TakeAwayParts(const LaneCode& code, const TakeAwayOptions& options,
                             const TakeAwayLanguage& language)
    : code_(code),
      schedule_(code.schedule()),
      program_(code.program()),
      language_(language),
      title_(printable(options.name)),
      name_(c_name(options.name)),
      type_(options.f64 ? "double" : "float"),
      f64_(options.f64) {}

std::string TakeAwayParts::place() const {
  return name_ + "_" + language_.word + (f64_ ? "_f64_" : "_f32_") + program_.hash();
}

std::string TakeAwayParts::head() const {
  const std::string file = name_ + language_.extension;
  std::string text = "// " + title_ + ": a Program of levelgrad as a file of its own, in " +
                     (f64_ ? "f64" : "f32") + ". Hash " + program_.hash() + ".\n//\n";
  text += "//     " + std::string(language_.compiler) + " -c " + file + "\n";
  text += "//     " + std::string(language_.compiler) + " -DLEVELGRAD_MAIN " + file + " -o " +
          name_ + " && ./" + name_ + " <numbers.txt\n//\n";
  text +=
      "// The second makes a program that reads the inputs of one example after the other, and\n"
      "// prints the loss and the grads. What can be called:\n//\n";
  text += "//     extern \"C\" int " + name_ +
          "_step(const T* parameters, const T* inputs, size_t n, "
          "T* loss, T* grads);\n";
  text += "//     extern \"C\" int " + name_ +
          "_outputs(const T* parameters, const T* inputs, "
          "size_t n, T* const* outputs);\n";
  text += "//     extern \"C\" const T " + name_ + "_initial[" +
          std::to_string(program_.parameter_count()) + "];\n//\n";
  text += "// T is " + type_ + ". parameters, grads [" +
          std::to_string(program_.parameter_count()) + "]; inputs [n][" +
          std::to_string(program_.input_count()) + "]; loss [1]; outputs [" +
          std::to_string(program_.outputs().size()) + "], null: not wanted.\n";
  text += language_.errors;
  text +=
      "// All bits are those of levelgrad's executors, for every n, if the flags above are "
      "kept.\n//\n";
  for (NodeIndex n = program_.inputs().begin; n < program_.inputs().end; ++n) {
    text += "//     inputs[" + std::to_string(n - program_.inputs().begin) + "]   " +
            printable(program_.name(n)) + "\n";
  }
  for (std::size_t k = 0; k < program_.outputs().size(); ++k) {
    const ProgramParts::Output& output = program_.outputs()[k];
    text += "//     outputs[" + std::to_string(k) + "]  " + printable(output.name) +
            (program_.varying(output.node) ? " [n]\n" : " [1]\n");
  }
  text += "\n#if defined(__FAST_MATH__)\n#error \"fast-math gives other bits\"\n#endif\n\n";
  text += std::string(language_.includes) + "\n" + initial_numbers();
  return text +
         "\n// A name of this file's own: a program may have several such files.\nnamespace " +
         place() + " {\n";
}

/// Not constexpr but const, so that it has a place that others can read.
std::string TakeAwayParts::initial_numbers() const {
  const std::string count = std::to_string(std::max<std::size_t>(1, program_.parameter_count()));
  const std::string array = "const " + type_ + " " + name_ + "_initial[" + count + "]";
  std::string text = "extern \"C\" {\nextern " + array + ";\n" + array + " = {\n";
  for (NodeIndex n = 0; n < program_.parameter_count(); ++n) {
    text += "    " + initial_number(program_.initial(n), f64_) + ",  // " +
            printable(program_.name(n)) + "\n";
  }
  return text + "};\n}\n";
}

std::string TakeAwayParts::constants() const {
  const Program& p = program_;
  const auto truth = [](const char* name, bool value) {
    return std::string("constexpr bool ") + name + (value ? " = true;\n" : " = false;\n");
  };
  return "using Number = " + type_ + ";\n" + constant("parameter_count", p.parameter_count()) +
         constant("input_count", p.input_count()) + constant("output_count", p.outputs().size()) +
         constant("join_count", p.joins().size()) + constant("uniform_count", uniform_count(p)) +
         constant("piece_count", code_.pieces().size()) +
         "\n// Whether grads at the batch's examples depend on none of its joins, and all others "
         "neither.\n" +
         truth("one_pass", schedule_.one_pass()) + truth("early_grads", schedule_.early_grads());
}

std::string TakeAwayParts::outputs() const {
  std::vector<std::string> varies;
  std::string cases;
  for (std::size_t k = 0; k < program_.outputs().size(); ++k) {
    const NodeIndex node = program_.outputs()[k].node;
    varies.emplace_back(program_.varying(node) ? "true" : "false");
    if (program_.varying(node)) continue;
    cases +=
        "  if (k == " + std::to_string(k) + ") return " + uniform_value(program_, node) + ";\n";
  }
  return array_text("constexpr bool output_varies", varies) +
         "\n/// Output k, if it is the same for all examples.\ntemplate <class T>\n"
         "LG_FN T uniform_output([[maybe_unused]] const T* u, unsigned k) {\n" +
         cases + "  return T(0);\n}\n";
}

std::string TakeAwayParts::interface() const {
  const std::string inside = place() + "::levelgrad::";
  const std::string first =
      "(const " + type_ + "* parameters, const " + type_ + "* inputs, std::size_t n,\n    ";
  std::string text = "\n}  // namespace " + place() + "\n\nextern \"C\" {\n\n";
  text += "int " + name_ + "_step" + first + type_ + "* loss, " + type_ + "* grads) {\n  return " +
          inside + "run_step(\n      parameters, inputs, n, loss, grads);\n}\n\n";
  text += "int " + name_ + "_outputs" + first + type_ + "* const* outputs) {\n  return " + inside +
          "run_outputs(\n      parameters, inputs, n, outputs);\n}\n\n}  // extern \"C\"\n\n";
  text += "#if defined(LEVELGRAD_MAIN)\nint main() {\n  return " + inside + "step_of_stdin(" +
          name_ + "_initial);\n}\n#endif\n";
  return text;
}

}  // namespace levelgrad::detail
