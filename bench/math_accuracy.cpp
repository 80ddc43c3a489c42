// SPDX-License-Identifier: MIT
//
// Error of every math function against MPFR, in ulp of the exact value, over classes of inputs:
// maxima over samples, so lower bounds of the true maxima (f32: see math_exhaustive.cpp).
//
//   math_accuracy [samples per class = 200000] [function | all]
//
// Ends with 1 where a result is 1 ulp or more from the truth; powers by a number may be 2.5 away.
#include "support/exact.h"
// First: the headers below must find the functions of Exact.

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "support/math_list.h"
#include "support/math_stream.h"

namespace {

using namespace levelgrad;
using math::Exact;
using testing::Word;

template <class T>
struct Point {
  T x, y;
};

template <class T>
struct Class {
  const char* name;
  std::function<Point<T>(Word)> draw;  // from the number of the sample
};

double uniform(Word number, double low, double high) {
  const Word random = testing::splitmix64(number);
  return low + (high - low) * (static_cast<double>(random >> 11) * 0x1p-53);
}

/// A y for which x^y is a number, a subnormal one if `tiny`.
template <class T>
T exponent_for(T x, Word number, bool tiny) {
  const bool f64 = sizeof(T) == 8;
  const double low = f64 ? -746 : -104, subnormal = f64 ? -708 : -87, high = f64 ? 710 : 89;
  const double target = uniform(number, tiny ? low : subnormal, tiny ? subnormal : high);
  return static_cast<T>(target / std::log(std::fabs(static_cast<double>(x))));
}

template <class T>
Class<T> range(const char* name, double low, double high) {
  return {name, [=](Word i) {
            const T x = static_cast<T>(uniform(2 * i, low, high));
            return Point<T>{x, exponent_for(x, 2 * i + 1, i % 4 == 0)};
          }};
}

/// The T that come nearest to multiples of pi/2: for each exponent e, the denominators m of the
/// convergents of the continued fraction of 2^e * 2/pi, as m 2^e.
template <class T>
std::vector<T> nearest_to_multiples_of_pi_2() {
  using L = std::numeric_limits<T>;
  std::vector<T> cases;
  mpfr_t rest, whole;
  mpfr_inits2(2400, rest, whole, static_cast<mpfr_ptr>(nullptr));
  const double limit = std::ldexp(1.0, L::digits);
  for (int e = -L::digits; e <= L::max_exponent - L::digits; ++e) {
    mpfr_const_pi(rest, MPFR_RNDN);
    mpfr_ui_div(rest, 2, rest, MPFR_RNDN);
    mpfr_mul_2si(rest, rest, e, MPFR_RNDN);
    mpfr_frac(rest, rest, MPFR_RNDN);
    double before = 0, m = 1;
    while (m < limit) {
      if (m * 4096 > limit) cases.push_back(std::ldexp(static_cast<T>(m), e));
      mpfr_ui_div(rest, 1, rest, MPFR_RNDN);
      mpfr_floor(whole, rest);
      mpfr_sub(rest, rest, whole, MPFR_RNDN);
      const double following = mpfr_get_d(whole, MPFR_RNDN) * m + before;
      before = m;
      m = following;
    }
  }
  mpfr_clears(rest, whole, static_cast<mpfr_ptr>(nullptr));
  return cases;
}

template <class T>
std::vector<Class<T>> classes() {
  const bool f64 = sizeof(T) == 8;
  const std::vector<T> multiples = nearest_to_multiples_of_pi_2<T>();
  return {{"mixed, special",
           [](Word i) {
             using Inputs = testing::Random<T>;
             return Point<T>{Inputs::input(i, 0), Inputs::input(i, 1)};
           }},
          {"nearest to k pi/2",
           [=](Word i) {
             return Point<T>{multiples[i % multiples.size()], 1};
           }},
          range<T>("e^x is normal", f64 ? -708 : -87, f64 ? 710 : 89),
          range<T>("e^x is subnormal", f64 ? -746 : -104, f64 ? -708 : -87),
          range<T>("[-40,40]", -40, 40),
          range<T>("[-1,1]", -1, 1),
          range<T>("[0.5,2]", 0.5, 2),
          range<T>("near 1", 1 - 0x1p-8, 1 + 0x1p-8)};
}

template <class F, class T>
bool check(const std::string& only, Word samples) {
  const std::string name = F::name;
  if (only != "all" && only != name) return true;
  double worst_of_all = 0;
  for (const Class<T>& c : classes<T>()) {
    double worst = 0;
    Point<T> where{};
    for (Word i = 0; i < samples; ++i) {
      const Point<T> p = c.draw(i);
      Exact::watch_range_of<T>();
      const Exact exact =
          F::value(Exact(static_cast<double>(p.x)), Exact(static_cast<double>(p.y)));
      if (Exact::out_of_range > 1) continue;  // x ** -2 with a subnormal square, and the like
      const double error = testing::error_ulp(F::value(p.x, p.y), exact);
      if (error > worst) {
        worst = error;
        where = p;
      }
    }
    std::printf("%-11s f%zu  %-18s %8.4f ulp at %a, %a\n", F::name, 8 * sizeof(T), c.name, worst,
                static_cast<double>(where.x), static_cast<double>(where.y));
    std::fflush(stdout);
    worst_of_all = std::fmax(worst, worst_of_all);
  }
  return worst_of_all < (name == "pow_const" ? 2.5 : 1);
}

}  // namespace

int main(int argc, char** argv) {
  const Word samples = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 200000;
  const std::string only = argc > 2 ? argv[2] : "all";
  bool good = true;
#define LG_CHECK(function, call)                              \
  good &= check<testing::function##_, double>(only, samples); \
  good &= check<testing::function##_, float>(only, samples);
  LG_FULL_FUNCTIONS(LG_CHECK)
#undef LG_CHECK
  return good ? 0 : 1;
}
