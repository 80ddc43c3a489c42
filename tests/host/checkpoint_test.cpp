// SPDX-License-Identifier: MIT
#include "levelgrad/host/checkpoint.h"

#include <gtest/gtest.h>

#include <cmath>

#include "levelgrad/error.h"
#include "levelgrad/host/parameter_tensors.h"

namespace levelgrad::host {
namespace {

Program network(std::initializer_list<int> layers, Loss loss = Loss::CrossEntropy) {
  Graph graph;
  const Graph::Use use(graph);
  PythonRandom random(7);
  return record_loss(MLP(2, layers, random), loss, {});
}

std::vector<double> counted(std::size_t count) {
  std::vector<double> numbers;
  for (std::size_t i = 0; i < count; ++i) numbers.push_back(0.1 + static_cast<double>(i));
  return numbers;
}

const Tensor& named(const std::vector<Tensor>& tensors, const std::string& name) {
  for (const Tensor& tensor : tensors) {
    if (tensor.name == name) return tensor;
  }
  throw ArgumentError("no tensor " + name);
}

TEST(ParameterTensors, AreWhatOtherProgramsKnow) {
  const Program program = network({3, 2});
  const std::vector<double> numbers = counted(program.parameter_count());
  const auto tensors = parameter_tensors<double>(program, numbers, "a.");
  ASSERT_EQ(4U, tensors.size());
  const Tensor& weight = named(tensors, "a.layers.0.weight");
  EXPECT_EQ((std::vector<std::uint64_t>{3, 2}), weight.shape);  // [neurons, inputs]
  // Neuron by neuron, two weights and then the bias.
  EXPECT_EQ((std::vector<double>{0.1, 1.1, 3.1, 4.1, 6.1, 7.1}), numbers_of<double>(weight));
  EXPECT_EQ((std::vector<double>{2.1, 5.1, 8.1}),
            numbers_of<double>(named(tensors, "a.layers.0.bias")));
  EXPECT_EQ((std::vector<std::uint64_t>{2, 3}), named(tensors, "a.layers.1.weight").shape);
  EXPECT_EQ(numbers, parameters_of<double>(program, tensors, "file", "a."));
}

TEST(ParameterTensors, OfAnotherNetworkAreRefused) {
  const Program program = network({3, 2});
  const auto tensors = parameter_tensors<double>(program, counted(program.parameter_count()));
  const auto message = [&](const Program& other, std::span<const Tensor> of) {
    try {
      (void)parameters_of<double>(other, of, "a.safetensors");
    } catch (const DataError& error) {
      return error.message();
    }
    return std::string("taken");
  };
  EXPECT_EQ("a.safetensors: the tensor 'layers.0.weight' is of [3, 2], and the model needs [4, 2]",
            message(network({4, 2}), tensors));
  EXPECT_EQ("a.safetensors: no tensor 'layers.2.weight'", message(network({3, 2, 2}), tensors));
  EXPECT_THROW((void)parameters_of<float>(program, tensors, "a"), DataError);
}

template <class T>
Checkpoint<T> sample() {
  Checkpoint<T> checkpoint{.model = {.program = network({3, 2})}};
  TrainedModel& model = checkpoint.model;
  model.parameters = {};
  for (const double number : counted(model.program.parameter_count())) {
    model.parameters.push_back(static_cast<T>(number));
  }
  model.f32 = sizeof(T) == 4;
  model.loss = Loss::CrossEntropy;
  model.feature_names = {"a \"quoted\" name", "b"};
  model.target_name = "kind";
  model.class_names = {"x,y", "\u00fc"};
  model.standardization = {{1, 2}, {3, 4}};
  checkpoint.state.step = 42;
  checkpoint.state.parameters = {model.parameters.begin(), model.parameters.end()};
  checkpoint.state.optimizer.optimizer = "AdamW";
  for (std::size_t i = 0; i < 2 * model.parameters.size(); ++i) {
    checkpoint.state.optimizer.numbers.push_back(static_cast<T>(i) / 3);
  }
  checkpoint.best_parameters.assign(model.parameters.size(), T(0.5));
  checkpoint.reports = {{0, 1.5, 50.0, Evaluation{1.25, 40.0}},
                        {21, 0.5, 90.0, Evaluation{0.75, 80.0}}};
  checkpoint.config = "{\"lr\": [\"0.1\"]}";
  checkpoint.data_hash = "abc";
  return checkpoint;
}

template <class T>
void expect_round_trip() {
  const Checkpoint<T> made = sample<T>();
  const std::string bytes = safetensors_bytes(to_tensors(made));
  EXPECT_EQ(bytes, safetensors_bytes(to_tensors(sample<T>())));
  const Checkpoint<T> read = checkpoint_from<T>(parse_safetensors(bytes, "c"), "c");
  EXPECT_EQ(made.model.parameters, read.model.parameters);
  EXPECT_EQ(made.model.program.hash(), read.model.program.hash());
  EXPECT_EQ(made.model.feature_names, read.model.feature_names);
  EXPECT_EQ(made.model.class_names, read.model.class_names);
  EXPECT_EQ(made.model.standardization.scales, read.model.standardization.scales);
  EXPECT_EQ(made.state.step, read.state.step);
  EXPECT_EQ(made.state.optimizer.numbers, read.state.optimizer.numbers);
  EXPECT_EQ(made.best_parameters, read.best_parameters);
  ASSERT_EQ(2U, read.reports.size());
  EXPECT_EQ(21, read.reports[1].step);
  EXPECT_EQ(0.75, read.reports[1].validation->loss);
  EXPECT_EQ(made.config, read.config);
  // Written again it is the same file.
  EXPECT_EQ(bytes, safetensors_bytes(to_tensors(read)));
}

TEST(Checkpoint, ComesBackInBothDtypes) {
  expect_round_trip<double>();
  expect_round_trip<float>();
}

TEST(Checkpoint, OfTheOtherDtypeIsRefused) {
  const TensorFile file = to_tensors(sample<float>());
  EXPECT_THROW((void)checkpoint_from<double>(file, "c"), DataError);
}

// Whatever is taken out or changed, there is an error that names the file.
TEST(Checkpoint, IsRefusedWhereSomethingIsMissing) {
  const TensorFile whole = to_tensors(sample<double>());
  for (const auto& [key, value] : whole.metadata) {
    TensorFile file = whole;
    file.metadata.erase(key);
    EXPECT_THROW((void)checkpoint_from<double>(file, "c"), DataError) << key;
  }
  for (std::size_t i = 0; i < whole.tensors.size(); ++i) {
    TensorFile file = whole;
    file.tensors.erase(file.tensors.begin() + static_cast<std::ptrdiff_t>(i));
    if (whole.tensors[i].name == "input.means") continue;  // then inputs are taken as they are
    if (whole.tensors[i].name == "history.validation_loss") continue;  // then there was none
    EXPECT_THROW((void)checkpoint_from<double>(file, "c"), Error) << whole.tensors[i].name;
  }
  for (const char* key : {"levelgrad", "math", "chunk", "program", "loss", "classes", "features",
                          "dtype", "step", "optimizer"}) {
    TensorFile file = whole;
    file.metadata[key] = "[nonsense";
    EXPECT_THROW((void)checkpoint_from<double>(file, "c"), DataError) << key;
  }
}

TEST(Checkpoint, AModelMustFitItsNetwork) {
  const auto refused = [](auto&& change) {
    TensorFile file = to_tensors(sample<double>().model);
    change(file.metadata);
    EXPECT_THROW((void)trained_model_from(file, "m"), DataError);
  };
  refused([](auto& metadata) { metadata["features"] = R"(["a"])"; });
  refused([](auto& metadata) { metadata["classes"] = R"(["a", "b", "c"])"; });
  refused([](auto& metadata) { metadata["loss"] = "hinge"; });
  refused([](auto& metadata) { metadata["classes"] = R"([1, 2])"; });
}

TEST(Checkpoint, FingerprintsSeeEveryBit) {
  TrainerState<double> state = {3, {1.0, 2.0}, {"AdamW", {0.5, 0.25, 0.0, 0.0}}};
  const std::string before = fingerprint(state);
  EXPECT_EQ(64U, before.size());
  state.parameters[1] = std::nextafter(2.0, 3.0);
  EXPECT_NE(before, fingerprint(state));
  state.parameters[1] = 2.0;
  EXPECT_EQ(before, fingerprint(state));
  state.optimizer.numbers[3] = -0.0;
  EXPECT_NE(before, fingerprint(state));
}

TEST(DataHash, SeesNumbersAndWhereSetsEnd) {
  const Dataset a = {1, {1, 2}, {0, 1}}, b = {1, {1, 2}, {0, 0}}, none = {1};
  const auto hash = [](const Dataset& first, const Dataset& second) {
    const Dataset* const sets[] = {&first, &second};
    return data_hash(sets);
  };
  EXPECT_EQ(hash(a, none), hash(a, none));
  EXPECT_NE(hash(a, none), hash(b, none));
  EXPECT_NE(hash(a, none), hash(none, a));
}

}  // namespace
}  // namespace levelgrad::host
