// SPDX-License-Identifier: MIT
#include "prepared_data.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "levelgrad/error.h"
#include "levelgrad/host/checkpoint.h"
#include "levelgrad/host/examples.h"
#include "levelgrad/host/generators.h"
#include "levelgrad/host/splits.h"
#include "levelgrad/host/yin_yang.h"
#include "levelgrad/random.h"

namespace levelgrad::app {
namespace {

/// The streams that points and weights are drawn from. EurekaLabs' generator has no seed 0.
struct Streams {
  explicit Streams(std::uint64_t seed) : python(seed), xorshift(seed == 0 ? 1 : seed) {}
  PythonRandom python;
  XorShift64Star xorshift;
};

/// Examples with their parts.
struct Parts {
  host::Examples examples;  ///< labels are classes 0, 1, ..., or numbers
  host::Split split;
};

host::Examples named(host::Dataset data, std::vector<std::string> classes) {
  host::Examples examples = {std::move(data), {}, "label", std::move(classes)};
  for (std::size_t k = 0; k < examples.data.feature_count; ++k) {
    examples.feature_names.push_back("x" + std::to_string(k));
  }
  return examples;
}

std::vector<std::string> numbered(std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t k = 0; k < count; ++k) names.push_back(std::to_string(k));
  return names;
}

/// micrograd's points, or more of their kind; labels -1 and 1 become classes 0 and 1.
host::Examples moons(const DataArguments& arguments, Streams& streams) {
  host::Dataset data = arguments.points == 0
                           ? host::moons()
                           : host::make_moons(arguments.points, arguments.noise, streams.python);
  for (double& label : data.labels) label = label > 0 ? 1 : 0;
  return named(std::move(data), {"-1", "1"});
}

/// EurekaLabs' points in the parts that their program makes.
Parts yin_yang(const DataArguments& arguments, Streams& streams) {
  const auto count = static_cast<int>(arguments.points == 0 ? 100 : arguments.points);
  const host::Splits splits = host::yin_yang(streams.xorshift, count);
  host::Dataset all{.feature_count = 2};
  host::Split split;
  const auto add = [&](const host::Dataset& part, std::vector<std::uint32_t>& rows) {
    for (std::size_t i = 0; i < part.example_count(); ++i) {
      rows.push_back(static_cast<std::uint32_t>(all.labels.size() + i));
    }
    all.inputs.insert(all.inputs.end(), part.inputs.begin(), part.inputs.end());
    all.labels.insert(all.labels.end(), part.labels.begin(), part.labels.end());
  };
  add(splits.train, split.train);
  add(splits.validation, split.validation);
  add(splits.test, split.test);
  return {named(std::move(all), {"yin", "yang", "dots"}), split};
}

host::Examples generated(const DataArguments& arguments, std::uint64_t seed) {
  const std::size_t count = arguments.points == 0 ? 500 : arguments.points;
  const double noise = arguments.noise;
  if (arguments.preset == "circles")
    return named(host::make_circles(count, noise, seed), numbered(2));
  if (arguments.preset == "xor") return named(host::make_xor(count, noise, seed), numbered(2));
  if (arguments.preset == "spiral")
    return named(host::make_spiral(count, noise, seed), numbered(2));
  if (arguments.preset == "blobs") return named(host::make_blobs(count, noise, seed), numbered(3));
  return named(host::make_sine(count, noise, seed), {});
}

host::Split split_of(const host::Examples& examples, const std::vector<double>& shares,
                     std::uint64_t seed) {
  return host::split_examples(examples.data.labels, examples.class_names.size(),
                              {shares[0], shares[1], shares[2]}, seed);
}

Parts parts_of(const TrainArguments& arguments, Streams& streams, std::uint64_t seed) {
  const DataArguments& data = arguments.data;
  if (data.preset == "yinyang") return yin_yang(data, streams);
  host::Examples examples = !data.file.empty() ? host::read_examples(data.file, data_options(data))
                            : data.preset == "moons" ? moons(data, streams)
                                                     : generated(data, seed);
  // A whole that is not parted keeps its order: with micrograd's, its bits.
  host::Split split;
  if (data.split[0] == 1) {
    for (std::uint32_t i = 0; i < examples.data.example_count(); ++i) split.train.push_back(i);
  } else {
    split = split_of(examples, data.split, seed);
  }
  return {std::move(examples), std::move(split)};
}

host::Loss loss_for(const std::string& name, std::size_t classes) {
  using host::Loss;
  if (name == "auto") {
    return classes == 0 ? Loss::SquaredError
                        : (classes == 2 ? Loss::BinaryCrossEntropy : Loss::CrossEntropy);
  }
  const auto found = std::ranges::find(host::loss_names(), name);
  const auto loss = static_cast<Loss>(found - host::loss_names().begin());
  const bool fits = loss == Loss::SquaredError   ? classes == 0
                    : loss == Loss::CrossEntropy ? classes > 0
                                                 : classes == 2;
  if (!fits) {
    throw UsageError("--loss " + name +
                     (loss == Loss::SquaredError   ? " is for numbers"
                      : loss == Loss::CrossEntropy ? " is for classes"
                                                   : " is for two classes") +
                     ", and the target has " +
                     (classes == 0 ? "numbers" : std::to_string(classes) + " classes"));
  }
  return loss;
}

/// The rows of a part.
host::Dataset part_of(const host::Dataset& all, const std::vector<std::uint32_t>& rows) {
  host::Dataset part{.feature_count = all.feature_count, .places = rows};
  for (const std::uint32_t row : rows) {
    const auto from = all.inputs.begin() + static_cast<std::ptrdiff_t>(row * all.feature_count);
    part.inputs.insert(part.inputs.end(), from,
                       from + static_cast<std::ptrdiff_t>(all.feature_count));
    part.labels.push_back(all.labels[row]);
  }
  return part;
}

/// A network begins around 0 and moves by about lr a step, so a target far from that takes long.
void standardize_target(host::Dataset& examples, const host::Split& split, PreparedData& data) {
  const host::Dataset labels{
      .feature_count = 1, .inputs = examples.labels, .labels = examples.labels};
  if (!host::constant_features(labels, split.train).empty()) {
    throw DataError("the target " + data.target_name + " is the same number in all examples",
                    "there is nothing to learn");
  }
  data.target = host::fit_standardization(labels, split.train, std::array{data.target_name});
  host::standardize(data.target, examples.labels);
}

/// Classes 0 and 1 as -1 and 1.
void take_sides(host::Dataset& data) {
  for (double& label : data.labels) label = label == 0 ? -1 : 1;
}

std::function<WeightSource()> weights_from(std::shared_ptr<Streams> streams,
                                           const std::string& rule) {
  return [streams = std::move(streams), rule]() -> WeightSource {
    if (rule == "micrograd") return streams->python;
    if (rule == "eureka") return streams->xorshift;
    return WeightSource::scaled(streams->python);
  };
}

}  // namespace

SeededData prepare_data(const TrainArguments& arguments, std::uint64_t seed) {
  if (seed == 0 && (arguments.weights == "eureka" || arguments.data.preset == "yinyang")) {
    throw UsageError("--seed: EurekaLabs' generator has no seed 0");
  }
  const auto streams = std::make_shared<Streams>(seed);
  Parts parts = parts_of(arguments, *streams, seed);
  host::Examples& examples = parts.examples;
  PreparedData data{.feature_names = std::move(examples.feature_names),
                    .target_name = std::move(examples.target_name),
                    .class_names = std::move(examples.class_names)};
  for (const std::size_t feature : host::constant_features(examples.data, parts.split.train)) {
    data.constant.push_back(data.feature_names[feature]);
  }
  data.loss = loss_for(arguments.loss, data.class_names.size());
  if (arguments.data.standardize) {
    data.standardization =
        host::fit_standardization(examples.data, parts.split.train, data.feature_names);
    host::standardize(data.standardization, examples.data.inputs);
    if (data.loss == host::Loss::SquaredError) standardize_target(examples.data, parts.split, data);
  }
  if (data.loss == host::Loss::Hinge) take_sides(examples.data);
  data.train = part_of(examples.data, parts.split.train);
  data.validation = part_of(examples.data, parts.split.validation);
  data.test = part_of(examples.data, parts.split.test);
  return {std::move(data), weights_from(streams, arguments.weights)};
}

std::string hash_of(const PreparedData& data) {
  return host::data_hash(std::array{&data.train, &data.validation, &data.test});
}

std::function<WeightSource()> weights_after_data(const TrainArguments& arguments,
                                                 std::uint64_t seed) {
  const auto streams = std::make_shared<Streams>(seed);
  // Other data leave the streams of weights alone.
  if (arguments.data.preset == "yinyang") (void)yin_yang(arguments.data, *streams);
  if (arguments.data.preset == "moons") (void)moons(arguments.data, *streams);
  return weights_from(streams, arguments.weights);
}

host::Dataset examples_for(const host::TrainedModel& model, const DataArguments& arguments,
                           bool target_needed) {
  host::Dataset data =
      host::read_examples_for({model.feature_names, model.target_name, model.class_names},
                              arguments.file, data_options(arguments), target_needed)
          .data;
  if (!model.standardization.means.empty()) host::standardize(model.standardization, data.inputs);
  if (!model.target.means.empty()) host::standardize(model.target, data.labels);
  if (model.loss == host::Loss::Hinge) take_sides(data);
  return data;
}

}  // namespace levelgrad::app
