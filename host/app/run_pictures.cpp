// SPDX-License-Identifier: MIT
#include "run_pictures.h"

#include <fmt/format.h>

#include <cstdio>
#include <sstream>
#include <utility>
#include <vector>

#include "boundary.h"
#include "levelgrad/host/confusion_plot.h"
#include "levelgrad/host/files.h"
#include "levelgrad/host/histogram_plot.h"
#include "levelgrad/host/loss_plot.h"
#include "levelgrad/host/metrics.h"
#include "levelgrad/host/png_canvas.h"
#include "levelgrad/host/report.h"
#include "levelgrad/host/run_history.h"
#include "levelgrad/host/svg_canvas.h"
#include "score.h"
#include "step_lines.h"

namespace levelgrad::app {
namespace {

/// A part of the data with a name, and how the model does on it.
struct Judged {
  std::string name;
  const host::Dataset& data;
  Scored scored;
};

template <class Plot>
std::string svg_of(const Plot& plot) {
  host::SvgCanvas canvas(host::fitting_size(plot));
  host::draw(plot, canvas);
  return canvas.svg();
}

/// "name = value" lines as a table.
host::Report::Table options_table(const std::string& toml) {
  host::Report::Table table{"Options", {"option", "value"}, {}};
  std::istringstream lines(toml);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t equals = line.find(" = ");
    table.rows.push_back({line.substr(0, equals), line.substr(equals + 3)});
  }
  return table;
}

class Pictures {
public:
  Pictures(const RunFolder& folder, const host::TrainedModel& model, const PreparedData& data,
           std::span<const host::StepReport> reports, const RunFacts& facts)
      : folder_(folder), model_(model), data_(data), reports_(reports), facts_(facts) {
    report_.title = facts.name;
    for (const auto& [name, part] :
         {std::pair{"training", &data.train}, std::pair{"validation", &data.validation},
          std::pair{"test", &data.test}}) {
      if (part->example_count() > 0) parts_.push_back({name, *part, score(model, *part)});
    }
  }

  void write() {
    describe();
    boundary();
    losses();
    metrics();
    parameters();
    report_.tables.push_back(options_table(facts_.config));
    host::write_file(folder_.file("report.html"), host::report_html(report_));
    fmt::print(stderr, "wrote {}\n", folder_.file("report.html").string());
  }

private:
  /// Writes the picture as .svg and .png, and puts it on the page.
  template <class Plot>
  void add(Plot plot, const std::string& name, const std::string& title,
           const std::string& caption) {
    host::PngCanvas png(host::fitting_size(plot));
    host::draw(plot, png);
    host::write_file(folder_.file(name + ".png"), png.png());
    host::write_file(folder_.file(name + ".svg"), svg_of(plot));
    fmt::print(stderr, "wrote {}, {}.svg\n", folder_.file(name + ".png").string(), name);
    plot.title = plot.subtitle = "";  // the page has its own
    report_.figures.push_back({title, svg_of(plot), caption});
  }

  [[nodiscard]] std::string success(const Judged& part) const {
    const double accuracy =
        host::accuracy_of<double>(model_.loss, part.scored.scores, part.data.labels);
    return success_text(model_.loss, accuracy);
  }

  void describe() {
    const auto fact = [&](const std::string& name, const std::string& value) {
      report_.facts.emplace_back(name, value);
    };
    report_.summary =
        fmt::format("{} parameters after {} steps, on {} examples", model_.parameters.size(),
                    facts_.model_step, data_.train.example_count());
    for (const Judged& part : parts_) {
      fact(part.name, fmt::format("{} examples: loss {:.6g}, {}", part.data.example_count(),
                                  part.scored.loss, success(part)));
    }
    if (!facts_.executor.empty()) fact("executor", facts_.executor);
    fact("numbers", model_.f32 ? "f32" : "f64");
    if (facts_.seconds > 0) {
      fact("time", fmt::format("{:.3g} s, {:.3g} examples/s", facts_.seconds,
                               facts_.examples / facts_.seconds));
    }
    fact("fingerprint", facts_.fingerprint);
  }

  void boundary() {
    if (data_.train.feature_count != 2 || data_.class_names.empty()) return;
    host::BoundaryPlot plot = boundary_plot(model_, data_);
    plot.title = facts_.name;
    plot.subtitle = fmt::format(
        "{} parameters, {}", model_.parameters.size(),
        facts_.model_step == 0 ? "untrained"
                               : fmt::format("{} steps: loss {:.4f}, {}", facts_.model_step,
                                             parts_.front().scored.loss, success(parts_.front())));
    add(plot, facts_.name, "Decision boundary",
        "Shades: how sure the network is. Filled points are trained on, rings are not.");
  }

  void losses() {
    host::LossPlot plot;
    plot.title = facts_.name + ": loss";
    host::Curve train{"training", {}}, validation{"validation", {}};
    host::Curve right{"training", {}}, validation_right{"validation", {}};
    host::RunHistory history;
    for (const host::StepReport& report : reports_) {
      history.add(report);
      const auto step = static_cast<double>(report.step);
      train.points.push_back({step, report.loss});
      right.points.push_back({step, report.accuracy / 100});
      if (!report.validation) continue;
      validation.points.push_back({step, report.validation->loss});
      validation_right.points.push_back({step, report.validation->accuracy / 100});
    }
    const bool validated = !validation.points.empty();
    plot.losses.push_back(std::move(train));
    if (validated) plot.losses.push_back(std::move(validation));
    if (model_.loss != host::Loss::SquaredError) {
      plot.accuracies.push_back(std::move(right));
      if (validated) plot.accuracies.push_back(std::move(validation_right));
    }
    if (validated) plot.best_step = history.best().step;
    add(plot, "loss", "Loss",
        validated ? "The model is that of the step with the lowest "
                    "validation loss."
                  : "");
  }

  /// Of what was not trained on, where there is such data.
  void metrics() {
    const Judged& part = parts_.back();
    if (data_.class_names.empty()) {
      regression_metrics(part);
      return;
    }
    const host::Confusion confusion = confusion_of(model_, part.data, part.scored);
    fmt::print(stderr, "{} part:\n{}", part.name,
               host::metrics_table(confusion, data_.class_names));
    host::ConfusionPlot plot{.title = facts_.name + ": " + part.name + " part",
                             .subtitle = "",
                             .confusion = confusion,
                             .class_names = data_.class_names};
    add(plot, "confusion", "Confusion",
        "Rows: what examples are. Columns: what they are taken for.");
    host::Report::Table table{
        "Classes, " + part.name + " part", {"class", "precision", "recall", "F1", "examples"}, {}};
    const auto classes = host::class_metrics(confusion);
    for (std::size_t k = 0; k < classes.size(); ++k) {
      table.rows.push_back(
          {host::class_name(data_.class_names, k), fmt::format("{:.3f}", classes[k].precision),
           fmt::format("{:.3f}", classes[k].recall), fmt::format("{:.3f}", classes[k].f1),
           std::to_string(classes[k].support)});
    }
    report_.tables.push_back(std::move(table));
  }

  void regression_metrics(const Judged& part) {
    const auto found = host::regression_metrics(in_units(model_, part.data.labels),
                                                in_units(model_, part.scored.scores));
    fmt::print(stderr, "{} part:\n{}", part.name, host::metrics_table(found));
    report_.tables.push_back(
        {"Errors, " + part.name + " part",
         {"mean squared error", "mean absolute error", "R2"},
         {{fmt::format("{:.6g}", found.mean_squared_error),
           fmt::format("{:.6g}", found.mean_absolute_error), fmt::format("{:.6g}", found.r2)}}});
  }

  void parameters() {
    std::vector<std::string> names;
    std::vector<double> before;
    for (NodeIndex p = 0; p < model_.program.parameter_count(); ++p) {
      names.emplace_back(model_.program.name(p));
      before.push_back(model_.program.initial(p));
    }
    add(host::HistogramPlot{.title = facts_.name + ": parameters",
                            .subtitle = "before and after training",
                            .groups = host::parameter_groups(names, before, model_.parameters)},
        "parameters", "Parameters", "");
  }

  const RunFolder& folder_;
  const host::TrainedModel& model_;
  const PreparedData& data_;
  std::span<const host::StepReport> reports_;
  const RunFacts& facts_;
  std::vector<Judged> parts_;
  host::Report report_;
};

}  // namespace

void write_pictures(const RunFolder& folder, const host::TrainedModel& model,
                    const PreparedData& data, std::span<const host::StepReport> reports,
                    const RunFacts& facts) {
  Pictures(folder, model, data, reports, facts).write();
}

}  // namespace levelgrad::app
