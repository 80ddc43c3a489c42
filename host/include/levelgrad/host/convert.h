// SPDX-License-Identifier: MIT
//
// Text that does not fit into memory, made into arrays that need not.
#pragma once

#include <filesystem>

#include "levelgrad/host/examples.h"

namespace levelgrad::host {

/// Reads a file twice, row by row, and writes its examples as a .npy file: the features in their
/// order, then the target, class names as their places where they are text. What means and classes
/// are, the first reading tells; memory is needed for a few rows and the class names.
///
/// from     as read_examples() takes it; a file, not a pipe.
/// single   f4, not f8.
/// returns  names as read_examples() gives them, and classes that are text; without examples.
/// errors   as read_examples(); DataError for a number that float cannot hold; FileError.
Examples convert_csv_to_npy(const std::filesystem::path& from, const DataOptions& options,
                            const std::filesystem::path& to, bool single);

}  // namespace levelgrad::host
