// SPDX-License-Identifier: MIT
#include "levelgrad/host/trained_model.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "levelgrad/batch_order.h"
#include "levelgrad/error.h"
#include "levelgrad/host/parameter_tensors.h"
#include "levelgrad/math.h"
#include "levelgrad/program_text.h"
#include "tensor_fields.h"

namespace levelgrad::host {
namespace {

constexpr const char* format = "1";

std::string json_list(const std::vector<std::string>& texts) {
  return nlohmann::json(texts).dump();
}

std::vector<std::string> list_of(const TensorFields& fields, const std::string& key) {
  const auto json = nlohmann::json::parse(fields.text(key), nullptr, false);
  const bool good = json.is_array() &&
                    std::ranges::all_of(json, [](const auto& item) { return item.is_string(); });
  if (!good) fields.refuse("'" + key + "' is no list of texts");
  return json.get<std::vector<std::string>>();
}

void add(TensorFile& file, const std::string& of, const Standardization& standardization) {
  if (standardization.means.empty()) return;
  file.tensors.push_back(to_tensor<double>(of + ".means", standardization.means));
  file.tensors.push_back(to_tensor<double>(of + ".scales", standardization.scales));
}

/// count   of numbers that it must have, where there is one.
Standardization standardization_of(const TensorFields& fields, const std::string& of,
                                   std::size_t count) {
  if (!fields.has(of + ".means")) return {};
  Standardization found = {fields.numbers<double>(of + ".means"),
                           fields.numbers<double>(of + ".scales")};
  if (found.means.size() != count || found.scales.size() != count) {
    fields.refuse("means and scales of the " + of + " that are not " + std::to_string(count));
  }
  return found;
}

Loss loss_of(const TensorFields& fields) {
  const auto found = std::ranges::find(loss_names(), fields.text("loss"));
  if (found == loss_names().end()) fields.refuse("unknown loss '" + fields.text("loss") + "'");
  return static_cast<Loss>(found - loss_names().begin());
}

void check_fits(const TrainedModel& model, const TensorFields& fields) {
  const std::size_t features = model.feature_names.size();
  if (model.program.input_count() != features + 1) {
    fields.refuse("the names of " + std::to_string(features) + " features for a Program with " +
                  std::to_string(model.program.input_count()) + " inputs");
  }
  const std::size_t scores = model.program.outputs().size() - 1;
  const std::size_t classes = model.class_names.size();
  const bool fits = model.loss == Loss::SquaredError   ? scores == 1 && classes == 0
                    : model.loss == Loss::CrossEntropy ? scores == classes
                                                       : scores == 1 && classes == 2;
  if (!fits) {
    fields.refuse(std::to_string(scores) + " scores and " + std::to_string(classes) +
                  " classes do not go with the loss " + name_of(model.loss));
  }
}

}  // namespace

const std::vector<std::string>& loss_names() {
  static const std::vector<std::string> names = {"hinge", "binary-cross-entropy", "cross-entropy",
                                                 "mse"};
  return names;
}

const std::string& name_of(Loss loss) { return loss_names().at(static_cast<std::size_t>(loss)); }

TensorFile to_tensors(const TrainedModel& model) {
  TensorFile file;
  if (model.f32) {
    const std::vector<float> numbers(model.parameters.begin(), model.parameters.end());
    file.tensors = parameter_tensors<float>(model.program, numbers);
  } else {
    file.tensors = parameter_tensors<double>(model.program, model.parameters);
  }
  const std::string program = to_binary(model.program);
  file.tensors.push_back({"program", "U8", {program.size()}, program});
  add(file, "input", model.standardization);
  add(file, "target", model.target);
  file.metadata = {{"levelgrad", format},
                   {"math", std::to_string(math::version)},
                   {"chunk", std::to_string(chunk_size)},
                   {"program", model.program.hash()},
                   {"dtype", model.f32 ? "f32" : "f64"},
                   {"loss", name_of(model.loss)},
                   {"features", json_list(model.feature_names)},
                   {"target", model.target_name},
                   {"classes", json_list(model.class_names)}};
  return file;
}

TrainedModel trained_model_from(const TensorFile& file, const std::string& name) {
  const TensorFields fields(file, name);
  fields.expect("levelgrad", format);
  fields.expect("math", std::to_string(math::version));
  fields.expect("chunk", std::to_string(chunk_size));
  TrainedModel model{.program = from_binary(fields.tensor("program").bytes, name)};
  fields.expect("program", model.program.hash());
  model.f32 = fields.text("dtype") == "f32";
  if (!model.f32) fields.expect("dtype", "f64");
  if (model.f32) {
    const auto numbers = parameters_of<float>(model.program, file.tensors, name);
    model.parameters.assign(numbers.begin(), numbers.end());
  } else {
    model.parameters = parameters_of<double>(model.program, file.tensors, name);
  }
  model.loss = loss_of(fields);
  model.feature_names = list_of(fields, "features");
  model.target_name = fields.text("target");
  model.class_names = list_of(fields, "classes");
  model.standardization = standardization_of(fields, "input", model.feature_names.size());
  model.target = standardization_of(fields, "target", 1);
  check_fits(model, fields);
  return model;
}

}  // namespace levelgrad::host
