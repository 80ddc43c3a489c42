// SPDX-License-Identifier: MIT
#include "levelgrad/host/parity.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <numeric>
#include <type_traits>
#include <utility>

#include "levelgrad/batch_order.h"
#include "levelgrad/error.h"
#include "levelgrad/number_text.h"

namespace levelgrad::host {
namespace {

std::vector<NodeIndex> nodes_of(NodeRange range) {
  std::vector<NodeIndex> nodes(range.size());
  std::iota(nodes.begin(), nodes.end(), range.begin);
  return nodes;
}

/// The first and the last example, one in the middle, and those beside the first chunk's end.
std::vector<std::size_t> some_examples(std::size_t count) {
  std::vector<std::size_t> examples = {0, chunk_size - 1, chunk_size, count / 2, count - 1};
  std::erase_if(examples, [count](std::size_t example) { return example >= count; });
  std::ranges::sort(examples);
  const auto same = std::ranges::unique(examples);
  examples.erase(same.begin(), same.end());
  return examples;
}

/// Watches one executor; every quantity starts from the Program's initial parameters.
template <class T>
class Observer {
public:
  Observer(BasicExecutor<T>& executor, const BasicParityCase<T>& parity_case)
      : executor_(executor),
        case_(parity_case),
        program_(parity_case.program),
        batch_{case_.example_count, case_.inputs},
        parameters_(nodes_of(program_.parameters())) {
    executor_.load(program_);
  }

  std::vector<BasicQuantity<T>> all() {
    see_outputs();
    see_grads();
    see_example_grads();
    see_nodes();
    see_sgd();
    see_adamw();
    return std::move(quantities_);
  }

private:
  /// Forward alone.
  void see_outputs() {
    std::vector<BasicQuantity<T>> outputs;
    BasicResults<T> results;
    for (const ProgramParts::Output& output : program_.outputs()) {
      const bool varying = program_.varying(output.node);
      outputs.push_back({.name = "output " + output.name,
                         .numbers = std::vector<T>(varying ? case_.example_count : 1),
                         .nodes = {output.node},
                         .row_name = varying ? "example" : "",
                         .rows = {}});
    }
    for (BasicQuantity<T>& output : outputs) results.outputs.push_back(output.numbers);
    executor_.run(batch_, results);
    for (BasicQuantity<T>& output : outputs) quantities_.push_back(std::move(output));
  }

  void see_grads() {
    BasicQuantity<T> loss = {"loss", std::vector<T>(1), {program_.root()}, "", {}};
    BasicQuantity<T> grads = {"grads", std::vector<T>(parameters_.size()), parameters_, "", {}};
    BasicQuantity<T> input_grads = {"input grads",
                                    std::vector<T>(case_.inputs.size()),
                                    nodes_of(program_.inputs()),
                                    "example",
                                    {}};
    executor_.run(
        batch_, {.loss = loss.numbers, .grads = grads.numbers, .input_grads = input_grads.numbers});
    quantities_.push_back(std::move(loss));
    quantities_.push_back(std::move(grads));
    quantities_.push_back(std::move(input_grads));
  }

  void see_example_grads() {
    constexpr std::size_t most_numbers = std::size_t{1} << 24;
    const std::size_t width = std::max<std::size_t>(1, parameters_.size());
    const std::size_t count = std::clamp<std::size_t>(most_numbers / width, 1, case_.example_count);
    BasicQuantity<T> grads = {
        "example grads", std::vector<T>(count * parameters_.size()), parameters_, "example", {}};
    const BasicBatch<T> part = {count, case_.inputs.first(count * program_.input_count())};
    executor_.run(part, {.example_grads = grads.numbers});
    quantities_.push_back(std::move(grads));
  }

  void see_nodes() {
    const std::vector<std::size_t> examples = some_examples(case_.example_count);
    const auto nodes = nodes_of({0, static_cast<NodeIndex>(program_.node_count())});
    BasicQuantity<T> values = {"node values", {}, nodes, "example", examples};
    BasicQuantity<T> grads = {"node grads", {}, nodes, "example", examples};
    for (const std::size_t example : examples) {
      const BasicNodeNumbers<T> numbers = executor_.inspect(batch_, example);
      values.numbers.insert(values.numbers.end(), numbers.values.begin(), numbers.values.end());
      grads.numbers.insert(grads.numbers.end(), numbers.grads.begin(), numbers.grads.end());
    }
    quantities_.push_back(std::move(values));
    quantities_.push_back(std::move(grads));
  }

  /// Training by run() and update().
  void see_sgd() {
    std::vector<T> losses;
    const BasicUpdate<T> update = optimizer::Sgd::Scalars<T>{static_cast<T>(0.1)};
    for (int step = 0; step < case_.steps; ++step) {
      losses.push_back(T(0));
      executor_.run(batch_, {.loss = std::span(losses).last(1), .backward = true});
      if (!executor_.update(update)) break;
    }
    see_training("Sgd", std::move(losses));
  }

  /// Training by run_steps().
  void see_adamw() {
    executor_.load(program_);
    std::vector<std::uint32_t> everything(case_.example_count);
    std::iota(everything.begin(), everything.end(), 0U);
    std::vector<BasicUpdate<T>> updates;
    for (int step = 1; step <= case_.steps; ++step) {
      updates.push_back(optimizer::AdamW::scalars<T>({.lr = 0.01}, step));
    }
    BasicSteps<T> steps = {.example_count = case_.example_count,
                           .inputs = case_.inputs,
                           .batches = {},
                           .updates = updates};
    steps.batches.assign(updates.size(), everything);
    see_training("AdamW", executor_.run_steps(steps).losses);
  }

  void see_training(const std::string& optimizer, std::vector<T> losses) {
    quantities_.push_back(
        {optimizer + " losses", std::move(losses), {program_.root()}, "step", {}});
    quantities_.push_back({optimizer + " parameters", executor_.parameters(), parameters_, "", {}});
  }

  BasicExecutor<T>& executor_;
  const BasicParityCase<T>& case_;
  const Program& program_;
  BasicBatch<T> batch_;
  std::vector<NodeIndex> parameters_;
  std::vector<BasicQuantity<T>> quantities_;
};

template <class T>
bool same_bits(T a, T b) {
  using Bits = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;
  return std::bit_cast<Bits>(a) == std::bit_cast<Bits>(b) || (a != a && b != b);
}

template <class T>
std::string number_at(const std::vector<T>& numbers, std::size_t index) {
  if (index >= numbers.size()) return "nothing";
  return fmt::format("{:a} ({})", numbers[index], shortest(numbers[index]));
}

template <class T>
Mismatch mismatch(const Program& program, const BasicQuantity<T>& reference,
                  const BasicQuantity<T>& other, std::size_t index) {
  const std::size_t width = std::max<std::size_t>(1, reference.nodes.size());
  const std::size_t row = index / width;
  Mismatch result = {.index = index,
                     .place = {},
                     .reference = number_at(reference.numbers, index),
                     .other = number_at(other.numbers, index),
                     .node = {}};
  if (!reference.row_name.empty()) {
    const std::size_t number = row < reference.rows.size() ? reference.rows[row] : row;
    result.place = reference.row_name + " " + std::to_string(number);
  }
  if (!reference.nodes.empty()) result.node = program.describe(reference.nodes[index % width]);
  return result;
}

template <class T>
Agreement compare_one(const Program& program, const BasicQuantity<T>& reference,
                      const BasicQuantity<T>& other) {
  Agreement result = {.quantity = reference.name, .first = std::nullopt};
  result.count = std::max(reference.numbers.size(), other.numbers.size());
  const std::size_t both = std::min(reference.numbers.size(), other.numbers.size());
  for (std::size_t i = 0; i < result.count; ++i) {
    if (i < both && same_bits(reference.numbers[i], other.numbers[i])) {
      ++result.identical;
    } else if (!result.first) {
      result.first = mismatch(program, reference, other, i);
    }
  }
  return result;
}

}  // namespace

template <class T>
std::vector<BasicQuantity<T>> observe(BasicExecutor<T>& executor,
                                      const BasicParityCase<T>& parity_case) {
  return Observer<T>(executor, parity_case).all();
}

template <class T>
std::vector<Agreement> compare(const Program& program,
                               const std::vector<BasicQuantity<T>>& reference,
                               const std::vector<BasicQuantity<T>>& other) {
  if (reference.size() != other.size()) throw ArgumentError("lists of different quantities");
  std::vector<Agreement> agreements;
  for (std::size_t k = 0; k < reference.size(); ++k) {
    if (reference[k].name != other[k].name) throw ArgumentError("lists of different quantities");
    agreements.push_back(compare_one(program, reference[k], other[k]));
  }
  return agreements;
}

bool ParityReport::identical() const {
  return std::ranges::all_of(runs, [](const ParityRun& run) {
    return std::ranges::all_of(run.agreements, [](const Agreement& agreement) {
      return agreement.identical == agreement.count;
    });
  });
}

bool ParityReport::as_promised() const {
  return math == Math::Exact ? identical() : std::ranges::all_of(runs, &ParityRun::within_bound);
}

template std::vector<BasicQuantity<float>> observe(BasicExecutor<float>&,
                                                   const BasicParityCase<float>&);
template std::vector<Agreement> compare(const Program&, const std::vector<BasicQuantity<float>>&,
                                        const std::vector<BasicQuantity<float>>&);
template std::vector<BasicQuantity<double>> observe(BasicExecutor<double>&,
                                                    const BasicParityCase<double>&);
template std::vector<Agreement> compare(const Program&, const std::vector<BasicQuantity<double>>&,
                                        const std::vector<BasicQuantity<double>>&);

}  // namespace levelgrad::host
