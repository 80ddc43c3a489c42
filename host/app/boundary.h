// SPDX-License-Identifier: MIT
//
// The decision-boundary picture of a trained network.
#pragma once

#include "levelgrad/host/boundary_plot.h"
#include "levelgrad/host/trained_model.h"
#include "prepared_data.h"

namespace levelgrad::app {

/// What the network says around its data, in the data's own units; the model must have two inputs
/// and classes. Without title and subtitle.
[[nodiscard]] host::BoundaryPlot boundary_plot(const host::TrainedModel& model,
                                               const PreparedData& data);

}  // namespace levelgrad::app
