// SPDX-License-Identifier: MIT
//
// What a training writes for each report: a line on stdout, an object in the JSON log.
#pragma once

#include <optional>
#include <string>

#include "levelgrad/host/trainer.h"
#include "line_file.h"
#include "train_arguments.h"

namespace levelgrad::app {

/// "accuracy 98.2 %", or "r2 0.93".
[[nodiscard]] std::string success_text(host::Loss loss, double accuracy);

class StepLines {
public:
  /// f32   losses are written with the digits that a float needs.
  StepLines(const RunArguments& arguments, const host::TrainOptions& options, bool f32);

  void write(const host::StepReport& report);
  /// Only into the log: a report of before a resume.
  void log(const host::StepReport& report);
  void fingerprint(int step, const std::string& fingerprint);
  void finish(const host::StepReport& last, const std::string& fingerprint);

private:
  [[nodiscard]] std::string numbers(const host::StepReport& report) const;
  [[nodiscard]] std::string number(double number) const;

  LineFile out_;
  std::optional<LineFile> log_;
  bool eureka_, f32_;
  host::Loss loss_;
  int steps_;
};

}  // namespace levelgrad::app
