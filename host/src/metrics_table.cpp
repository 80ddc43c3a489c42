// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include "levelgrad/host/metrics.h"
#include "schedule_words.h"
#include "utf8.h"

namespace levelgrad::host {
namespace {

constexpr std::size_t widest_name = 32;

/// Padded by characters: a name may have more bytes than that.
std::string padded(const std::string& text, std::size_t width) {
  const std::size_t length = decode_utf8(text).size();
  return std::string(width - std::min(length, width), ' ') + text;
}

std::string line(const std::string& name, const ClassMetrics& metrics) {
  return fmt::format("{}  {:>9.4f}  {:>9.4f}  {:>9.4f}  {:>9}\n", name, metrics.precision,
                     metrics.recall, metrics.f1, grouped(metrics.support));
}

}  // namespace

std::string metrics_table(const Confusion& confusion, std::span<const std::string> class_names) {
  const std::vector<ClassMetrics> classes = class_metrics(confusion);
  const std::string macro = "mean of classes", weighted = "mean of examples";
  std::vector<std::string> names;
  std::size_t width = weighted.size();
  for (std::size_t k = 0; k < classes.size(); ++k) {
    names.push_back(printable(class_name(class_names, k), widest_name));
    width = std::max(width, decode_utf8(names.back()).size());
  }
  std::string table = fmt::format("{}  {:>9}  {:>9}  {:>9}  {:>9}\n", padded("", width),
                                  "precision", "recall", "F1", "examples");
  for (std::size_t k = 0; k < classes.size(); ++k) {
    table += line(padded(names[k], width), classes[k]);
  }
  table += "\n" + line(padded(macro, width), macro_mean(classes));
  table += line(padded(weighted, width), weighted_mean(classes));
  table += fmt::format("{}  {:>9.4f}  ({} of {} are right)\n", padded("accuracy", width),
                       accuracy(confusion), grouped(confusion.right()),
                       grouped(confusion.example_count()));
  return table;
}

std::string metrics_table(const RegressionMetrics& metrics) {
  return fmt::format(
      "mean squared error   {:.6g}\nmean absolute error  {:.6g}\nR2                   {:.6g}\n",
      metrics.mean_squared_error, metrics.mean_absolute_error, metrics.r2);
}

}  // namespace levelgrad::host
