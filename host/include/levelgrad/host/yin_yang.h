// SPDX-License-Identifier: MIT
//
// The yin-yang data set, as EurekaLabsAI/micrograd draws it.
#pragma once

#include "levelgrad/host/dataset.h"
#include "levelgrad/random.h"

namespace levelgrad::host {

/// Points for training, for watching the training, and for a last judgement.
struct Splits {
  Dataset train;
  Dataset validation;
  Dataset test;
};

/// Points of a yin-yang symbol of radius 2 around (0, 0), in three classes: 0 is yin, 1 is yang, 2
/// the two dots. The classes take turns; the first 80 % of the points are for training, the next
/// 10 % for validation.
///
/// Each point is drawn again until it lies in the symbol and in its class, so the generator goes on
/// by a number of draws that only running it tells.
/// source   Kriener, Goeltz & Petrovici, The Yin-Yang dataset, NICE 2022.
[[nodiscard]] Splits yin_yang(XorShift64Star& random, int example_count);

}  // namespace levelgrad::host
