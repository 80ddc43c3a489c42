// SPDX-License-Identifier: MIT
//
// Which formulas of ops generated code repeats, and which it calls. Behind ops.h, before a kit with
// lanes.

namespace levelgrad {

/// Whether a formula calls a function that is long: all but fma and sqrt, which are instructions.
LG_FN constexpr bool calls_function(const char* formula) {
  const auto begins = [](const char* text, const char* word) {
    while (*word != '\0' && *text == *word) ++text, ++word;
    return *word == '\0';
  };
  for (; *formula != '\0'; ++formula) {
    if (!begins(formula, "math::")) continue;
    if (!begins(formula, "math::fma(") && !begins(formula, "math::sqrt(")) return true;
  }
  return false;
}

/// A plain second operand is known to compilers only where they see the call.
template <class B>
constexpr bool is_plain = false;
template <>
inline constexpr bool is_plain<double> = true;

}  // namespace levelgrad
