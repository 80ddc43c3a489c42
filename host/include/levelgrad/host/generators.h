// SPDX-License-Identifier: MIT
//
// Data sets that are made by formulae, with numbers of our own: the same everywhere.
//
// Labels of classes are 0, 1, ... Examples come in the order of permutation(count, seed, 0); to
// both coordinates normal noise of the standard deviation `noise` is added. The numbers are
// Philox(seed, 1)'s, for one example after the other: what places the point, then its noise.
//
// errors   ArgumentError for fewer examples than classes, more than 2^32 - 1 of them, and a noise
//          that is negative or not finite.
#pragma once

#include <cstddef>
#include <cstdint>

#include "levelgrad/host/dataset.h"

namespace levelgrad::host {

/// Two circles around (0, 0), points evenly on them: radius 1 is class 0, radius 0.8 is class 1.
///
/// source   scikit-learn, make_circles with factor=0.8.
[[nodiscard]] Dataset make_circles(std::size_t count, double noise, std::uint64_t seed);

/// Normal clouds of the standard deviation `noise` around centers that are drawn evenly from the
/// square of -10 to 10; center k is class k. The first classes have an example more than the last
/// where they cannot all be as large. The centers are Philox(seed, 2)'s.
///
/// source   scikit-learn, make_blobs with centers=3, cluster_std=noise.
[[nodiscard]] Dataset make_blobs(std::size_t count, double noise, std::uint64_t seed,
                                 std::size_t centers = 3);

/// The square of -1 to 1, points drawn evenly; class 1 where exactly one coordinate is negative
/// (before the noise).
[[nodiscard]] Dataset make_xor(std::size_t count, double noise, std::uint64_t seed);

/// Arms that wind outward 1.75 times around (0, 0) up to radius 1; arm k is class k.
///
/// source   tensorflow/playground, classifySpiralData, in a circle of radius 1.
[[nodiscard]] Dataset make_spiral(std::size_t count, double noise, std::uint64_t seed,
                                  std::size_t arms = 2);

/// One feature x, drawn evenly from -1 to 1; the label is a number, sin(pi x) and the noise. The
/// order is that of the drawing.
[[nodiscard]] Dataset make_sine(std::size_t count, double noise, std::uint64_t seed);

}  // namespace levelgrad::host
