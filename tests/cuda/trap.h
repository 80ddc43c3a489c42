// SPDX-License-Identifier: MIT
#pragma once

namespace levelgrad::testing {

/// A kernel fails: every later call of this process to the device does.
void break_device();

}  // namespace levelgrad::testing
