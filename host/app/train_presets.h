// SPDX-License-Identifier: MIT
//
// Presets: named bundles of options.
#pragma once

#include <string>
#include <vector>

#include "option_layers.h"

namespace levelgrad::app {

/// "moons", "circles", ...
[[nodiscard]] const std::vector<std::string>& preset_names();

/// The options of a preset. Errors: UsageError for an unknown name.
[[nodiscard]] const OptionValues& preset_values(const std::string& name);

/// What a training has where nothing else says it.
[[nodiscard]] const OptionValues& default_values();

}  // namespace levelgrad::app
