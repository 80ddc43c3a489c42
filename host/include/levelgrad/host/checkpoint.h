// SPDX-License-Identifier: MIT
//
// A training as it stands: all that is needed to go on with the same bits.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "levelgrad/host/trained_model.h"
#include "levelgrad/host/trainer.h"

namespace levelgrad::host {

/// Batches follow from seed and step (permutation()), so there is no state of random numbers.
template <class T>
struct Checkpoint {
  TrainedModel model;  ///< its parameters are state's
  TrainerState<T> state = {};
  std::vector<T> best_parameters = {};   ///< of the best report; empty: there is none yet
  std::vector<StepReport> reports = {};  ///< so far
  std::string config = {};               ///< the options of the training
  std::string data_hash = {};            ///< SHA-256 of its data: see data_hash()
};

/// The model's tensors; "best.layers.0.weight", ...; "optimizer.m.layers.0.weight", ... for each
/// number of the optimizer's state; "history.step", "history.loss", ...; the rest in the metadata.
template <class T>
[[nodiscard]] TensorFile to_tensors(const Checkpoint<T>& checkpoint);

/// errors   as trained_model_from(), and DataError for a checkpoint of the other dtype.
template <class T>
[[nodiscard]] Checkpoint<T> checkpoint_from(const TensorFile& file, const std::string& name);

/// SHA-256 over the data sets' numbers and shapes: another file must not be taken for the one that
/// a training began with.
[[nodiscard]] std::string data_hash(std::span<const Dataset* const> data);

/// SHA-256 over the parameters and the optimizer's state, as they lie in memory: equal for equal
/// bits, on whatever executor, device and number of threads.
template <class T>
[[nodiscard]] std::string fingerprint(const TrainerState<T>& state);

}  // namespace levelgrad::host
