// SPDX-License-Identifier: MIT
//
// Whether this thread's arithmetic is the one that the promise of bits rests on.
#pragma once

namespace levelgrad {

/// Checks that a thread rounds to nearest, keeps subnormal numbers, and does not contract a * b +
/// c.
///
/// Call it when a program starts and in every worker thread: a thread inherits these settings from
/// the one that starts it, and another library, built with fast-math, may have changed them when it
/// was loaded. Contraction is checked in levelgrad's own code: who
/// includes ops.h compiles it anew and needs the flags of the CMake target levelgrad::core.
///
/// errors   ArithmeticError, which names all that is wrong.
/// cost     below a microsecond.
void check_arithmetic();

}  // namespace levelgrad
