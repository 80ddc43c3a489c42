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

}  // namespace

Program record_loss(const MLP& model, Loss loss, const Penalties& penalties) {
  const std::vector<Value> parameters = model.parameters();
  return record(parameters, [&](Recording& example) {
    const auto width = static_cast<std::size_t>(model.layers().front().neurons()[0].input_count());
    const std::vector<Value> x = example.inputs("x", width);
    const Value y = example.input("y");
    const std::vector<Value> scores = model(x);
    Value total = mean(loss_of(loss, scores, y));
    if (penalties.l2 != 0) total = total + penalties.l2 * l2(parameters);
    if (penalties.l1 != 0) total = total + penalties.l1 * l1(parameters);
    example.output("loss", total);
    for (std::size_t k = 0; k < scores.size(); ++k) {
      const std::string index = scores.size() == 1 ? "" : "[" + std::to_string(k) + "]";
      example.output("score" + index, scores[k]);
    }
  });
}

}  // namespace levelgrad::host
