// SPDX-License-Identifier: MIT
#include "preset_network.h"

#include <utility>

#include "train_arguments.h"
#include "train_run.h"

namespace levelgrad::app {

PresetNetwork preset_network(const std::string& preset, const OptionValues& named) {
  CLI::App command("", "train");
  TrainArguments arguments;
  add_train_options(command, arguments);
  OptionValues values = named;
  values["preset"] = {preset};
  fill(command, values, "the command line");
  complete(arguments);
  SeededData data = prepare_data(arguments, arguments.options.seed);
  host::TrainOptions options = options_for(arguments, data.data);
  return {std::move(data), std::move(options)};
}

OptionValues hidden_values(const std::vector<int>& hidden) {
  OptionValues values;
  for (const int neurons : hidden) values["hidden"].push_back(std::to_string(neurons));
  return values;
}

}  // namespace levelgrad::app
