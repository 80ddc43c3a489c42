// SPDX-License-Identifier: MIT
//
// What a library built with -ffast-math may do to the program that loads it: subnormal numbers are
// lost (FTZ and DAZ).
#include <xmmintrin.h>

namespace {
const bool done = (_mm_setcsr(_mm_getcsr() | 0x8040), true);
}
