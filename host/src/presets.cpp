// SPDX-License-Identifier: MIT
#include "levelgrad/host/presets.h"

#include <string>
#include <vector>

#include "levelgrad/error.h"
#include "levelgrad/losses.h"
#include "levelgrad/record.h"

namespace levelgrad::host {

Program record_classifier(const MLP& model, Loss loss, double l2) {
  const std::vector<Value> parameters = model.parameters();
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
    example.output("loss", l2 == 0 ? average : average + l2 * levelgrad::l2(parameters));
    for (std::size_t k = 0; k < scores.size(); ++k) {
      const std::string index = scores.size() == 1 ? "" : "[" + std::to_string(k) + "]";
      example.output("score" + index, scores[k]);
    }
  });
}

}  // namespace levelgrad::host
