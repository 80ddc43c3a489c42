// SPDX-License-Identifier: MIT
//
// All functions that ops may call: "math v1". Freestanding. Their bits are frozen: a change of one
// bit is a new version, which files carry.
#pragma once

#include "levelgrad/math/bits.h"
#include "levelgrad/math/erf.h"
#include "levelgrad/math/exp.h"
#include "levelgrad/math/hyperbolic.h"
#include "levelgrad/math/log.h"
#include "levelgrad/math/pow.h"
#include "levelgrad/math/pow_const.h"
#include "levelgrad/math/softplus.h"
#include "levelgrad/math/trig.h"

namespace levelgrad::math {

/// The version of the functions' bits.
inline constexpr int version = 1;

}  // namespace levelgrad::math
