// SPDX-License-Identifier: MIT
//
// Neuron, Layer, MLP: micrograd's modules with micrograd's meaning. Biases start at 0, the last
// layer is linear; the generator decides how weights are drawn.
#pragma once

#include <functional>
#include <iosfwd>
#include <source_location>
#include <span>
#include <string>
#include <vector>

#include "levelgrad/random.h"
#include "levelgrad/value.h"

namespace levelgrad {

enum class Activation : unsigned char { Linear, Relu, Tanh };

/// Draws the weights of neurons, one after the other. A generator stands for the rule of the
/// program that it comes from.
class WeightSource {
public:
  /// micrograd: uniform in [-1, 1). Borrowed.
  WeightSource(PythonRandom& random);
  /// EurekaLabsAI/micrograd: uniform in [-1, 1), times input_count ** -0.5. Borrowed.
  WeightSource(XorShift64Star& random);
  /// Python's numbers with EurekaLabs' rule: for many inputs micrograd's own weights are too large.
  [[nodiscard]] static WeightSource scaled(PythonRandom& random);

  /// The next weight, of a neuron with so many inputs.
  [[nodiscard]] double operator()(int input_count) const { return draw_(input_count); }

private:
  explicit WeightSource(std::function<double(int)> draw) : draw_(std::move(draw)) {}

  std::function<double(int)> draw_;
};

/// bias + w[0] * x[0] + w[1] * x[1] + ..., left to right, then the activation.
template <class T>
class BasicNeuron {
public:
  /// Draws input_count weights, in order. Errors: ArgumentError for no inputs.
  BasicNeuron(int input_count, const WeightSource& weights,
              Activation activation = Activation::Relu);

  /// inputs   [input_count]. Errors: ShapeError.
  [[nodiscard]] BasicValue<T> operator()(std::span<const BasicValue<T>> inputs) const;

  /// Weights, then the bias.
  [[nodiscard]] std::vector<BasicValue<T>> parameters() const;
  void zero_grad() const;
  /// Labels the parameters `<layer>weight[index][k]` and `<layer>bias[index]`.
  void set_labels(const std::string& layer, std::size_t index) const;
  [[nodiscard]] int input_count() const { return static_cast<int>(weights_.size()); }
  [[nodiscard]] Activation activation() const { return activation_; }

private:
  std::vector<BasicValue<T>> weights_;
  BasicValue<T> bias_;
  Activation activation_;
};

/// Neurons that share their inputs.
template <class T>
class BasicLayer {
public:
  /// Errors: ArgumentError for no inputs or no outputs.
  BasicLayer(int input_count, int output_count, const WeightSource& weights,
             Activation activation = Activation::Relu);

  /// inputs   [input_count]; the result has [output_count]. Errors: ShapeError.
  [[nodiscard]] std::vector<BasicValue<T>> operator()(std::span<const BasicValue<T>> inputs) const;

  /// Neuron by neuron.
  [[nodiscard]] std::vector<BasicValue<T>> parameters() const;
  void zero_grad() const;
  void set_labels(const std::string& layer) const;
  [[nodiscard]] const std::vector<BasicNeuron<T>>& neurons() const { return neurons_; }

private:
  std::vector<BasicNeuron<T>> neurons_;
};

/// Layers one after the other; the last is linear.
///
/// Parameters are labelled "layers.0.weight[3][1]" (neuron 3, input 1) and "layers.0.bias[3]".
template <class T>
class BasicMLP {
public:
  /// output_counts   neurons of each layer. Errors: ArgumentError for no layer or an empty one.
  /// hidden          activation of all layers but the last.
  BasicMLP(int input_count, std::span<const int> output_counts, const WeightSource& weights,
           Activation hidden = Activation::Relu);
  BasicMLP(int input_count, std::initializer_list<int> output_counts, const WeightSource& weights,
           Activation hidden = Activation::Relu)
      : BasicMLP(input_count, std::span(output_counts.begin(), output_counts.size()), weights,
                 hidden) {}

  /// inputs   [input_count]; the result has the last layer's outputs. Errors: ShapeError.
  [[nodiscard]] std::vector<BasicValue<T>> operator()(std::span<const BasicValue<T>> inputs) const;

  /// Layer by layer, neuron by neuron, weights then bias: micrograd's order.
  [[nodiscard]] std::vector<BasicValue<T>> parameters() const;
  void zero_grad() const;
  [[nodiscard]] const std::vector<BasicLayer<T>>& layers() const { return layers_; }

private:
  std::vector<BasicLayer<T>> layers_;
};

/// As micrograd prints them: "ReLUNeuron(2)", "TanHNeuron(2)", "Layer of [...]", "MLP of [...]".
template <class T>
std::ostream& operator<<(std::ostream& out, const BasicNeuron<T>& neuron);
template <class T>
std::ostream& operator<<(std::ostream& out, const BasicLayer<T>& layer);
template <class T>
std::ostream& operator<<(std::ostream& out, const BasicMLP<T>& mlp);

extern template class BasicNeuron<float>;
extern template class BasicNeuron<double>;
extern template class BasicLayer<float>;
extern template class BasicLayer<double>;
extern template class BasicMLP<float>;
extern template class BasicMLP<double>;

using Neuron = BasicNeuron<double>;
using Layer = BasicLayer<double>;
using MLP = BasicMLP<double>;
using NeuronF32 = BasicNeuron<float>;
using LayerF32 = BasicLayer<float>;
using MLPF32 = BasicMLP<float>;

}  // namespace levelgrad
