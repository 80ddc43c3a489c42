// SPDX-License-Identifier: MIT
//
// A preset's network and data as `levelgrad train` has them before its first step.
#pragma once

#include <string>

#include "levelgrad/host/train_options.h"
#include "option_layers.h"
#include "prepared_data.h"

namespace levelgrad::app {

struct PresetNetwork {
  SeededData data;
  host::TrainOptions options;  ///< with what the data decide
};

/// What `levelgrad train PRESET` with these options makes, environment and defaults included.
///
/// named    options that win over the preset's.
/// errors   as complete() and prepare_data().
[[nodiscard]] PresetNetwork preset_network(const std::string& preset, const OptionValues& named);

/// The values of --hidden as options have them; none for no layers, so that the preset's hold.
[[nodiscard]] OptionValues hidden_values(const std::vector<int>& hidden);

}  // namespace levelgrad::app
