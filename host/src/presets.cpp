// SPDX-License-Identifier: MIT
#include "levelgrad/host/presets.h"

#include <string>
#include <vector>

#include "levelgrad/error.h"
#include "levelgrad/losses.h"
#include "levelgrad/record.h"

namespace levelgrad::host {
namespace {

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
    if (loss == Loss::Hinge && scores.size() != 1) {
      throw ShapeError("hinge needs one score, and the model has " + std::to_string(scores.size()));
    }
    const Value average =
        mean(loss == Loss::Hinge ? hinge(scores.front(), y) : cross_entropy(scores, y));
    example.output("loss", total(average));
    for (std::size_t k = 0; k < scores.size(); ++k) {
      const std::string index = scores.size() == 1 ? "" : "[" + std::to_string(k) + "]";
      example.output("score" + index, scores[k]);
    }
  });
}

}  // namespace

Program record_classifier(const MLP& model, Loss loss, double l2) {
  const std::vector<Value> weights = model.parameters();
  return record_with(model, loss, weights, [&](const Value& average) {
    return l2 == 0 ? average : average + l2 * levelgrad::l2(weights);
  });
}

Program record_classifier_with_penalty(const MLP& model, Loss loss) {
  const std::vector<Value> weights = model.parameters();
  std::vector<Value> parameters = weights;
  parameters.emplace_back(0.0);
  return record_with(model, loss, parameters, [&](const Value& average) {
    return average + detach(parameters.back()) * levelgrad::l2(weights);
  });
}

}  // namespace levelgrad::host
