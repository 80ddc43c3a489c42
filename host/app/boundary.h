// SPDX-License-Identifier: MIT
//
// The decision-boundary picture of a trained network.
#pragma once

#include <optional>
#include <string>

#include "levelgrad/host/boundary_plot.h"
#include "levelgrad/host/trainer.h"

namespace levelgrad::app {

/// What the network says around the data, which must have two features. Without title and names.
[[nodiscard]] host::BoundaryPlot boundary_plot(host::Trainer& trainer, const host::Dataset& data,
                                               const std::optional<host::StepReport>& last);

/// The plot as a file's bytes.
[[nodiscard]] std::string boundary_png(const host::BoundaryPlot& plot);
[[nodiscard]] std::string boundary_svg(const host::BoundaryPlot& plot);

}  // namespace levelgrad::app
