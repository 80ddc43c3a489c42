// SPDX-License-Identifier: MIT
//
// Our functions in a loop over an array, which the compiler vectorises, beside the C library's
// scalar functions in the same loop. Compiled for x86-64-v3 (AVX2, FMA). The items of the report
// are function values.
#include <benchmark/benchmark.h>

#include <array>
#include <cmath>
#include <random>
#include <string>

#include "levelgrad/math.h"

namespace {

namespace math = levelgrad::math;
constexpr std::size_t size = 4096;

template <class T>
struct Arrays {
  alignas(64) std::array<T, size> x, y, result;

  Arrays(double low, double high) {
    std::mt19937_64 random(1);
    std::uniform_real_distribution<double> uniform(low, high);
    for (T& v : x) v = static_cast<T>(uniform(random));
    for (T& v : y) v = static_cast<T>(uniform(random));
  }
};

template <class T, class F>
void add(const std::string& name, double low, double high, F value) {
  benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) {
    Arrays<T> arrays(low, high);
    for (auto step : state) {
      for (std::size_t i = 0; i < size; ++i) arrays.result[i] = value(arrays.x[i], arrays.y[i]);
      benchmark::DoNotOptimize(arrays.result.data());
      benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(size));
  });
}

// Two rows for a function: ours and theirs, expressions in x and y of type T.
#define LG_PAIR(name, low, high, ours, theirs)                                                 \
  add<T>(type + name "/levelgrad", low, high, [](T x, [[maybe_unused]] T y) { return ours; }); \
  add<T>(type + name "/libm", low, high, [](T x, [[maybe_unused]] T y) { return theirs; });

template <class T>
void add_all(const std::string& type) {
  constexpr T root_half = T(0.70710678118654752440);
  LG_PAIR("exp", -10, 10, math::exp(x), std::exp(x))
  LG_PAIR("expm1", -10, 10, math::expm1(x), std::expm1(x))
  LG_PAIR("log", 1e-3, 10, math::log(x), std::log(x))
  LG_PAIR("log1p", -0.9, 10, math::log1p(x), std::log1p(x))
  LG_PAIR("pow", 0.1, 10, math::pow(x, y), std::pow(x, y))
  LG_PAIR("tanh", -4, 4, math::tanh(x), std::tanh(x))
  LG_PAIR("sigmoid", -10, 10, math::sigmoid(x), T(1) / (T(1) + std::exp(-x)))
  LG_PAIR("softplus", -10, 10, math::softplus(x), std::log1p(std::exp(x)))
  LG_PAIR("sin", -10, 10, math::sin_moderate(x), std::sin(x))
  LG_PAIR("cos", -10, 10, math::cos_moderate(x), std::cos(x))
  LG_PAIR("tan", -10, 10, math::tan_moderate(x), std::tan(x))
  LG_PAIR("erf", -4, 4, math::erf(x), std::erf(x))
  LG_PAIR("erfc", -4, 4, math::erfc(x), std::erfc(x))
  LG_PAIR("gelu", -5, 5, math::gelu(x), T(0.5) * x * std::erfc(-x * root_half))
}
#undef LG_PAIR

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  add_all<double>("f64/");
  add_all<float>("f32/");
  benchmark::RunSpecifiedBenchmarks();
}
