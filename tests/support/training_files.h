// SPDX-License-Identifier: MIT
//
// Files as users have them, small enough to be learnt in a moment.
#pragma once

#include <cmath>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "support/program_test.h"

namespace levelgrad::testing {

/// Names of three classes, two of which CSV must quote.
inline const std::vector<std::string> kinds = {"plain", "with space, and comma",
                                               "a \"quoted\" one"};

inline std::string quoted(const std::string& text) {
  std::string cell = "\"";
  for (const char c : text) cell += c == '"' ? "\"\"" : std::string(1, c);
  return cell + "\"";
}

/// Evenly scattered numbers in [-0.5, 0.5); their sequences do not repeat each other.
inline double jitter(int i, int sequence) {
  const double product = i * std::sqrt(2.0 + sequence);
  return product - std::floor(product) - 0.5;
}

/// x, y, size of 90 points in three clouds, 30 of each kind, one after the other.
struct Point {
  double x, y, size;
  int kind;
};

inline std::vector<Point> clouds() {
  std::vector<Point> points;
  for (int i = 0; i < 90; ++i) {
    const int kind = i % 3;
    points.push_back({(kind == 1 ? 3 : 0) + jitter(i, 0), (kind == 2 ? 3 : 0) + jitter(i, 1),
                      100 + kind + jitter(i, 3), kind});
  }
  return points;
}

/// Tests that train on such files.
class TrainingTest : public ProgramTest {
protected:
  void write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }

  /// three.csv: the clouds with the names of their kinds.
  void write_three(const std::string& name = "three.csv", const std::string& delimiter = ",",
                   bool header = true) {
    std::ostringstream text;
    if (header) text << "x" << delimiter << "y" << delimiter << "size" << delimiter << "kind\n";
    for (const Point& p : clouds()) {
      text << p.x << delimiter << p.y << delimiter << p.size << delimiter
           << quoted(kinds[static_cast<std::size_t>(p.kind)]) << '\n';
    }
    write(name, text.str());
  }

  /// line.csv: y is a linear function of two numbers.
  void write_line(const std::string& name = "line.csv", const std::string& delimiter = ",") {
    std::ostringstream text;
    text << "a" << delimiter << "b" << delimiter << "y\n";
    for (const Point& p : clouds()) {
      text << p.x << delimiter << p.y << delimiter << 2 * p.x - p.y + 0.5 << '\n';
    }
    write(name, text.str());
  }

  /// The last line of that kind without its first word: "final", "fingerprint".
  static std::string last(const Outcome& outcome, const std::string& word) {
    std::string found;
    for (const std::string& line : lines_of(outcome.out)) {
      if (line.starts_with(word + " ")) found = line.substr(word.size() + 1);
    }
    return found;
  }
  static std::string fingerprint(const Outcome& outcome) { return last(outcome, "fingerprint"); }

  /// The number behind a word in a line.
  static double number_after(const std::string& line, const std::string& word) {
    const std::size_t at = line.find(word + " ");
    if (at == std::string::npos) return std::nan("");
    return std::stod(line.substr(at + word.size() + 1));
  }

  Outcome run_well(const std::string& arguments, const std::string& prefix = "") {
    Outcome outcome = run(arguments, prefix);
    EXPECT_EQ(0, outcome.exit_code) << arguments << '\n' << outcome.err;
    return outcome;
  }
};

}  // namespace levelgrad::testing
