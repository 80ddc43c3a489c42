// SPDX-License-Identifier: MIT
//
// Every f32 function of one argument on all 2^32 inputs: largest error, count of wrong roundings,
// one hash. Takes minutes per function.
//
//   math_exhaustive [function | all] [first block = 0] [block count = 1048576]
//
// The reference is our own f64 function on the same input; its error is below 1 ulp of f64 (see
// math_accuracy.cpp), 2^-28 ulp of f32. MPFR decides where that leaves open how the truth rounds.
// Blocks and hash are those of AllFloats in tests/support/math_stream.h, so the blocks that the
// tests pin are a sample of these.
#include "support/exact.h"
// First: the headers below must find the functions of Exact.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "support/math_list.h"
#include "support/math_stream.h"

namespace {

using namespace levelgrad;
using testing::Word;
constexpr Word block_size = testing::AllFloats::block_size;
constexpr double infinite = std::numeric_limits<double>::infinity();

/// |y - reference| in ulp of f32 at the reference; infinity where they are not of one kind.
double error_ulp(float y, double reference) {
  const bool y_nan = std::isnan(y), reference_nan = std::isnan(reference);
  if (y_nan || reference_nan) return y_nan && reference_nan ? 0 : infinite;
  if (std::signbit(y) != std::signbit(reference)) return infinite;
  const double magnitude = std::fabs(reference);
  const double value = std::min(std::fabs(static_cast<double>(y)), 0x1p128);  // inf: one past max
  if (magnitude >= 0x1.ffffffp127) return value == 0x1p128 ? 0 : infinite;    // rounds to inf
  if (magnitude == 0) return value == 0 ? 0 : infinite;
  const Word exponent = std::max<Word>(math::to_bits(magnitude) >> 52, 897);
  const double per_ulp = math::from_bits((2069ULL - exponent) << 52);  // 1 / ulp of f32
  return std::fabs(value - magnitude) * per_ulp;
}

/// Whether y is not the float nearest to the exact value.
template <class F>
bool is_misrounded(float x, float y) {
  using math::Exact;
  const Exact exact = F::value(Exact(static_cast<double>(x)), Exact(0));
  return mpfr_get_flt(exact.get(), MPFR_RNDN) != y;
}

struct Report {
  testing::Fnv hash;
  double worst = 0;
  float where = 0;
  Word misrounded = 0;
};

template <class F>
void check_block(Word block, Report& report) {
  float x[block_size], y[block_size];
  double reference[block_size];
  for (Word i = 0; i < block_size; ++i) x[i] = testing::AllFloats::input(block * block_size + i, 0);
  for (Word i = 0; i < block_size; ++i) y[i] = F::value(x[i], 0.0F);
  for (Word i = 0; i < block_size; ++i) reference[i] = F::value(static_cast<double>(x[i]), 0.0);
  testing::Fnv hash;
  for (Word i = 0; i < block_size; ++i) {
    hash.add(testing::canonical_bits(y[i]));
    const double error = error_ulp(y[i], reference[i]);
    if (error > report.worst) {
      report.worst = error;
      report.where = x[i];
    }
    const bool doubtful = std::fabs(error - 0.5) < 0x1p-27;
    report.misrounded += doubtful ? is_misrounded<F>(x[i], y[i]) : error > 0.5;
  }
  report.hash.add(hash.hash);
}

template <class F>
bool check(const std::string& only, Word first, Word count) {
  const std::string name = F::name;
  if ((only != "all" && only != name) || name.starts_with("pow")) return true;
  Report report;
  for (Word block = first; block < first + count; ++block) check_block<F>(block, report);
  std::printf("%-11s %8.5f ulp at %-15a %12llu wrong roundings  %016llx\n", F::name, report.worst,
              static_cast<double>(report.where), report.misrounded, report.hash.hash);
  std::fflush(stdout);
  return report.worst < 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string only = argc > 1 ? argv[1] : "all";
  const Word first = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 0;
  const Word count = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : (1ULL << 32) / block_size;
  bool good = true;
#define LG_CHECK(function, call) good &= check<testing::function##_>(only, first, count);
  LG_FULL_FUNCTIONS(LG_CHECK)
#undef LG_CHECK
  return good ? 0 : 1;
}
