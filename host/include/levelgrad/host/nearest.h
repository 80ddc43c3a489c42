// SPDX-License-Identifier: MIT
//
// What somebody meant who wrote a name that does not exist.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace levelgrad::host {

/// The candidate that differs least from the word; the first of several; "" where all differ by
/// more than a third of the word's length.
///
/// A difference is a character more, less or another, or two neighbours that changed places. Small
/// and capital letters of ASCII are the same. Characters are bytes.
/// cost     O(candidates * length ** 2), whatever the length of the word.
/// source   Damerau, A technique for computer detection and correction of spelling errors, 1964;
///          here no character changes twice (optimal string alignment).
[[nodiscard]] std::string nearest(std::string_view word, std::span<const std::string> candidates);

}  // namespace levelgrad::host
