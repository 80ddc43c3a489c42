// SPDX-License-Identifier: MIT
//
// What schedules and generated code may know of an op's local derivatives, read off the formulas of
// ops.h themselves: which numbers a contribution needs, and whether it is a plain copy or a
// product. Freestanding.
#pragma once

#include "levelgrad/ops.h"

namespace levelgrad {

/// What an op adds to the grad of its operand K, for g = the grad of its result y.
template <class O, int K, class T>
LG_INLINE_FN T contribution(T g, T a, T b, T c, T y) {
  static_assert(K < O::active, "no grad flows to this operand");
  if constexpr (K == 0) return O::da(g, a, b, c, y);
  if constexpr (K == 1) return O::db(g, a, b, c, y);
  if constexpr (K == 2) return O::dc(g, a, b, c, y);
}

/// The shape of a derivative's formula.
///
/// Copy: the contribution is g. TimesA, ...: it is g times that number, one rounding (the order of
/// the two does not matter to a product's bits). Other: anything else.
enum class Form : unsigned char { Copy, TimesA, TimesB, TimesC, TimesY, Other };

struct Derivative {
  Form form = Form::Other;
  bool reads_operand[3] = {};  ///< whether the formula names a, b, c
  bool reads_result = false;   ///< whether it names y
};

namespace detail {

constexpr bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// Whether the text has the one-letter word.
constexpr bool names(const char* text, char word) {
  for (int i = 0; text[i] != '\0'; ++i) {
    const bool starts = i == 0 || !is_word(text[i - 1]);
    if (starts && text[i] == word && !is_word(text[i + 1])) return true;
  }
  return false;
}

/// Whether two formulas are the same but for blanks.
constexpr bool equal(const char* a, const char* b) {
  while (true) {
    while (*a == ' ') ++a;
    while (*b == ' ') ++b;
    if (*a != *b) return false;
    if (*a == '\0') return true;
    ++a, ++b;
  }
}

constexpr Form form_of(const char* text) {
  if (equal(text, "g")) return Form::Copy;
  if (equal(text, "a * g")) return Form::TimesA;
  if (equal(text, "b * g")) return Form::TimesB;
  if (equal(text, "c * g")) return Form::TimesC;
  if (equal(text, "y * g")) return Form::TimesY;
  return Form::Other;
}

constexpr Derivative derivative_of(const char* text) {
  return {form_of(text), {names(text, 'a'), names(text, 'b'), names(text, 'c')}, names(text, 'y')};
}

}  // namespace detail

/// The derivative of the op O by its operand K.
template <class O, int K>
constexpr Derivative derivative() {
  if constexpr (K >= O::active) {
    return {};
  } else if constexpr (K == 0) {
    return detail::derivative_of(O::da_text);
  } else if constexpr (K == 1) {
    return detail::derivative_of(O::db_text);
  } else {
    return detail::derivative_of(O::dc_text);
  }
}

/// What is known of an op without its type. Nothing of a leaf.
struct OpInfo {
  const char* name;  ///< of its struct, which Program files use: "Add"
  const char* symbol;
  int arity;
  int active;
  bool joins;               ///< over the batch
  bool averages;            ///< joins, and multiplies the sum by 1 / N
  bool second_is_constant;  ///< the second operand is a number, fixed when the graph is built
  Derivative derivative[3];
};

constexpr OpInfo info(Op op) {
  switch (op) {
#define LG_INFO(O, function)                         \
  case Op::O:                                        \
    return {#O,                                      \
            op::O::symbol,                           \
            op::O::arity,                            \
            op::O::active,                           \
            op::O::joins,                            \
            op::O::averages,                         \
            op::O::arity == 2 && op::O::active == 1, \
            {derivative<op::O, 0>(), derivative<op::O, 1>(), derivative<op::O, 2>()}};
    LG_OPS(LG_INFO)
#undef LG_INFO
    case Op::Leaf:
      break;
  }
  return {"", "", 0, 0, false, false, false, {}};
}

}  // namespace levelgrad
