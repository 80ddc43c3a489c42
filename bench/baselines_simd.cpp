// SPDX-License-Identifier: MIT
//
// The SIMD baseline: an example in each lane, blocks of a few vectors, everything of a block in the
// first-level cache (under 48 KB). Sums over examples stay vectors until the end and are touched
// once per block, in tiles that fit the registers.
//
// This file is compiled for the machine at hand. It has no inline function of another header: the
// linker could take this file's copy of one for the whole program.
#include <cstring>

#include "baselines.h"

namespace levelgrad::bench {

namespace {

#if defined(__AVX512F__)
constexpr std::size_t vector_bytes = 64, block_vectors = 8, tile_rows = 4, tile_columns = 4;
#elif defined(__AVX__)
constexpr std::size_t vector_bytes = 32, block_vectors = 4, tile_rows = 4, tile_columns = 2;
#else
constexpr std::size_t vector_bytes = 16, block_vectors = 4, tile_rows = 4, tile_columns = 2;
#endif
constexpr std::size_t width = 16;

template <class T>
struct SimdNet {
  typedef T Vector __attribute__((vector_size(vector_bytes)));
  static constexpr std::size_t lanes = vector_bytes / sizeof(T);
  static constexpr std::size_t block_examples = block_vectors * lanes;
  using Row = Vector[block_vectors];  ///< one number of each example of a block

  const T* w1;  ///< [width][3]
  const T* w2;  ///< [width][width + 1]
  const T* w3;  ///< [width + 1]
  T share;      ///< 1 / number of all examples

  Row x0, x1, label, weight;  ///< weight: share, or 0 for a lane without an example
  Row h1[width], h2[width], d1[width];
  Vector g1[width][3] = {}, g2[width][width + 1] = {}, g3[width + 1] = {}, loss = {};

  SimdNet(const T* parameters, T share_of_one)
      : w1(parameters), w2(w1 + width * 3), w3(w2 + width * (width + 1)), share(share_of_one) {}

  /// Takes the block of examples from `first` on; lanes without an example count nothing.
  void load(const Points<T>& points, std::size_t first) {
    const std::size_t left = points.count - first;
    const std::size_t count = left < block_examples ? left : block_examples;
    T weights[block_examples] = {};
    for (std::size_t i = 0; i < count; ++i) weights[i] = share;
    std::memcpy(&weight, weights, sizeof weights);
    read(x0, points.x0 + first, count);
    read(x1, points.x1 + first, count);
    read(label, points.labels + first, count);
  }

  static void read(Row& row, const T* numbers, std::size_t count) {
    if (count < block_examples) std::memset(&row, 0, sizeof row);
    std::memcpy(&row, numbers, count * sizeof(T));
  }

  /// out[j] = bias(j) + sum over k of w[j * row + k * column] * in[k], for all examples; two rows
  /// at once, so that each in[k] is loaded once for two products. Without bias: from 0.
  template <std::size_t row, std::size_t column, bool bias>
  static void multiply(const T* w, const Row (&in)[width], Row (&out)[width]) {
    for (std::size_t j = 0; j < width; j += 2) {
      Row a, b;
      const T a0 = bias ? w[j * row + width] : 0, b0 = bias ? w[(j + 1) * row + width] : 0;
      for (std::size_t v = 0; v < block_vectors; ++v) {
        a[v] = a0 - Vector{};
        b[v] = b0 - Vector{};
      }
      for (std::size_t k = 0; k < width; ++k) {
        const T wa = w[j * row + k * column], wb = w[(j + 1) * row + k * column];
#pragma GCC unroll 16
        for (std::size_t v = 0; v < block_vectors; ++v) {
          a[v] += wa * in[k][v];
          b[v] += wb * in[k][v];
        }
      }
      for (std::size_t v = 0; v < block_vectors; ++v) {
        out[j][v] = a[v];
        out[j + 1][v] = b[v];
      }
    }
  }

  static void relu(Row& row) {
    for (Vector& v : row) v = v > 0 ? v : Vector{};
  }

  void forward() {
    for (std::size_t j = 0; j < width; ++j) {
      const T* w = w1 + j * 3;
      for (std::size_t v = 0; v < block_vectors; ++v) h1[j][v] = w[2] + w[0] * x0[v] + w[1] * x1[v];
      relu(h1[j]);
    }
    multiply<width + 1, 1, true>(w2, h1, h2);
    for (Row& row : h2) relu(row);
  }

  /// The output neuron and the loss, forth and back; h2 becomes the grads of the second layer.
  void turn() {
    Row g;
    for (Vector& v : g) v = w3[width] - Vector{};
    for (std::size_t k = 0; k < width; ++k) {
#pragma GCC unroll 16
      for (std::size_t v = 0; v < block_vectors; ++v) g[v] += w3[k] * h2[k][v];
    }
    for (std::size_t v = 0; v < block_vectors; ++v) {
      const Vector margin = 1 - label[v] * g[v];
      const Vector active = margin > 0 ? weight[v] : Vector{};
      loss += active * margin;
      g[v] = -label[v] * active;
      g3[width] += g[v];
    }
    for (std::size_t j = 0; j < width; ++j) {
      Vector grad = g3[j];
#pragma GCC unroll 16
      for (std::size_t v = 0; v < block_vectors; ++v) {
        const Vector h = h2[j][v];
        grad += g[v] * h;
        h2[j][v] = h > 0 ? g[v] * w3[j] : Vector{};
      }
      g3[j] = grad;
    }
  }

  /// sums[j][k] += sum over the block of d[j] * h[k], tile by tile.
  void add_products(const Row (&d)[width], const Row (&h)[width]) {
    for (std::size_t j = 0; j < width; j += tile_rows) {
      for (std::size_t k = 0; k < width; k += tile_columns) {
        Vector tile[tile_rows][tile_columns];
        for (std::size_t a = 0; a < tile_rows; ++a) {
          for (std::size_t b = 0; b < tile_columns; ++b) tile[a][b] = g2[j + a][k + b];
        }
        for (std::size_t v = 0; v < block_vectors; ++v) {
#pragma GCC unroll 16
          for (std::size_t a = 0; a < tile_rows; ++a) {
#pragma GCC unroll 16
            for (std::size_t b = 0; b < tile_columns; ++b) tile[a][b] += d[j + a][v] * h[k + b][v];
          }
        }
        for (std::size_t a = 0; a < tile_rows; ++a) {
          for (std::size_t b = 0; b < tile_columns; ++b) g2[j + a][k + b] = tile[a][b];
        }
      }
    }
  }

  void backward() {
    add_products(h2, h1);
    multiply<1, width + 1, false>(w2, h2, d1);
    for (std::size_t j = 0; j < width; ++j) {
      Vector first = g1[j][0], second = g1[j][1], bias1 = g1[j][2], bias2 = g2[j][width];
#pragma GCC unroll 16
      for (std::size_t v = 0; v < block_vectors; ++v) {
        const Vector d = h1[j][v] > 0 ? d1[j][v] : Vector{};
        first += d * x0[v];
        second += d * x1[v];
        bias1 += d;
        bias2 += h2[j][v];
      }
      g1[j][0] = first;
      g1[j][1] = second;
      g1[j][2] = bias1;
      g2[j][width] = bias2;
    }
  }

  static T sum(const Vector& vector) {
    T result = 0;
    for (std::size_t i = 0; i < lanes; ++i) result += vector[i];
    return result;
  }
};

}  // namespace

template <class T>
T simd_step(const T* parameters, const Points<T>& points, T penalty, T* grads) {
  SimdNet<T> net(parameters, 1 / static_cast<T>(points.count));
  for (std::size_t i = 0; i < points.count; i += SimdNet<T>::block_examples) {
    net.load(points, i);
    net.forward();
    net.turn();
    net.backward();
  }
  T* grad = grads;
  for (const auto& neuron : net.g1) {
    for (const auto& sum : neuron) *grad++ = net.sum(sum);
  }
  for (const auto& neuron : net.g2) {
    for (const auto& sum : neuron) *grad++ = net.sum(sum);
  }
  for (const auto& sum : net.g3) *grad++ = net.sum(sum);
  T loss = net.sum(net.loss);
  for (std::size_t k = 0; k < moons_parameter_count; ++k) {
    loss += penalty * parameters[k] * parameters[k];
    grads[k] += 2 * penalty * parameters[k];
  }
  return loss;
}

template float simd_step(const float*, const Points<float>&, float, float*);
template double simd_step(const double*, const Points<double>&, double, double*);

}  // namespace levelgrad::bench
