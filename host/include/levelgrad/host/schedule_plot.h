// SPDX-License-Identifier: MIT
//
// A report on a Schedule as a picture.
#pragma once

#include <string>

#include "levelgrad/host/canvas.h"
#include "levelgrad/host/schedule_report.h"

namespace levelgrad::host {

/// The levels as columns, forward above and backward below, with the critical path between them;
/// and the roofline of the GPU with the storage forms as points.
///
/// A column's height is the logarithm of its nodes, which are the warps of 32 lanes, too; its
/// colors share it as the ops share the nodes. Where there are more levels than columns, a column
/// shows the widest of its levels.
/// canvas   of schedule_plot_size. order   the same report gives the same bytes on canvases of the
///          same kind.
void draw(const ScheduleReport& report, Canvas& canvas);

inline constexpr Size schedule_plot_size{1120, 920};

[[nodiscard]] std::string schedule_svg(const ScheduleReport& report);

}  // namespace levelgrad::host
