// SPDX-License-Identifier: MIT
//
// The data of a training, as the network takes them.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "levelgrad/host/dataset.h"
#include "levelgrad/host/standardization.h"
#include "levelgrad/host/trained_model.h"
#include "levelgrad/nn.h"
#include "train_arguments.h"

namespace levelgrad::app {

/// Parts of the data, and what their numbers mean.
struct PreparedData {
  /// Inputs, and numbers to be learnt, standardised where that is wanted; labels as the loss takes
  /// them. May be empty, but for the first.
  host::Dataset train = {}, validation = {}, test = {};
  std::vector<std::string> feature_names = {};
  std::string target_name = {};
  std::vector<std::string> class_names = {};   ///< empty: numbers are learnt
  std::vector<std::string> constant = {};      ///< features that are so in the training part
  host::Standardization standardization = {};  ///< of the inputs; empty: none
  host::Standardization target = {};           ///< of numbers to be learnt; empty: none
  host::Loss loss = host::Loss::Hinge;
};

/// Data, and a source of weights behind them in the stream of random numbers: a preset may draw its
/// points from the numbers that the weights come from.
struct SeededData {
  PreparedData data;
  std::function<WeightSource()> weights;  ///< from where the data have left the stream
};

/// Reads or generates the data of a training, parts and standardises them.
///
/// arguments   complete.
/// seed        of the points, the parts and the weights.
/// errors      UsageError for a loss that the data are not for; as read_examples(),
///             split_examples(), fit_standardization().
[[nodiscard]] SeededData prepare_data(const TrainArguments& arguments, std::uint64_t seed);

/// The same for the same examples in the same parts: what a checkpoint keeps of its data.
[[nodiscard]] std::string hash_of(const PreparedData& data);

/// The source of weights that prepare_data() gives for a seed.
[[nodiscard]] std::function<WeightSource()> weights_after_data(const TrainArguments& arguments,
                                                               std::uint64_t seed);

/// Examples for a model that is trained: of a file with the model's columns.
///
/// target_needed   whether a file without the target's column is refused; else labels are 0.
[[nodiscard]] host::Dataset examples_for(const host::TrainedModel& model,
                                         const DataArguments& arguments, bool target_needed);

}  // namespace levelgrad::app
