// SPDX-License-Identifier: MIT
#include "cuda_report.h"

#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <thread>

#include "levelgrad/host/files.h"
#include "machine.h"

namespace levelgrad::bench {

namespace {

host::Dtype dtype_of(const std::string& name) {
  return name == "f64" ? host::Dtype::F64 : host::Dtype::F32;
}

/// The shortest median among rows of this dtype and number of examples whose name begins so; NaN
/// where there is none.
double best(const std::vector<Timed>& rows, const Timed& beside, const std::string& beginning) {
  double found = std::numeric_limits<double>::quiet_NaN();
  for (const Timed& timed : rows) {
    if (timed.n != beside.n || timed.row.dtype != beside.row.dtype) continue;
    if (!timed.row.name.starts_with(beginning)) continue;
    const double ns = median(timed.row.samples);
    if (!(found <= ns)) found = ns;
  }
  return found;
}

/// 0 where nothing is expected.
double expected_of(const Timed& timed, const Conditions& conditions) {
  if (!conditions.gpu) return 0;
  const host::Dtype dtype = dtype_of(timed.row.dtype);
  return expected_ns(timed.row.name, timed.how == "run", limits_of(*conditions.gpu, dtype), dtype,
                     timed.n);
}

/// The number in some columns, or a dash where it is 0 or none.
void print_cell(const char* format, int width, double number) {
  if (std::isfinite(number) && number != 0) {
    std::printf(format, width, number);
  } else {
    std::printf(" %*s |", width, "-");
  }
}

/// To five digits: a file for people and for git.
double rounded(double number) {
  if (number == 0 || !std::isfinite(number)) return number;
  const double scale = std::pow(10, 4 - std::floor(std::log10(std::abs(number))));
  return std::round(number * scale) / scale;
}

nlohmann::ordered_json json_of(const Timed& timed, const std::vector<Timed>& rows,
                               const Conditions& conditions) {
  const Summary s = summarise(timed.row.samples);
  nlohmann::ordered_json json = {{"n", timed.n},
                                 {"what", timed.row.name},
                                 {"how", timed.how},
                                 {"dtype", timed.row.dtype},
                                 {"threads", timed.row.threads},
                                 {"ns_per_example", rounded(s.median)},
                                 {"mad", rounded(s.deviation)},
                                 {"min", rounded(s.min)},
                                 {"max", rounded(s.max)},
                                 {"samples", timed.row.samples.size()},
                                 {"examples_per_second", rounded(1e9 / s.median)}};
  const double host = best(rows, timed, "host"), torch = best(rows, timed, "torch");
  if (std::isfinite(host)) json["to_host"] = rounded(s.median / host);
  if (std::isfinite(torch)) json["to_torch"] = rounded(s.median / torch);
  const double expected = expected_of(timed, conditions);
  if (expected != 0) json["expected_ns_per_example"] = rounded(expected);
  return json;
}

}  // namespace

void print_conditions(const Conditions& c) {
  std::printf(
      "moons net 2-16-16-1, hinge, forward and backward, all 337 grads; medians of %d rounds ",
      c.rounds);
  std::printf("of at least %g ms\n", c.least_ms);
  std::printf("run: a user's call, inputs handed over and grads handed back each time\n");
  std::printf(
      "steps: a step of SGD over the whole batch, 20 in one call; data and grads stay on the ");
  std::printf("device, also those of peers\n");
  std::printf("GPU       %s, %d multiprocessors, compute capability %d.%d\n", c.device.name.c_str(),
              c.device.multiprocessors, c.device.major, c.device.minor);
  std::printf("machine   %s, %u logical processors, load %s\n", cpu_model().c_str(),
              std::thread::hardware_concurrency(), load_average().c_str());
  std::printf("built by  %s\n", LEVELGRAD_BENCH_COMPILER);
  std::printf("versions  levelgrad %s; CUDA runtime %s, driver %s\n", LEVELGRAD_VERSION,
              cuda::version_text(c.runtime).c_str(), cuda::version_text(c.driver).c_str());
  std::printf("host      %s\n", c.host.c_str());
  std::printf("date      %s\n", today().c_str());
  if (!c.gpu) {
    std::printf("limits    this GPU is not in the table of GPUs: no limits, no expectation\n\n");
    return;
  }
  for (const host::Dtype dtype : {host::Dtype::F32, host::Dtype::F64}) {
    const MoonsLimits limits = limits_of(*c.gpu, dtype);
    std::printf(
        "limits    %s, %s: level by level in global memory (%.0f B per example) %.3g/s, in ",
        std::string(c.gpu->title).c_str(), dtype == host::Dtype::F64 ? "f64" : "f32",
        numbers_moved * (dtype == host::Dtype::F64 ? 8 : 4), limits.global);
    std::printf("shared memory %.3g/s, arithmetic %.3g/s, layer by layer %.3g/s\n", limits.shared,
                limits.arithmetic, limits.layers);
  }
  std::printf("\n");
}

void print_head() {
  std::printf("|       n | how   | %-36s | dtype | ns/example |      MAD | examples/s |   / host |",
              "what");
  std::printf("  / torch | expected ns |\n");
  std::printf("|--------:|:------|:%s|:------|-----------:|---------:|-----------:|---------:|",
              std::string(37, '-').c_str());
  std::printf("---------:|------------:|\n");
  std::fflush(stdout);
}

void print_rows(const std::vector<Timed>& rows, const Conditions& conditions) {
  for (const Timed& timed : rows) {
    const Summary s = summarise(timed.row.samples);
    std::printf("| %7zu | %-5s | %-36s | %-5s | %10.4g | %6.1f %% | %10.4g |", timed.n,
                timed.how.c_str(), timed.row.name.c_str(), timed.row.dtype.c_str(), s.median,
                100 * s.deviation / s.median, 1e9 / s.median);
    print_cell(" %*.3g |", 8, s.median / best(rows, timed, "host"));
    print_cell(" %*.3g |", 8, s.median / best(rows, timed, "torch"));
    print_cell(" %*.4g |", 11, expected_of(timed, conditions));
    std::printf("\n");
  }
  std::fflush(stdout);
}

void write_json(const std::string& path, const std::vector<Timed>& rows, const Conditions& c) {
  nlohmann::ordered_json json = {
      {"work", "moons net 2-16-16-1, hinge, forward and backward"},
      {"date", today()},
      {"gpu", c.device.name},
      {"compute_capability", std::to_string(c.device.major) + "." + std::to_string(c.device.minor)},
      {"multiprocessors", c.device.multiprocessors},
      {"cuda_runtime", cuda::version_text(c.runtime)},
      {"cuda_driver", cuda::version_text(c.driver)},
      {"machine", cpu_model()},
      {"logical_processors", std::thread::hardware_concurrency()},
      {"levelgrad", LEVELGRAD_VERSION},
      {"compiler", LEVELGRAD_BENCH_COMPILER},
      {"host", c.host},
      {"rounds", c.rounds},
      {"least_ms", c.least_ms}};
  json["peers"] = nlohmann::ordered_json::object();
  for (const auto& [name, state] : c.peers) json["peers"][name] = state;
  json["limits"] = nlohmann::ordered_json::object();
  for (const char* dtype : {"f32", "f64"}) {
    if (!c.gpu) break;
    const MoonsLimits limits = limits_of(*c.gpu, dtype_of(dtype));
    json["limits"][dtype] = {{"global_memory", rounded(limits.global)},
                             {"shared_memory", rounded(limits.shared)},
                             {"arithmetic", rounded(limits.arithmetic)},
                             {"layers", rounded(limits.layers)}};
  }
  json["rows"] = nlohmann::ordered_json::array();
  for (const Timed& timed : rows) json["rows"].push_back(json_of(timed, rows, c));
  host::write_file(path, json.dump(1) + "\n");
}

}  // namespace levelgrad::bench
