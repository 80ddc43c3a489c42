// SPDX-License-Identifier: MIT
#include "step_lines.h"

#include <fmt/format.h>

#include <cmath>

#include "levelgrad/number_text.h"

namespace levelgrad::app {
namespace {

/// JSON has no word for what is not finite.
std::string json_number(double number) {
  return std::isfinite(number) ? fmt::format("{}", number) : "null";
}

const char* success_name(host::Loss loss) {
  return loss == host::Loss::SquaredError ? "r2" : "accuracy";
}

}  // namespace

std::string success_text(host::Loss loss, double accuracy) {
  if (loss == host::Loss::SquaredError) return fmt::format("r2 {:.4f}", accuracy);
  return fmt::format("accuracy {:.4g} %", accuracy);
}

StepLines::StepLines(const RunArguments& arguments, const host::TrainOptions& options, bool f32)
    : eureka_(arguments.lines == "eureka"), f32_(f32), loss_(options.loss), steps_(options.steps) {
  if (!arguments.log.empty()) log_.emplace(arguments.log);
}

std::string StepLines::number(double number) const {
  return f32_ ? fmt::format("{}", static_cast<float>(number)) : fmt::format("{}", number);
}

std::string StepLines::numbers(const host::StepReport& report) const {
  std::string text =
      fmt::format("loss {} {} {}", number(report.loss), success_name(loss_), report.accuracy);
  if (report.validation) {
    text += fmt::format(" val_loss {} val_{} {}", number(report.validation->loss),
                        success_name(loss_), report.validation->accuracy);
  }
  return text;
}

void StepLines::write(const host::StepReport& report) {
  if (eureka_) {
    if (report.step % 10 == 0 && report.validation) {
      out_.write(fmt::format("step {}/{}, val loss {:.6f}", report.step + 1, steps_,
                             report.validation->loss));
    }
    out_.write(
        fmt::format("step {}/{}, train loss {}", report.step + 1, steps_,
                    f32_ ? shortest(static_cast<float>(report.loss)) : shortest(report.loss)));
  } else {
    out_.write(fmt::format("step {} {}", report.step, numbers(report)));
  }
  log(report);
}

void StepLines::log(const host::StepReport& report) {
  if (!log_) return;
  std::string text =
      fmt::format(R"({{"step": {}, "loss": {}, "{}": {})", report.step, json_number(report.loss),
                  success_name(loss_), json_number(report.accuracy));
  if (report.validation) {
    text += fmt::format(R"(, "val_loss": {}, "val_{}": {})", json_number(report.validation->loss),
                        success_name(loss_), json_number(report.validation->accuracy));
  }
  log_->write(text + "}");
}

void StepLines::fingerprint(int step, const std::string& fingerprint) {
  out_.write(fmt::format("step {} fingerprint {}", step, fingerprint));
}

void StepLines::finish(const host::StepReport& last, const std::string& fingerprint) {
  if (eureka_) {  // stdout has the original's lines, and no others
    fmt::print(stderr, "fingerprint {}\n", fingerprint);
    return;
  }
  out_.write("final " + numbers(last));
  out_.write("fingerprint " + fingerprint);
}

}  // namespace levelgrad::app
