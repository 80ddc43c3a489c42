// SPDX-License-Identifier: MIT
//
// What training leaves behind: a network, what its inputs and outputs mean, and its file.
#pragma once

#include <string>
#include <vector>

#include "levelgrad/host/presets.h"
#include "levelgrad/host/safetensors.h"
#include "levelgrad/host/standardization.h"
#include "levelgrad/program.h"

namespace levelgrad::host {

struct TrainedModel {
  Program program;                      ///< record_loss()'s
  std::vector<double> parameters = {};  ///< in the order of the Program; of f32: exactly
  bool f32 = false;                     ///< what it was trained in
  Loss loss = Loss::Hinge;
  std::vector<std::string> feature_names = {};
  std::string target_name = {};
  std::vector<std::string> class_names =
      {};                                ///< of classes 0, 1, ...; empty: a number is predicted
  Standardization standardization = {};  ///< of the inputs; empty: they are taken as they are
  Standardization target = {};           ///< of numbers that are predicted, [1]; empty: as they are
};

/// The tensors of parameter_tensors(), "input.means" and "input.scales", the same of "target", the
/// Program's binary form in "program"; names, loss, versions of math and format in the metadata.
[[nodiscard]] TensorFile to_tensors(const TrainedModel& model);

/// name     of the file, for messages.
/// errors   DataError for what is missing, of another version, or does not fit together.
[[nodiscard]] TrainedModel trained_model_from(const TensorFile& file, const std::string& name);

/// "hinge", "binary-cross-entropy", "cross-entropy", "mse".
[[nodiscard]] const std::vector<std::string>& loss_names();  ///< in the order of Loss
[[nodiscard]] const std::string& name_of(Loss loss);

}  // namespace levelgrad::host
