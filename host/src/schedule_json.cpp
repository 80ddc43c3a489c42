// SPDX-License-Identifier: MIT
#include "json_text.h"
#include "levelgrad/contribution.h"
#include "levelgrad/host/schedule_text.h"

namespace levelgrad::host {
namespace {

void write_ops(JsonWriter& json, const std::vector<OpCount>& ops) {
  json.key("ops");
  json.open('{');
  for (const OpCount& op : ops) json.member(info(op.op).name, op.nodes);
  json.close('}');
}

void write_nodes(JsonWriter& json, const ScheduleReport& report) {
  json.key("nodes");
  json.open('{');
  json.member("parameters", report.parameters);
  json.member("inputs", report.inputs);
  json.member("constants", report.constants);
  for (const PartReport& part : report.parts) json.member(part.name, part.nodes);
  json.close('}');
  json.member("outputs", report.outputs);
  json.key("parts");
  json.open('{');
  for (const PartReport& part : report.parts) {
    json.key(part.name);
    json.open('{');
    json.member("nodes", part.nodes);
    json.member("levels", part.levels);
    write_ops(json, part.ops);
    json.close('}');
  }
  json.close('}');
}

void write_levels(JsonWriter& json, const ScheduleReport& report) {
  json.member("level_count", report.levels.size());
  json.member("backward_level_count", report.backward_levels);
  json.member("widest", report.widest);
  json.member("mean_width", report.mean_width);
  json.key("levels");
  json.open('[');
  for (std::size_t level = 0; level < report.levels.size(); ++level) {
    json.open('{');
    json.member("level", level);
    json.member("nodes", report.levels[level].nodes);
    json.member("grads", report.levels[level].grads);
    write_ops(json, report.levels[level].ops);
    json.close('}');
  }
  json.close(']');
  json.member("critical_path_length", report.path_ops.size());
  json.key("critical_path");
  json.open('[');
  for (const PathRun& run : report.critical_path) {
    json.open('{');
    json.member("op", info(run.op).name);
    json.member("nodes", run.nodes);
    json.member("file", run.where.file);
    json.member("line", run.where.line);
    json.close('}');
  }
  json.close(']');
}

void write_gpu(JsonWriter& json, const ScheduleReport& report) {
  json.key("gpu");
  json.open('{');
  json.member("name", report.gpu.name);
  json.member("multiprocessors", report.gpu.multiprocessors);
  json.member("threads", report.gpu.threads());
  json.member("operations_per_second", report.gpu.peak(report.dtype));
  json.member("bytes_per_second", report.gpu.bandwidth);
  json.member("shared_bytes_per_second", report.gpu.shared_bandwidth());
  json.member("ridge_operations_per_byte", report.gpu.ridge(report.dtype));
  json.close('}');
  json.key("filling");
  json.open('{');
  if (report.filling) {
    constexpr std::array names = {"widest", "median", "narrowest"};
    for (std::size_t k = 0; k < names.size(); ++k) {
      json.key(names[k]);
      json.open('{');
      json.member("level", (*report.filling)[k].level);
      json.member("nodes", (*report.filling)[k].nodes);
      json.member("lanes", (*report.filling)[k].lanes);
      json.close('}');
    }
  }
  json.close('}');
}

void write_costs(JsonWriter& json, const ScheduleReport& report) {
  json.key("per_example");
  json.open('{');
  const auto write_pass = [&](std::string_view name, const Passes& pass) {
    json.key(name);
    json.open('{');
    for (std::size_t kind = 0; kind < Operations::kind_count; ++kind) {
      json.member(Operations::names[kind], pass.operations.count[kind]);
    }
    json.member("operations", pass.operations.issued());
    json.member("reads", pass.traffic.reads);
    json.member("writes", pass.traffic.writes);
    json.close('}');
  };
  write_pass("forward", report.forward);
  write_pass("backward", report.backward);
  write_pass("folds", report.folds);
  json.member("operations", report.operations());
  json.member("numbers_moved", report.numbers_moved());
  json.close('}');
}

void write_forms(JsonWriter& json, const ScheduleReport& report) {
  json.key("slots");
  json.open('[');
  for (const SlotReport& slots : report.slots) {
    json.open('{');
    json.member("order", slots.order);
    json.member("slots", slots.slots);
    json.member("kept", slots.kept);
    json.member("lanes_per_multiprocessor", slots.lanes);
    json.close('}');
  }
  json.close(']');
  json.key("forms");
  json.open('[');
  for (const StorageForm& form : report.forms) {
    json.open('{');
    json.member("name", form.name);
    json.member("memory_bytes", form.memory_bytes);
    json.member("shared_bytes", form.shared_bytes);
    json.member("operations_per_byte", form.intensity);
    json.member("examples_per_second", form.examples_per_second);
    json.member("obstacle", form.obstacle);
    json.member("limit", limit_name(form.limit));
    json.close('}');
  }
  json.close(']');
}

void write_tiles(JsonWriter& json, const ScheduleReport& report) {
  json.key("tiles");
  json.open('[');
  for (const TileReport& tile : report.tiles) {
    json.open('{');
    json.member("rows", tile.rows);
    json.member("columns", tile.columns);
    json.member("terms", tile.terms);
    json.member("tiles", tile.tiles);
    json.close('}');
  }
  json.close(']');
  json.member("tile_products", report.tile_products);
  json.member("tile_factors", report.tile_factors);
  json.member("tile_reads_without_sharing", report.tile_reads);
}

}  // namespace

std::string schedule_json(const ScheduleReport& report) {
  JsonWriter json;
  json.open('{');
  json.member("program", report.name);
  json.member("dtype", report.dtype == Dtype::F64 ? "f64" : "f32");
  write_nodes(json, report);
  write_levels(json, report);
  write_gpu(json, report);
  write_costs(json, report);
  write_forms(json, report);
  write_tiles(json, report);
  json.close('}');
  return json.take();
}

}  // namespace levelgrad::host
