// SPDX-License-Identifier: MIT
//
// A number that notes down each operation that it takes part in. It can stand for double and float
// in the freestanding headers of core, which operation_counts_run.cpp compiles with it.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "levelgrad/host/operations.h"

namespace levelgrad::host {

/// An operation and its operands as bits of doubles; a float is one exactly.
struct NotedOperation {
  Operations::Kind kind;
  std::array<std::uint64_t, 3> operands;
  friend auto operator<=>(const NotedOperation&, const NotedOperation&) = default;
};

/// Since it was cleared last, in this thread.
inline thread_local std::vector<NotedOperation> noted_operations;

/// T is float or double. A number is fixed where it comes from constants alone: a compiler computes
/// such numbers, so they cost nothing.
template <class T>
class CountingNumber {
public:
  CountingNumber() = default;
  template <class Number>
  requires std::is_arithmetic_v<Number>
  constexpr CountingNumber(Number number) : number_(static_cast<T>(number)) {}

  /// The operand of an op.
  static CountingNumber varying(T number) {
    CountingNumber result(number);
    result.fixed_ = false;
    return result;
  }
  [[nodiscard]] constexpr T number() const { return number_; }

  constexpr CountingNumber operator-() const { return made(Operations::Sign, -number_, *this); }
  friend constexpr CountingNumber operator+(CountingNumber a, CountingNumber b) {
    return made(Operations::Add, a.number_ + b.number_, a, b);
  }
  friend constexpr CountingNumber operator-(CountingNumber a, CountingNumber b) {
    return made(Operations::Sub, a.number_ - b.number_, a, b);
  }
  friend constexpr CountingNumber operator*(CountingNumber a, CountingNumber b) {
    return made(Operations::Mul, a.number_ * b.number_, a, b);
  }
  friend constexpr CountingNumber operator/(CountingNumber a, CountingNumber b) {
    return made(Operations::Div, a.number_ / b.number_, a, b);
  }
  friend constexpr bool operator<(CountingNumber a, CountingNumber b) {
    return compared(a.number_ < b.number_, a, b);
  }
  friend constexpr bool operator>(CountingNumber a, CountingNumber b) {
    return compared(a.number_ > b.number_, a, b);
  }
  friend constexpr bool operator<=(CountingNumber a, CountingNumber b) {
    return compared(a.number_ <= b.number_, a, b);
  }
  friend constexpr bool operator>=(CountingNumber a, CountingNumber b) {
    return compared(a.number_ >= b.number_, a, b);
  }
  friend constexpr bool operator==(CountingNumber a, CountingNumber b) {
    return compared(a.number_ == b.number_, a, b);
  }
  friend constexpr bool operator!=(CountingNumber a, CountingNumber b) {
    return compared(a.number_ != b.number_, a, b);
  }

  // What the compiler's builtins stand for; found by their arguments.
  friend CountingNumber counted_fma(CountingNumber a, CountingNumber b, CountingNumber c) {
    if constexpr (sizeof(T) == 8) {
      return made(Operations::Fma, __builtin_fma(a.number_, b.number_, c.number_), a, b, c);
    } else {
      return made(Operations::Fma, __builtin_fmaf(a.number_, b.number_, c.number_), a, b, c);
    }
  }
  friend CountingNumber counted_sqrt(CountingNumber a) {
    if constexpr (sizeof(T) == 8) {
      return made(Operations::Sqrt, __builtin_sqrt(a.number_), a);
    } else {
      return made(Operations::Sqrt, __builtin_sqrtf(a.number_), a);
    }
  }
  friend CountingNumber counted_abs(CountingNumber a) {
    return made(Operations::Sign, a.number_ < 0 ? -a.number_ : a.number_, a);
  }

private:
  template <class... Operands>
  static constexpr CountingNumber made(Operations::Kind kind, T number, Operands... operands) {
    CountingNumber result(number);
    result.fixed_ = (operands.fixed_ && ...);
    if (!result.fixed_) note(kind, operands...);
    return result;
  }
  static constexpr bool compared(bool holds, CountingNumber a, CountingNumber b) {
    if (!(a.fixed_ && b.fixed_)) note(Operations::Compare, a, b);
    return holds;
  }
  template <class... Operands>
  static void note(Operations::Kind kind, Operands... operands) {
    noted_operations.push_back({kind, {bits(operands)...}});
  }
  static std::uint64_t bits(CountingNumber number) {
    return std::bit_cast<std::uint64_t>(static_cast<double>(number.number_));
  }

  T number_ = 0;
  bool fixed_ = true;
};

/// A number's bits, and back: operations on bits count as none, what they make is not fixed.
template <class To, class From>
To counted_bit_cast(From from) {
  if constexpr (std::is_arithmetic_v<From>) {
    using T = std::conditional_t<sizeof(From) == 8, double, float>;
    return To::varying(std::bit_cast<T>(from));
  } else {
    return std::bit_cast<To>(from.number());
  }
}

}  // namespace levelgrad::host
