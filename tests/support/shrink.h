// SPDX-License-Identifier: MIT
//
// Makes a failing case small, and keeps it.
#pragma once

#include <functional>
#include <string>

#include "support/batch_case.h"
#include "support/observe.h"

namespace levelgrad::testing {

/// A case that still fails after parts of it were taken away: examples, outputs, whole Programs,
/// operations (their readers read one of the operands instead), leaves that nothing reads.
///
/// fails    whether a case still shows what is looked for. It must not throw.
/// cost     a few thousand calls of fails at most, and not many more after ten seconds.
template <class T>
[[nodiscard]] BatchCase<T> shrink(BatchCase<T> test,
                                  const std::function<bool(const BatchCase<T>&)>& fails);

/// Writes the case into the folder that the environment variable LEVELGRAD_REGRESSIONS names.
/// Returns the file's path; "" where there is no such variable or the file cannot be written.
template <class T>
std::string keep(const BatchCase<T>& test);

/// For people: what differs, and the smallest case found that still differs in a fresh executor,
/// which is also kept.
template <class T>
[[nodiscard]] std::string explain(const NamedFactory<T>& factory, const BatchCase<T>& test,
                                  const Extent& extent, const std::string& difference);

}  // namespace levelgrad::testing
