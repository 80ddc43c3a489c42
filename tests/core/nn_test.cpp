// SPDX-License-Identifier: MIT
#include "levelgrad/nn.h"

#include <gtest/gtest.h>

#include <sstream>

#include "levelgrad/error.h"
#include "levelgrad/losses.h"
#include "levelgrad/optimizers.h"

namespace levelgrad {
namespace {

std::string printed(const auto& module) {
  std::ostringstream out;
  out << module;
  return out.str();
}

TEST(Neuron, FoldsFromTheBias) {
  PythonRandom random(1337);
  const Neuron neuron(2, random);
  const std::vector<Value> x = {1.0, -2.0};
  const double w0 = 0.23550571390294128;
  const double w1 = 0.06653114721000164;
  EXPECT_EQ((0.0 + w0 * 1.0) + w1 * -2.0, neuron(x).data());
  EXPECT_EQ("ReLUNeuron(2)", printed(neuron));
}

TEST(Neuron, HiddenOnesAreReluAndOthersLinear) {
  PythonRandom random(1337);
  const Neuron relu_neuron(1, random);
  const std::vector<Value> x = {-1.0};
  EXPECT_EQ(0.0, relu_neuron(x).data());
  PythonRandom again(1337);
  const Neuron linear(1, again, Activation::Linear);
  EXPECT_EQ(-0.23550571390294128, linear(x).data());
  EXPECT_EQ("LinearNeuron(1)", printed(linear));
}

TEST(Neuron, TakesEurekaLabsWeightsAndTanh) {
  XorShift64Star random(42);
  const Neuron neuron(2, random, Activation::Tanh);
  const std::vector<Value> weights = neuron.parameters();
  // CPython 3.11: RNG(42), uniform(-1, 1) * 2 ** -0.5.
  EXPECT_DOUBLE_EQ((0.3390852212905884 * 2 - 1) * 0.7071067811865476, weights[0].data());
  EXPECT_DOUBLE_EQ((0.7822558283805847 * 2 - 1) * 0.7071067811865476, weights[1].data());
  EXPECT_EQ(0.0, weights[2].data());
  const std::vector<Value> x = {1.0, 3.0};
  const Value sum = weights[2] + weights[0] * x[0] + weights[1] * x[1];
  EXPECT_EQ(tanh(sum).data(), neuron(x).data());
  EXPECT_EQ("TanHNeuron(2)", printed(neuron));
}

TEST(MLP, HiddenActivationIsTheCallersChoice) {
  XorShift64Star random(42);
  EXPECT_EQ("MLP of [Layer of [TanHNeuron(2), TanHNeuron(2)], Layer of [LinearNeuron(2)]]",
            printed(MLP(2, {2, 1}, random, Activation::Tanh)));
}

TEST(Layer, PrintsAsMicrogradDoes) {
  PythonRandom random(1);
  EXPECT_EQ("Layer of [ReLUNeuron(3), ReLUNeuron(3)]", printed(Layer(3, 2, random)));
  EXPECT_EQ("MLP of [Layer of [ReLUNeuron(2), ReLUNeuron(2)], Layer of [LinearNeuron(2)]]",
            printed(MLP(2, {2, 1}, random)));
}

TEST(MLP, ParametersAreInMicrogradsOrderAndNamed) {
  PythonRandom random(1337);
  const MLP mlp(2, {16, 16, 1}, random);
  const std::vector<Value> parameters = mlp.parameters();
  ASSERT_EQ(337U, parameters.size());
  EXPECT_EQ(0.23550571390294128, parameters[0].data());
  EXPECT_EQ("layers.0.weight[0][0]", parameters[0].label());
  EXPECT_EQ("layers.0.weight[0][1]", parameters[1].label());
  EXPECT_EQ("layers.0.bias[0]", parameters[2].label());
  EXPECT_EQ(0.0, parameters[2].data());
  EXPECT_EQ("layers.1.weight[3][1]", parameters[48 + 3 * 17 + 1].label());
  EXPECT_EQ("layers.2.bias[0]", parameters[336].label());
}

TEST(MLP, ZeroGradClearsItsParameters) {
  PythonRandom random(3);
  const MLP mlp(2, {4, 1}, random);
  const std::vector<Value> x = {0.5, -1.5};
  mlp(x).front().backward();
  double total = 0;
  for (const Value& p : mlp.parameters()) total += std::abs(p.grad());
  EXPECT_GT(total, 0);
  mlp.zero_grad();
  for (const Value& p : mlp.parameters()) EXPECT_EQ(0.0, p.grad());
}

TEST(MLP, RefusesSizesWithoutMeaning) {
  PythonRandom random(1);
  EXPECT_THROW(MLP(0, {1}, random), ArgumentError);
  EXPECT_THROW(MLP(2, {0}, random), ArgumentError);
  EXPECT_THROW(MLP(2, {4, -1, 1}, random), ArgumentError);
  EXPECT_THROW(MLP(2, std::initializer_list<int>{}, random), ArgumentError);
  EXPECT_THROW(Layer(3, 0, random), ArgumentError);
  EXPECT_THROW(Neuron(-3, random), ArgumentError);
}

TEST(MLP, RefusesInputsOfAnotherLength) {
  PythonRandom random(1);
  const MLP mlp(2, {1}, random);
  const std::vector<Value> x = {1.0, 2.0, 3.0};
  EXPECT_THROW((void)mlp(x), ShapeError);
  EXPECT_THROW((void)mlp(std::vector<Value>{}), ShapeError);
}

TEST(MLP, LearnsTheTutorialsFourRows) {
  // Karpathy's lecture: MLP(3, [4, 4, 1]), sum of squares over four rows.
  PythonRandom random(1337);
  const MLP mlp(3, {4, 4, 1}, random);
  ASSERT_EQ(41U, mlp.parameters().size());
  const double rows[4][3] = {{2, 3, -1}, {3, -1, 0.5}, {0.5, 1, 1}, {1, 1, -1}};
  const double targets[4] = {1, -1, -1, 1};
  double first = 0;
  double last = 0;
  for (int step = 0; step < 200; ++step) {
    const Graph::Scope scope;
    std::vector<Value> squares;
    for (int i = 0; i < 4; ++i) {
      const std::vector<Value> x(rows[i], rows[i] + 3);
      squares.push_back(pow(mlp(x).front() - targets[i], 2));
    }
    const Value loss = sum(squares);
    (step == 0 ? first : last) = loss.data();
    mlp.zero_grad();
    loss.backward();
    for (const Value& p : mlp.parameters()) {
      optimizer::Sgd::State<double> state;
      p.set_data(optimizer::Sgd::updated(p.data(), p.grad(), state, {0.01}));
    }
  }
  EXPECT_GT(first, 1.0);
  EXPECT_LT(last, 0.05);
}

}  // namespace
}  // namespace levelgrad
