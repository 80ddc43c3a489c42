// SPDX-License-Identifier: MIT
//
// A report on a Schedule as text.
#pragma once

#include <string>

#include "levelgrad/host/schedule_report.h"

namespace levelgrad::host {

/// For people: at most 100 columns, ASCII but for names. Levels of the same kind share a row, and
/// of very many rows the middle is left out.
[[nodiscard]] std::string schedule_table(const ScheduleReport& report);

/// For programs: one JSON object with everything, each level and each run of the critical path.
[[nodiscard]] std::string schedule_json(const ScheduleReport& report);

/// "arithmetic", "memory bandwidth", "shared memory bandwidth".
[[nodiscard]] std::string_view limit_name(Limit limit);

}  // namespace levelgrad::host
