// SPDX-License-Identifier: MIT
//
// Times several functions side by side: in rounds, each of them once a round, so that what disturbs
// a shared machine disturbs all of them alike.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <functional>
#include <limits>
#include <string>
#include <vector>

namespace levelgrad::bench {

/// A line of the table.
struct Row {
  std::string name;
  std::string dtype;  ///< f64 or f32
  int threads = 1;
  std::function<void(std::size_t)> run;  ///< runs that many examples; empty: samples are given
  std::vector<double> samples = {};      ///< ns per example, one for each round
  double batches = 1;                    ///< of that many examples, which one call of run() runs
};

/// What the samples of a row say.
struct Summary {
  double median = 0, min = 0, max = 0;
  double deviation = 0;  ///< median of the absolute deviations from the median
};

/// Of at least one number.
inline double median(std::vector<double> numbers) {
  std::sort(numbers.begin(), numbers.end());
  const std::size_t half = numbers.size() / 2;
  return numbers.size() % 2 == 1 ? numbers[half] : (numbers[half - 1] + numbers[half]) / 2;
}

inline Summary summarise(const std::vector<double>& samples) {
  const auto [min, max] = std::minmax_element(samples.begin(), samples.end());
  const double middle = median(samples);
  std::vector<double> deviations;
  deviations.reserve(samples.size());
  for (const double s : samples) deviations.push_back(std::abs(s - middle));
  return {middle, *min, *max, median(deviations)};
}

/// Adds a sample to each row that has a function, in each round.
///
/// least_ms  for a sample the function runs again until this much wall time has passed.
/// cost      one more call of each function before the first round, which is not timed.
inline void time_rounds(std::vector<Row>& rows, std::size_t examples, int rounds, double least_ms) {
  using Clock = std::chrono::steady_clock;
  using Nanoseconds = std::chrono::duration<double, std::nano>;
  for (const Row& row : rows) {
    if (row.run) row.run(examples);
  }
  for (int round = 0; round < rounds; ++round) {
    for (Row& row : rows) {
      if (!row.run) continue;
      double passed = 0, calls = 0;
      const Clock::time_point start = Clock::now();
      do {
        row.run(examples);
        ++calls;
        passed = Nanoseconds(Clock::now() - start).count();
      } while (passed < least_ms * 1e6);
      row.samples.push_back(passed / (calls * row.batches * static_cast<double>(examples)));
    }
  }
}

/// The median of the row with this name and dtype; NaN where there is none.
inline double median_of(const std::vector<Row>& rows, const std::string& name,
                        const std::string& dtype) {
  for (const Row& row : rows) {
    if (row.name == name && row.dtype == dtype) return median(row.samples);
  }
  return std::numeric_limits<double>::quiet_NaN();
}

/// Prints the rows as a Markdown table: ns per example, and the medians divided by those of the
/// rows named in `references`, of the same dtype.
inline void print_table(const std::vector<Row>& rows, const std::vector<std::string>& references) {
  std::printf("| %-31s | dtype | threads | ns/example |      MAD |      min |      max |", "what");
  for (const std::string& name : references) std::printf(" / %-9s |", name.c_str());
  std::printf("\n|:%s|:------|--------:|-----------:|---------:|---------:|---------:|",
              std::string(32, '-').c_str());
  for (std::size_t i = 0; i < references.size(); ++i) std::printf("------------:|");
  std::printf("\n");
  for (const Row& row : rows) {
    const Summary s = summarise(row.samples);
    std::printf("| %-31s | %-5s | %7d | %10.2f | %6.1f %% | %8.2f | %8.2f |", row.name.c_str(),
                row.dtype.c_str(), row.threads, s.median, 100 * s.deviation / s.median, s.min,
                s.max);
    for (const std::string& name : references) {
      std::printf(" %11.3f |", s.median / median_of(rows, name, row.dtype));
    }
    std::printf("\n");
  }
}

}  // namespace levelgrad::bench
