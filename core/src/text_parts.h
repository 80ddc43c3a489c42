// SPDX-License-Identifier: MIT
//
// What all generated code has in it: numbers, and what users wrote, as C++ takes them.
#pragma once

#include <string>
#include <string_view>

#include "levelgrad/program.h"

namespace levelgrad::detail {

/// An expression for the number, of type double, with all its bits (but a NaN's).
[[nodiscard]] std::string literal(double number);

/// Text of users for a comment: none may end it, go on in the next line, or turn its direction.
[[nodiscard]] std::string printable(std::string_view name);

/// "  // net.cpp:12", "" where the line is not known.
[[nodiscard]] std::string line_comment(const SourceLine& where);

/// Terms of a sum that are written as one expression: compilers recurse over the operators of one.
inline constexpr std::size_t terms_of_statement = 16;

}  // namespace levelgrad::detail
