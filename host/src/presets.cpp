// SPDX-License-Identifier: MIT
#include "levelgrad/host/presets.h"

#include <string>
#include <vector>

#include "levelgrad/error.h"
#include "levelgrad/losses.h"
#include "levelgrad/record.h"

namespace levelgrad::host {
namespace {

Value loss_of(Loss loss, const std::vector<Value>& scores, const Value& label) {
  if (loss == Loss::CrossEntropy) return cross_entropy(scores, label);
  if (scores.size() != 1) {
    throw ShapeError("this loss needs one score, and the model has " +
                     std::to_string(scores.size()));
  }
  switch (loss) {
    case Loss::Hinge:
      return hinge(scores.front(), label);
    case Loss::BinaryCrossEntropy:
      return binary_cross_entropy(scores.front(), label);
    default:
      return squared_error(scores.front(), label);
  }
}

/// parameters   the model's, and what else the Program has.
/// total        the root, of the mean loss.
template <class Total>
Program record_with(const MLP& model, Loss loss, const std::vector<Value>& parameters,
                    const Total& total) {
  return record(parameters, [&](Recording& example) {
    const auto width = static_cast<std::size_t>(model.layers().front().neurons()[0].input_count());
    const std::vector<Value> x = example.inputs("x", width);
    const Value y = example.input("y");
    const std::vector<Value> scores = model(x);
    example.output("loss", total(mean(loss_of(loss, scores, y))));
    for (std::size_t k = 0; k < scores.size(); ++k) {
      const std::string index = scores.size() == 1 ? "" : "[" + std::to_string(k) + "]";
      example.output("score" + index, scores[k]);
    }
  });
}

}  // namespace

Program record_loss(const MLP& model, Loss loss, const Penalties& penalties) {
  const std::vector<Value> weights = model.parameters();
  return record_with(model, loss, weights, [&](Value total) {
    if (penalties.l2 != 0) total = total + penalties.l2 * l2(weights);
    if (penalties.l1 != 0) total = total + penalties.l1 * l1(weights);
    return total;
  });
}

Program record_loss_with_penalty(const MLP& model, Loss loss, double weight_of_l1) {
  const std::vector<Value> weights = model.parameters();
  std::vector<Value> parameters = weights;
  parameters.emplace_back(0.0);
  return record_with(model, loss, parameters, [&](Value total) {
    total = total + detach(parameters.back()) * l2(weights);
    if (weight_of_l1 != 0) total = total + weight_of_l1 * l1(weights);
    return total;
  });
}

}  // namespace levelgrad::host
