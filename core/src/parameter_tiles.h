// SPDX-License-Identifier: MIT
//
// Finding the parameter tiles of a Schedule.
#pragma once

#include <vector>

#include "levelgrad/schedule.h"

namespace levelgrad::detail {

/// Groups the uniform nodes that the body reads by the factors that their contributions share. The
/// Schedule must have its consumers and grad sources.
[[nodiscard]] std::vector<ParameterTile> parameter_tiles(const Schedule& schedule);

}  // namespace levelgrad::detail
