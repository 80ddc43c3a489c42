// SPDX-License-Identifier: MIT
#include "expressions_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "exit_code.h"
#include "interrupt.h"
#include "levelgrad/error.h"
#include "levelgrad/host/expression_fit.h"
#include "levelgrad/host/files.h"
#include "levelgrad/number_text.h"
#include "line_file.h"
#include "progress_bar.h"

namespace levelgrad::app {
namespace {

constexpr std::size_t most_examples = 20'000'000;  // 0.5 GB of inputs
constexpr int steps_between_lines = 10;
constexpr std::size_t shown_formulas = 10;

host::ExpressionFit fit_of(ExpressionsRun& run) {
  if (run.trees * run.points > most_examples) {
    throw UsageError(fmt::format("--trees times --points: {} examples, more than {}",
                                 run.trees * run.points, most_examples));
  }
  PythonRandom random(run.seed);
  host::Dataset data = host::expression_data(run.points, random);
  host::ExpressionBag bag = host::random_expressions(run.trees, data, random);
  return {std::move(bag), std::move(data), run.lr, std::move(run.executor)};
}

/// The formulas as they are now, the best first.
struct Ranking {
  std::vector<double> errors, parameters;
  std::vector<std::size_t> order;

  explicit Ranking(host::ExpressionFit& fit)
      : errors(fit.errors()), parameters(fit.parameters()), order(errors.size()) {
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t tree) { return errors[tree]; });
  }
};

std::string json_line(const host::ExpressionStep& step, std::size_t trees) {
  return fmt::format(R"({{"step": {}, "loss": {}, "trees": {}, "best": {}, "best_error": {}}})",
                     step.step, step.loss, trees, step.best, step.best_error);
}

void show_best(const host::ExpressionFit& fit, const Ranking& ranking, LineFile& out) {
  for (const std::size_t tree :
       std::span(ranking.order).first(std::min(shown_formulas, ranking.order.size()))) {
    out.write(fmt::format("error {} tree {}: {}", shortest(ranking.errors[tree]), tree,
                          fit.text(tree, ranking.parameters)));
  }
}

void write_all(const host::ExpressionFit& fit, const Ranking& ranking, const std::string& folder) {
  std::string csv = "tree,error,formula\n";  // formulas have no commas
  for (const std::size_t tree : ranking.order) {
    csv += fmt::format("{},{},{}\n", tree, shortest(ranking.errors[tree]),
                       fit.text(tree, ranking.parameters));
  }
  const auto path = std::filesystem::path(folder) / "expressions.csv";
  host::write_file(path, csv);
  fmt::print(stderr, "wrote {}\n", path.string());
}

}  // namespace

int fit_expressions(ExpressionsRun run) {
  const Interrupt interrupt;
  host::ExpressionFit fit = fit_of(run);
  std::optional<LineFile> log;
  if (!run.log.empty()) log.emplace(run.log);
  if (!run.note.empty()) fmt::print(stderr, "levelgrad: {}\n", run.note);
  LineFile out;
  ProgressBar bar;
  std::size_t told = 0;  // of the trees that are left out
  for (int k = 0; k < run.steps; ++k) {
    if (interrupt.requested()) {
      bar.clear();
      fmt::print(stderr, "levelgrad: interrupted\n");
      return exit_interrupted;
    }
    const host::ExpressionStep step = fit.step();
    for (; told < fit.left_out().size(); ++told) {
      bar.clear();
      const host::LeftOut& gone = fit.left_out()[told];
      fmt::print(stderr, "levelgrad: step {}: tree {} is left out from here on: {}\n", gone.step,
                 gone.tree, gone.why);
    }
    if (k % steps_between_lines == 0 || k + 1 == run.steps) {
      bar.clear();
      out.write(fmt::format("step {} loss {} best {} tree {}", step.step, shortest(step.loss),
                            shortest(step.best_error), step.best));
    }
    if (log) log->write(json_line(step, fit.active_count()));
    bar.show(k + 1, run.steps, fmt::format("best error {:.4g}", step.best_error));
  }
  bar.clear();
  const Ranking ranking(fit);
  show_best(fit, ranking, out);
  write_all(fit, ranking, run.save);
  return exit_ok;
}

}  // namespace levelgrad::app
