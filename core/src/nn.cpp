// SPDX-License-Identifier: MIT
#include "levelgrad/nn.h"

#include <ostream>

#include "levelgrad/error.h"
#include "levelgrad/math.h"

namespace levelgrad {
namespace {

void require_count(int count, const char* what) {
  if (count < 1) {
    throw ArgumentError(std::string(what) + " must be at least 1, not " + std::to_string(count));
  }
}

template <class T>
BasicValue<T> activate(const BasicValue<T>& sum, Activation activation) {
  switch (activation) {
    case Activation::Relu:
      return relu(sum);
    case Activation::Tanh:
      return tanh(sum);
    case Activation::Linear:
      break;
  }
  return sum;
}

/// Uniform in [-1, 1), smaller the more inputs there are to add up.
template <class Random>
double scaled_uniform(Random& random, int input_count) {
  return random.uniform(-1.0, 1.0) * math::pow(static_cast<double>(input_count), -0.5);
}

const char* name_of(Activation activation) {
  switch (activation) {
    case Activation::Relu:
      return "ReLU";
    case Activation::Tanh:
      return "TanH";
    case Activation::Linear:
      break;
  }
  return "Linear";
}

template <class T, class Parts>
std::vector<BasicValue<T>> parameters_of(const Parts& parts) {
  std::vector<BasicValue<T>> all;
  for (const auto& part : parts) {
    const auto own = part.parameters();
    all.insert(all.end(), own.begin(), own.end());
  }
  return all;
}

template <class Parts>
std::ostream& print_list(std::ostream& out, const char* name, const Parts& parts) {
  out << name << " of [";
  const char* separator = "";
  for (const auto& part : parts) {
    out << separator << part;
    separator = ", ";
  }
  return out << "]";
}

}  // namespace

WeightSource::WeightSource(PythonRandom& random)
    : draw_([&random](int) { return random.uniform(-1.0, 1.0); }) {}

WeightSource::WeightSource(XorShift64Star& random)
    : draw_([&random](int input_count) { return scaled_uniform(random, input_count); }) {}

WeightSource WeightSource::scaled(PythonRandom& random) {
  return WeightSource([&random](int input_count) { return scaled_uniform(random, input_count); });
}

template <class T>
BasicNeuron<T>::BasicNeuron(int input_count, const WeightSource& weights, Activation activation)
    : bias_(T(0)), activation_(activation) {
  require_count(input_count, "the number of a neuron's inputs");
  for (int k = 0; k < input_count; ++k) weights_.push_back(weights(input_count));
}

template <class T>
BasicValue<T> BasicNeuron<T>::operator()(std::span<const BasicValue<T>> inputs) const {
  if (inputs.size() != weights_.size()) {
    throw ShapeError("a neuron of " + std::to_string(weights_.size()) + " inputs was given " +
                     std::to_string(inputs.size()));
  }
  BasicValue<T> sum = bias_;
  for (std::size_t k = 0; k < weights_.size(); ++k) sum = sum + weights_[k] * inputs[k];
  return activate(sum, activation_);
}

template <class T>
std::vector<BasicValue<T>> BasicNeuron<T>::parameters() const {
  std::vector<BasicValue<T>> all = weights_;
  all.push_back(bias_);
  return all;
}

template <class T>
void BasicNeuron<T>::zero_grad() const {
  for (const BasicValue<T>& weight : weights_) weight.set_grad(T(0));
  bias_.set_grad(T(0));
}

template <class T>
void BasicNeuron<T>::set_labels(const std::string& layer, std::size_t index) const {
  const std::string neuron = "[" + std::to_string(index) + "]";
  for (std::size_t k = 0; k < weights_.size(); ++k) {
    weights_[k].set_label(layer + "weight" + neuron + "[" + std::to_string(k) + "]");
  }
  bias_.set_label(layer + "bias" + neuron);
}

template <class T>
BasicLayer<T>::BasicLayer(int input_count, int output_count, const WeightSource& weights,
                          Activation activation) {
  require_count(output_count, "the number of a layer's neurons");
  for (int k = 0; k < output_count; ++k) neurons_.emplace_back(input_count, weights, activation);
}

template <class T>
std::vector<BasicValue<T>> BasicLayer<T>::operator()(std::span<const BasicValue<T>> inputs) const {
  std::vector<BasicValue<T>> outputs;
  outputs.reserve(neurons_.size());
  for (const BasicNeuron<T>& neuron : neurons_) outputs.push_back(neuron(inputs));
  return outputs;
}

template <class T>
std::vector<BasicValue<T>> BasicLayer<T>::parameters() const {
  return parameters_of<T>(neurons_);
}

template <class T>
void BasicLayer<T>::zero_grad() const {
  for (const BasicNeuron<T>& neuron : neurons_) neuron.zero_grad();
}

template <class T>
void BasicLayer<T>::set_labels(const std::string& layer) const {
  for (std::size_t k = 0; k < neurons_.size(); ++k) neurons_[k].set_labels(layer, k);
}

template <class T>
BasicMLP<T>::BasicMLP(int input_count, std::span<const int> output_counts,
                      const WeightSource& weights, Activation hidden) {
  require_count(static_cast<int>(output_counts.size()), "the number of an MLP's layers");
  int inputs = input_count;
  for (const int& outputs : output_counts) {
    const bool last = &outputs == &output_counts.back();
    layers_.emplace_back(inputs, outputs, weights, last ? Activation::Linear : hidden);
    layers_.back().set_labels("layers." + std::to_string(layers_.size() - 1) + ".");
    inputs = outputs;
  }
}

template <class T>
std::vector<BasicValue<T>> BasicMLP<T>::operator()(std::span<const BasicValue<T>> inputs) const {
  std::vector<BasicValue<T>> x(inputs.begin(), inputs.end());
  for (const BasicLayer<T>& layer : layers_) x = layer(x);
  return x;
}

template <class T>
std::vector<BasicValue<T>> BasicMLP<T>::parameters() const {
  return parameters_of<T>(layers_);
}

template <class T>
void BasicMLP<T>::zero_grad() const {
  for (const BasicLayer<T>& layer : layers_) layer.zero_grad();
}

template <class T>
std::ostream& operator<<(std::ostream& out, const BasicNeuron<T>& neuron) {
  return out << name_of(neuron.activation()) << "Neuron(" << neuron.input_count() << ")";
}

template <class T>
std::ostream& operator<<(std::ostream& out, const BasicLayer<T>& layer) {
  return print_list(out, "Layer", layer.neurons());
}

template <class T>
std::ostream& operator<<(std::ostream& out, const BasicMLP<T>& mlp) {
  return print_list(out, "MLP", mlp.layers());
}

template class BasicNeuron<float>;
template class BasicNeuron<double>;
template class BasicLayer<float>;
template class BasicLayer<double>;
template class BasicMLP<float>;
template class BasicMLP<double>;
template std::ostream& operator<<(std::ostream&, const BasicNeuron<float>&);
template std::ostream& operator<<(std::ostream&, const BasicNeuron<double>&);
template std::ostream& operator<<(std::ostream&, const BasicLayer<float>&);
template std::ostream& operator<<(std::ostream&, const BasicLayer<double>&);
template std::ostream& operator<<(std::ostream&, const BasicMLP<float>&);
template std::ostream& operator<<(std::ostream&, const BasicMLP<double>&);

}  // namespace levelgrad
