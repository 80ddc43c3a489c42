// SPDX-License-Identifier: MIT
//
// Exact: a number type of 200 bits (MPFR) that ops and math functions are templates over, too. An
// op run with it gives what the op's text means without rounding errors, so no table of true values
// is kept beside the ops. A math function that is missing here does not compile with it.
//
// To be included before the headers of levelgrad: they must find these functions.
#pragma once

#include <mpfr.h>

#include <cmath>
#include <limits>

namespace levelgrad::math {

class Exact {
public:
  Exact() { mpfr_init2(value_, 200); }
  explicit Exact(double x) : Exact() { mpfr_set_d(value_, x, MPFR_RNDN); }
  Exact(const Exact& other) : Exact() { mpfr_set(value_, other.value_, MPFR_RNDN); }
  Exact& operator=(const Exact& other) {
    mpfr_set(value_, other.value_, MPFR_RNDN);
    return *this;
  }
  ~Exact() { mpfr_clear(value_); }

  [[nodiscard]] mpfr_srcptr get() const { return value_; }

  /// f(result, x.get()..., MPFR_RNDN), an MPFR function.
  template <class F, class... Arguments>
  static Exact of(F f, const Arguments&... x) {
    Exact result;
    f(result.value_, x.get()..., MPFR_RNDN);
    mpfr_srcptr y = result.value_;
    if (mpfr_regular_p(y) != 0 && (mpfr_get_exp(y) < lowest || mpfr_get_exp(y) > highest)) {
      ++out_of_range;
    }
    return result;
  }

  /// How many results were no normal numbers of a format with these exponents.
  static inline int out_of_range = 0;
  static inline mpfr_exp_t lowest = 0, highest = 0;
  template <class T>
  static void watch_range_of() {
    lowest = std::numeric_limits<T>::min_exponent;
    highest = std::numeric_limits<T>::max_exponent;
    out_of_range = 0;
  }

private:
  mpfr_t value_;
};

inline Exact operator+(const Exact& x, const Exact& y) { return Exact::of(mpfr_add, x, y); }
inline Exact operator-(const Exact& x, const Exact& y) { return Exact::of(mpfr_sub, x, y); }
inline Exact operator*(const Exact& x, const Exact& y) { return Exact::of(mpfr_mul, x, y); }
inline Exact operator/(const Exact& x, const Exact& y) { return Exact::of(mpfr_div, x, y); }
inline Exact operator-(const Exact& x) { return Exact::of(mpfr_neg, x); }
inline bool operator<(const Exact& x, const Exact& y) { return mpfr_less_p(x.get(), y.get()) != 0; }
inline bool operator>(const Exact& x, const Exact& y) { return y < x; }
inline bool operator<=(const Exact& x, const Exact& y) {
  return mpfr_lessequal_p(x.get(), y.get()) != 0;
}
inline bool operator>=(const Exact& x, const Exact& y) { return y <= x; }
inline bool operator==(const Exact& x, const Exact& y) {
  return mpfr_equal_p(x.get(), y.get()) != 0;
}
inline bool operator!=(const Exact& x, const Exact& y) { return !(x == y); }

inline Exact sqrt(const Exact& x) { return Exact::of(mpfr_sqrt, x); }
inline Exact fma(const Exact& x, const Exact& y, const Exact& z) {
  return Exact::of(mpfr_fma, x, y, z);
}
inline Exact exp(const Exact& x) { return Exact::of(mpfr_exp, x); }
inline Exact expm1(const Exact& x) { return Exact::of(mpfr_expm1, x); }
inline Exact log(const Exact& x) {
  return x == Exact(0) ? Exact(-HUGE_VAL) : Exact::of(mpfr_log, x);
}
inline Exact log1p(const Exact& x) { return Exact::of(mpfr_log1p, x); }
inline Exact sin(const Exact& x) { return Exact::of(mpfr_sin, x); }
inline Exact cos(const Exact& x) { return Exact::of(mpfr_cos, x); }
inline Exact tan(const Exact& x) { return Exact::of(mpfr_tan, x); }
inline Exact tanh(const Exact& x) { return Exact::of(mpfr_tanh, x); }
inline Exact erf(const Exact& x) { return Exact::of(mpfr_erf, x); }
inline Exact erfc(const Exact& x) { return Exact::of(mpfr_erfc, x); }
inline Exact pow(const Exact& x, const Exact& y) { return Exact::of(mpfr_pow, x, y); }

// What MPFR does not have: made of several of its functions, of which only the last result counts
// as one that may be out of range.
template <class F>
Exact as_one_function(F f) {
  const int before = Exact::out_of_range;
  const Exact result = f();
  Exact::out_of_range = before;
  return Exact::of(mpfr_set, result);
}

inline Exact sigmoid(const Exact& x) {
  return as_one_function([&] { return Exact(1) / (Exact(1) + exp(-x)); });
}
inline Exact softplus(const Exact& x) {
  return as_one_function([&] { return x > Exact(0) ? x + log1p(exp(-x)) : log1p(exp(x)); });
}
inline Exact normal_cdf(const Exact& x) {
  return as_one_function([&] { return Exact(0.5) * erfc(-x / sqrt(Exact(2))); });
}
inline Exact normal_pdf(const Exact& x) {
  const auto pi = [](mpfr_ptr result, mpfr_rnd_t rounding) {
    return mpfr_const_pi(result, rounding);
  };
  return as_one_function(
      [&] { return exp(-(x * x) * Exact(0.5)) / sqrt(Exact(2) * Exact::of(pi)); });
}
/// x Phi(x); at -inf its limit, -0.
inline Exact gelu(const Exact& x) {
  if (x == Exact(-HUGE_VAL)) return Exact(-0.0);
  return as_one_function([&] { return x * normal_cdf(x); });
}

}  // namespace levelgrad::math

namespace levelgrad::testing {

/// |y - exact| in units in the last place of T at `exact`; infinity where the two are not of one
/// kind: NaN, infinity, zero, and their signs.
template <class T>
double error_ulp(T y, const math::Exact& exact) {
  using L = std::numeric_limits<T>;
  const T rounded = sizeof(T) == 8 ? static_cast<T>(mpfr_get_d(exact.get(), MPFR_RNDN))
                                   : static_cast<T>(mpfr_get_flt(exact.get(), MPFR_RNDN));
  if (std::isnan(rounded) || std::isnan(y)) {
    return std::isnan(rounded) && std::isnan(y) ? 0 : HUGE_VAL;
  }
  if (std::signbit(y) != std::signbit(rounded)) return HUGE_VAL;
  if (mpfr_regular_p(exact.get()) == 0) return y == rounded ? 0 : HUGE_VAL;
  if (std::isinf(y)) return y == rounded ? 0 : HUGE_VAL;
  const mpfr_exp_t exponent = mpfr_get_exp(exact.get());
  const mpfr_exp_t ulp = (exponent > L::min_exponent ? exponent : L::min_exponent) - L::digits;
  const math::Exact difference = exact - math::Exact(static_cast<double>(y));
  const math::Exact in_ulp =
      math::Exact::of([&](mpfr_ptr r, mpfr_srcptr x,
                          mpfr_rnd_t rounding) { return mpfr_mul_2si(r, x, -ulp, rounding); },
                      difference);
  return std::fabs(mpfr_get_d(in_ulp.get(), MPFR_RNDN));
}

}  // namespace levelgrad::testing
