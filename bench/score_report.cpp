// SPDX-License-Identifier: MIT
#include "score_report.h"

#include <cmath>
#include <cstdio>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>
#include <tuple>

#include "cuda_limits.h"
#include "levelgrad/host/files.h"
#include "machine.h"
#include "timing.h"

namespace levelgrad::bench {

namespace {

const char* kind_name(Kind kind) {
  switch (kind) {
    case Kind::Levelgrad:
      return "levelgrad";
    case Kind::ByHand:
      return "by hand";
    case Kind::Peer:
      return "peer";
  }
  return "";
}

std::string place_of(const Score& score) {
  if (score.device == "cuda") return "GPU";
  return std::to_string(score.threads) + (score.threads == 1 ? " thread" : " threads");
}

/// Of this batch and dtype, the shortest median of a peer; in the same place or in any. NaN where
/// there is none.
double best_peer(const std::vector<Score>& scores, const Score& beside, bool same_place) {
  double best = std::numeric_limits<double>::quiet_NaN();
  for (const Score& score : scores) {
    if (score.kind != Kind::Peer || score.n != beside.n || score.dtype != beside.dtype) continue;
    if (same_place && place_of(score) != place_of(beside)) continue;
    const double ns = median(score.samples);
    if (!(best <= ns)) best = ns;
  }
  return best;
}

/// The number in some columns, or a dash where there is none.
void print_ratio(double number) {
  if (std::isfinite(number)) {
    std::printf(" %8.3g |", number);
  } else {
    std::printf(" %8s |", "-");
  }
}

/// To five digits: a file for people and for git.
double rounded(double number) {
  if (number == 0 || !std::isfinite(number)) return number;
  const double scale = std::pow(10, 4 - std::floor(std::log10(std::abs(number))));
  return std::round(number * scale) / scale;
}

/// Which peer has which version, each once.
std::set<std::pair<std::string, std::string>> versions_of(const std::vector<Score>& scores) {
  std::set<std::pair<std::string, std::string>> versions;
  for (const Score& score : scores) {
    if (score.kind != Kind::Peer) continue;
    versions.emplace(score.name.substr(0, score.name.find_first_of(" ,")), score.version);
  }
  return versions;
}

nlohmann::ordered_json json_of(const Score& score, const std::vector<Score>& scores,
                               const Circumstances& circumstances) {
  const Summary s = summarise(score.samples);
  nlohmann::ordered_json json = {{"n", score.n},
                                 {"dtype", score.dtype},
                                 {"device", score.device},
                                 {"threads", score.threads},
                                 {"kind", kind_name(score.kind)},
                                 {"what", score.name},
                                 {"ns_per_example", rounded(s.median)},
                                 {"mad", rounded(s.deviation)},
                                 {"min", rounded(s.min)},
                                 {"max", rounded(s.max)},
                                 {"samples", score.samples.size()},
                                 {"examples_per_second", rounded(1e9 / s.median)}};
  if (!score.version.empty()) json["version"] = score.version;
  const double here = best_peer(scores, score, true), any = best_peer(scores, score, false);
  if (std::isfinite(here)) json["to_best_peer"] = rounded(s.median / here);
  if (std::isfinite(any)) json["to_best_peer_anywhere"] = rounded(s.median / any);
  const double limit = limit_ns(score, circumstances);
  if (limit > 0) json["to_limit"] = rounded(s.median / limit);
  return json;
}

}  // namespace

double limit_ns(const Score& score, const Circumstances& c) {
  const bool f64 = score.dtype == "f64";
  if (score.device == "cuda") {
    if (!c.gpu) return 0;
    return 1e9 / limits_of(*c.gpu, f64 ? host::Dtype::F64 : host::Dtype::F32).arithmetic;
  }
  const double rate = (f64 ? c.slots_f64 : c.slots_f32)[score.threads == 1 ? 0 : 1];
  return rate > 0 ? (f64 ? operations_f64 : operations_f32) / rate : 0;
}

void print_circumstances(const Circumstances& c) {
  std::printf(
      "moons net 2-16-16-1: a whole step of training (loss, 337 grads, SGD over the whole ");
  std::printf("batch)\n%s\n", c.options.c_str());
  std::printf("machine   %s, %u logical processors; load %s before\n", cpu_model().c_str(),
              std::thread::hardware_concurrency(), c.load_before.c_str());
  std::printf("built by  %s; by hand: with -march=native, no contraction\n",
              LEVELGRAD_BENCH_COMPILER);
  std::printf("levelgrad %s, %s\n", LEVELGRAD_VERSION, today().c_str());
  if (!c.gpu_name.empty()) {
    std::printf("GPU       %s%s\n", c.gpu_name.c_str(), c.gpu ? "" : ", whose limit is not known");
  }
  std::printf("/ peer: over the fastest peer of the batch, dtype and place; / any: of any place; ");
  std::printf("/ limit:\nover what arithmetic alone takes there\n\n");
  std::printf("| %-9s | dtype | %-10s | %-44s | ns/example |      MAD | examples/s |   / peer |",
              "N", "where", "what");
  std::printf("    / any |  / limit |\n|----------:|:------|:-----------|:%s|-----------:|",
              std::string(45, '-').c_str());
  std::printf("---------:|-----------:|---------:|---------:|---------:|\n");
  std::fflush(stdout);
}

void print_scores(std::vector<Score> scores, const Circumstances& circumstances) {
  const auto key = [](const Score& score) {
    return std::tuple(score.dtype == "f32", score.device == "cuda", score.threads,
                      median(score.samples));
  };
  std::sort(scores.begin(), scores.end(),
            [&key](const Score& a, const Score& b) { return key(a) < key(b); });
  for (const Score& score : scores) {
    const Summary s = summarise(score.samples);
    const std::string who = score.kind == Kind::Peer        ? ""
                            : score.kind == Kind::Levelgrad ? "levelgrad "
                                                            : "by hand, ";
    std::printf("| %9zu | %-5s | %-10s | %-44s | %10.4g | %6.1f %% | %10.4g |", score.n,
                score.dtype.c_str(), place_of(score).c_str(), (who + score.name).c_str(), s.median,
                100 * s.deviation / s.median, 1e9 / s.median);
    print_ratio(s.median / best_peer(scores, score, true));
    print_ratio(s.median / best_peer(scores, score, false));
    print_ratio(s.median / limit_ns(score, circumstances));
    std::printf("\n");
  }
  std::fflush(stdout);
}

void print_limits(const Circumstances& c) {
  std::printf("\nload      %s after\n", load_average().c_str());
  std::printf("measured  vector additions and multiplications per ns, each lane counted: f64 %.0f ",
              c.slots_f64[0]);
  std::printf("(%d threads: %.0f), f32 %.0f (%.0f)\n", c.threads, c.slots_f64[1], c.slots_f32[0],
              c.slots_f32[1]);
  for (const bool f64 : {true, false}) {
    Score score;
    score.dtype = f64 ? "f64" : "f32";
    std::printf("limit     %s: %.0f operations, none an fma: %.3g ns per example and thread",
                score.dtype.c_str(), f64 ? operations_f64 : operations_f32, limit_ns(score, c));
    score.device = "cuda";
    if (c.gpu) {
      std::printf("; %s %.3g ns", std::string(c.gpu->title).c_str(), limit_ns(score, c));
    }
    std::printf("\n");
  }
}

void write_scores(const std::string& path, const std::vector<Score>& scores,
                  const std::vector<std::string>& left_out, const Circumstances& c) {
  nlohmann::ordered_json json = {
      {"work", "moons net 2-16-16-1: loss, 337 grads, SGD over the whole batch"},
      {"date", today()},
      {"conditions", c.options},
      {"machine", cpu_model()},
      {"logical_processors", std::thread::hardware_concurrency()},
      {"load_before", c.load_before},
      {"load_after", load_average()},
      {"gpu", c.gpu_name},
      {"levelgrad", LEVELGRAD_VERSION},
      {"compiler", LEVELGRAD_BENCH_COMPILER}};
  json["operations_per_ns"] = {{"f64", {rounded(c.slots_f64[0]), rounded(c.slots_f64[1])}},
                               {"f32", {rounded(c.slots_f32[0]), rounded(c.slots_f32[1])}},
                               {"threads", {1, c.threads}}};
  json["versions"] = nlohmann::ordered_json::object();
  for (const auto& [name, version] : versions_of(scores)) json["versions"][name] = version;
  json["left_out"] = left_out;
  json["rows"] = nlohmann::ordered_json::array();
  for (const Score& score : scores) json["rows"].push_back(json_of(score, scores, c));
  host::write_file(path, json.dump(1) + "\n");
}

}  // namespace levelgrad::bench
