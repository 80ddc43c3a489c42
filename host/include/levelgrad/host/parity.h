// SPDX-License-Identifier: MIT
//
// Whether an executor gives the bits of another one, number by number; in fast mode, how far off it
// is.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "levelgrad/executor.h"

namespace levelgrad::host {

/// What an executor is watched at.
template <class T>
struct BasicParityCase {
  const Program& program;
  std::size_t example_count;
  std::span<const T> inputs;  ///< [example_count][input_count]
  int steps;                  ///< of Sgd, and then, from the start again, of AdamW
};

/// Numbers of one kind that an executor gave, in rows: of an example, of a step, or one row.
template <class T>
struct BasicQuantity {
  std::string name;
  std::vector<T> numbers;         ///< [row][node]
  std::vector<NodeIndex> nodes;   ///< what the columns belong to
  std::string row_name = {};      ///< "example", "step", or "" where there is one row
  std::vector<std::size_t> rows;  ///< the number of each row; empty: they count from 0
};

/// Runs the case: outputs, loss, grads, input grads, example grads, all numbers of some examples,
/// and training. Example grads are those of a part of the batch where they would be too many.
template <class T>
[[nodiscard]] std::vector<BasicQuantity<T>> observe(BasicExecutor<T>& executor,
                                                    const BasicParityCase<T>& parity_case);

/// The first number of a quantity that differs.
struct Mismatch {
  std::size_t index;      ///< in the quantity
  std::string place;      ///< "example 3", "step 1" or ""
  std::string reference;  ///< hexadecimal and shortest: "0x1.8p+0 (1.5)"; "nothing" where it lacks
  std::string other;
  std::string node;  ///< "%17 = Mul %0 %3 at nn.cpp:92"
};

/// How much of a quantity two executors agree on.
struct Agreement {
  std::string quantity;
  std::size_t count = 0;
  std::size_t identical = 0;  ///< the same bits, or NaN on both sides
  std::optional<Mismatch> first;
};

/// Errors: ArgumentError for lists of different quantities.
template <class T>
[[nodiscard]] std::vector<Agreement> compare(const Program& program,
                                             const std::vector<BasicQuantity<T>>& reference,
                                             const std::vector<BasicQuantity<T>>& other);

/// How far the numbers of a quantity are from exact ones.
///
/// A number that is NaN or infinite on one side only is infinitely far off. Relative errors and
/// ulps are those of the exact numbers that are not 0.
struct Deviation {
  std::string quantity;
  std::size_t count = 0;
  std::size_t identical = 0;  ///< the same bits, or NaN on both sides
  double absolute = 0;        ///< the largest |fast - exact|
  double relative = 0;        ///< the largest |fast - exact| / |exact|
  double ulps = 0;            ///< the largest |fast - exact| in units in the last place of exact
  double scaled = 0;          ///< absolute, of the quantity's largest |exact|
};

/// The largest Deviation::scaled that passes for rounding: 1e-9 in f64, 1e-3 in f32.
///
/// It is for the largest number of a quantity, not for each: where a sum cancels, a single number
/// may have no digit right in exact mode either. Some million roundings' worth, so that it holds
/// after steps of training; what a wrong formula or a lost term makes is far above it.
template <class T>
inline constexpr double most_deviation = sizeof(T) == 8 ? 1e-9 : 1e-3;

/// Errors: ArgumentError for lists of different quantities.
template <class T>
[[nodiscard]] std::vector<Deviation> deviations(const std::vector<BasicQuantity<T>>& exact,
                                                const std::vector<BasicQuantity<T>>& fast);

/// One executor beside the reference.
struct ParityRun {
  std::string dtype;     ///< "f64" or "f32"
  std::string executor;  ///< its name()
  std::vector<Agreement> agreements;
  std::vector<Deviation> deviations = {};  ///< of fast mode, instead of agreements
  double bound = 0;                        ///< most_deviation of the dtype, in fast mode

  [[nodiscard]] bool within_bound() const;
};

/// What `levelgrad parity` tells.
struct ParityReport {
  std::string model;
  std::string hash;  ///< of the Program
  std::size_t node_count = 0;
  std::size_t parameter_count = 0;
  std::size_t example_count = 0;
  int steps = 0;
  std::vector<ParityRun> runs;
  Math math = Math::Exact;  ///< Fast: runs have deviations

  [[nodiscard]] bool identical() const;
  /// What is promised: the same bits; in fast mode that no error is above the bound.
  [[nodiscard]] bool as_promised() const;
};

/// A table for people.
[[nodiscard]] std::string parity_table(const ParityReport& report);
/// One JSON object.
[[nodiscard]] std::string parity_json(const ParityReport& report);

extern template std::vector<BasicQuantity<float>> observe(BasicExecutor<float>&,
                                                          const BasicParityCase<float>&);
extern template std::vector<Agreement> compare(const Program&,
                                               const std::vector<BasicQuantity<float>>&,
                                               const std::vector<BasicQuantity<float>>&);
extern template std::vector<BasicQuantity<double>> observe(BasicExecutor<double>&,
                                                           const BasicParityCase<double>&);
extern template std::vector<Agreement> compare(const Program&,
                                               const std::vector<BasicQuantity<double>>&,
                                               const std::vector<BasicQuantity<double>>&);

extern template std::vector<Deviation> deviations(const std::vector<BasicQuantity<float>>&,
                                                  const std::vector<BasicQuantity<float>>&);
extern template std::vector<Deviation> deviations(const std::vector<BasicQuantity<double>>&,
                                                  const std::vector<BasicQuantity<double>>&);

using ParityCase = BasicParityCase<double>;
using ParityCaseF32 = BasicParityCase<float>;
using Quantity = BasicQuantity<double>;
using QuantityF32 = BasicQuantity<float>;

}  // namespace levelgrad::host
