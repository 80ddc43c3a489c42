// SPDX-License-Identifier: MIT
//
// What people look at when a training is over: pictures, tables, a page with all of it.
#pragma once

#include <span>
#include <string>

#include "prepared_data.h"
#include "run_folder.h"

namespace levelgrad::app {

/// What the page says beside the pictures.
struct RunFacts {
  std::string name = {};      ///< title, and the name of the boundary's files
  std::string executor = {};  ///< empty: not known
  std::string config = {};    ///< the options, as TOML
  std::string fingerprint = {};
  int model_step = 0;   ///< after so many steps the model is as it is
  double seconds = 0;   ///< of training; 0: not known
  double examples = 0;  ///< that were trained on in that time
};

/// Writes into the folder: NAME.png and .svg, the decision boundary of classes over two inputs;
/// loss, confusion and parameters, as .png and .svg; report.html. Metrics and the files' names go
/// to stderr.
///
/// errors   FileError.
void write_pictures(const RunFolder& folder, const host::TrainedModel& model,
                    const PreparedData& data, std::span<const host::StepReport> reports,
                    const RunFacts& facts);

}  // namespace levelgrad::app
