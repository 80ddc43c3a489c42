// SPDX-License-Identifier: MIT
//
// How the parts of a Schedule's picture look.
#pragma once

#include <array>

#include "levelgrad/host/canvas.h"
#include "levelgrad/host/schedule_report.h"

namespace levelgrad::host {

inline constexpr Color ink{40, 44, 52};
inline constexpr Color soft_ink{96, 102, 112};
inline constexpr Color axis_color{150, 156, 166};
inline constexpr Color grid_color{228, 231, 236};
inline constexpr Color input_color{190, 195, 203};
inline constexpr Color other_color{120, 126, 136};

// Okabe & Ito, Color Universal Design, 2008, without black.
inline constexpr std::array<Color, 7> op_palette{{{0, 114, 178},
                                                  {230, 159, 0},
                                                  {0, 158, 115},
                                                  {213, 94, 0},
                                                  {86, 180, 233},
                                                  {204, 121, 167},
                                                  {240, 228, 66}}};

inline constexpr TextStyle small_text{.size = 11, .color = soft_ink};
inline constexpr TextStyle small_end{.size = 11, .color = soft_ink, .anchor = Anchor::End};
inline constexpr TextStyle small_middle{.size = 11, .color = soft_ink, .anchor = Anchor::Middle};
inline constexpr TextStyle upward_text{
    .size = 11, .color = soft_ink, .anchor = Anchor::Middle, .upward = true};
inline constexpr TextStyle panel_title{.size = 14, .color = ink, .bold = true};

/// Which color an op has: the more frequent it is in the body, the earlier in the palette. The
/// palette's size for all that come after it.
[[nodiscard]] std::size_t op_rank(const ScheduleReport& report, Op op);
[[nodiscard]] Color rank_color(std::size_t rank);

/// The levels as columns, into the area; axes and their texts stand around it.
void draw_levels(const ScheduleReport& report, const Rect& area, Canvas& canvas);

/// The limits of the GPU, and what the storage forms reach, into the area.
void draw_roofline(const ScheduleReport& report, const Rect& area, Canvas& canvas);

}  // namespace levelgrad::host
