// SPDX-License-Identifier: MIT
//
// A ParityReport as a table and as JSON.
#include <fmt/format.h>

#include <cmath>

#include "json_text.h"
#include "levelgrad/host/parity.h"
#include "schedule_words.h"

namespace levelgrad::host {
namespace {

std::string table_of(const ParityRun& run) {
  std::size_t count = 0, identical = 0;
  for (const Agreement& agreement : run.agreements) {
    count += agreement.count;
    identical += agreement.identical;
  }
  std::string text = fmt::format("\n{}, {}: {} of {} numbers are those of the reference\n",
                                 run.dtype, run.executor, identical, count);
  text += fmt::format("  {:<20}{:>12}{:>12}\n", "quantity", "numbers", "identical");
  for (const Agreement& agreement : run.agreements) {
    text += fmt::format("  {:<20}{:>12}{:>12}\n", printable(agreement.quantity, 40),
                        agreement.count, agreement.identical);
    if (!agreement.first) continue;
    const Mismatch& first = *agreement.first;
    const std::string place = first.place.empty() ? "" : ", " + printable(first.place, 80);
    text += fmt::format("    first at {}{}: {}, reference {}\n", first.index, place, first.other,
                        first.reference);
    if (!first.node.empty()) text += fmt::format("    {}\n", printable(first.node, 200));
  }
  return text;
}

/// Of fast mode.
std::string deviations_table(const ParityRun& run) {
  std::string text = fmt::format("\n{}, {}: errors against exact mode; no bits are promised\n",
                                 run.dtype, run.executor);
  text += fmt::format("  {:<20}{:>12}{:>12}{:>11}{:>11}{:>11}{:>11}\n", "quantity", "numbers",
                      "identical", "absolute", "relative", "ulps", "of largest");
  for (const Deviation& each : run.deviations) {
    text += fmt::format("  {:<20}{:>12}{:>12}{:>11.2g}{:>11.2g}{:>11.2g}{:>11.2g}{}\n",
                        printable(each.quantity, 40), each.count, each.identical, each.absolute,
                        each.relative, each.ulps, each.scaled,
                        each.scaled <= run.bound ? "" : "  above the bound");
  }
  return text + fmt::format("  bound of the last column: {:g}\n", run.bound);
}

/// Infinite errors are null.
void write(const char* name, double error, JsonWriter& json) {
  json.key(name);
  std::isfinite(error) ? json.value(error) : json.null();
}

void write_deviations(const ParityRun& run, JsonWriter& json) {
  json.open('{');
  json.member("dtype", run.dtype);
  json.member("executor", run.executor);
  json.member("bound", run.bound);
  json.member("within", run.within_bound());
  json.key("quantities");
  json.open('[');
  for (const Deviation& each : run.deviations) {
    json.open('{');
    json.member("name", each.quantity);
    json.member("numbers", each.count);
    json.member("identical", each.identical);
    write("absolute", each.absolute, json);
    write("relative", each.relative, json);
    write("ulps", each.ulps, json);
    write("of_largest", each.scaled, json);
    json.close('}');
  }
  json.close(']');
  json.close('}');
}

void write(const Mismatch& first, JsonWriter& json) {
  json.key("first");
  json.open('{');
  json.member("index", first.index);
  json.member("place", first.place);
  json.member("reference", first.reference);
  json.member("other", first.other);
  json.member("node", first.node);
  json.close('}');
}

void write(const ParityRun& run, JsonWriter& json) {
  json.open('{');
  json.member("dtype", run.dtype);
  json.member("executor", run.executor);
  json.key("quantities");
  json.open('[');
  for (const Agreement& agreement : run.agreements) {
    json.open('{');
    json.member("name", agreement.quantity);
    json.member("numbers", agreement.count);
    json.member("identical", agreement.identical);
    if (agreement.first) write(*agreement.first, json);
    json.close('}');
  }
  json.close(']');
  json.close('}');
}

}  // namespace

std::string parity_table(const ParityReport& report) {
  std::string text = fmt::format("{}: {} nodes, {} parameters, hash {}; {} examples, {} steps\n",
                                 report.model, report.node_count, report.parameter_count,
                                 report.hash, report.example_count, report.steps);
  const auto table = report.math == Math::Exact ? table_of : deviations_table;
  for (const ParityRun& run : report.runs) text += table(run);
  return text;
}

std::string parity_json(const ParityReport& report) {
  JsonWriter json;
  json.open('{');
  json.member("model", report.model);
  json.member("hash", report.hash);
  json.member("nodes", report.node_count);
  json.member("parameters", report.parameter_count);
  json.member("examples", report.example_count);
  json.member("steps", report.steps);
  const bool exact = report.math == Math::Exact;
  json.member("math", exact ? "exact" : "fast");
  json.member(exact ? "identical" : "within", report.as_promised());
  json.key("runs");
  json.open('[');
  for (const ParityRun& run : report.runs) {
    exact ? write(run, json) : write_deviations(run, json);
  }
  json.close(']');
  json.close('}');
  return json.take();
}

}  // namespace levelgrad::host
