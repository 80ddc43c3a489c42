// SPDX-License-Identifier: MIT
//
// The picture of many trainings: how their losses fell, and where they ended.
#pragma once

#include <string>
#include <vector>

#include "levelgrad/host/canvas.h"

namespace levelgrad::host {

/// One model.
struct EnsembleCurve {
  std::vector<double> losses;  ///< [steps done]; empty: left out
  double swept = 0;            ///< its place on the horizontal axis of the right panel
  bool finite = true;          ///< else it diverged at the last of its losses
};

struct EnsemblePlot {
  std::string title;
  std::string subtitle;
  std::vector<EnsembleCurve> curves;
  std::string swept_name;  ///< "lr"
  bool swept_logarithmic = false;
  bool swept_whole = false;  ///< whether only whole numbers have a meaning
};

/// Draws two panels, with logarithmic losses: the losses of all steps, the best model's thick, and
/// the last loss over the swept number; models that diverged stand at the upper edge. The best is
/// the finite one with the lowest last loss, the first of equals.
///
/// Of more than 500 models so many curves are drawn, evenly spread, and the panel says so. Losses
/// outside the axes are drawn at their edge.
///
/// errors   ArgumentError where no model has a finite loss, or a swept number is not finite, or not
///          positive on a logarithmic axis.
/// canvas   of ensemble_plot_size.
/// order    the same plot gives the same bytes on canvases of the same kind.
void draw(const EnsemblePlot& plot, Canvas& canvas);

inline constexpr Size ensemble_plot_size{1080, 520};

}  // namespace levelgrad::host
