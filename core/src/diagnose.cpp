// SPDX-License-Identifier: MIT
//
// The body of an example reads no join, so its values are those that it has in a batch of its own:
// the search for a value looks at one example after the other. Grads depend on the whole batch.
#include "levelgrad/diagnose.h"

#include <algorithm>
#include <vector>

#include "levelgrad/math.h"
#include "levelgrad/number_text.h"
#include "levelgrad/reference_executor.h"

namespace levelgrad {
namespace {

/// An infinite constant is data, and what the loss does not depend on cannot have spoilt it.
bool counts(const Program& program, NodeIndex node) {
  return program.under_root(node) && !program.constants().holds(node);
}

/// How a message calls the node.
std::string name_of(const Program& program, NodeIndex node) {
  if (program.op(node) != Op::Leaf) return "'" + std::string(symbol(program.op(node))) + "'";
  if (program.constants().holds(node)) return "a constant";
  const std::string name(program.name(node));
  return (program.parameters().holds(node) ? "parameter " : "input ") + name;
}

template <class T>
class Search {
public:
  Search(std::span<const Program> programs, const BasicBatch<T>& batch,
         std::span<const T> parameters)
      : programs_(programs), batch_(batch) {
    executor_.load(programs);
    executor_.set_parameters(parameters);
  }

  std::optional<NonFinite> run() {
    for (std::size_t example = 0; example < batch_.example_count; ++example) {
      if (auto found = find_in_example(example)) return found;
    }
    const BasicNodeNumbers<T> first = executor_.inspect(batch_, 0);
    const NodeRange epilogue = program_of(0).epilogue();
    if (auto found = find_value(first, {epilogue.begin, epilogue.end}, 0)) return found;
    const std::size_t example = first_with_bad_grads();
    return find_grad(example == 0 ? first : executor_.inspect(batch_, example), example);
  }

private:
  [[nodiscard]] const Program& program_of(std::size_t example) const {
    return programs_[batch_.program(example)];
  }

  std::optional<NonFinite> find_in_example(std::size_t example) {
    const Program& program = program_of(example);
    std::vector<T> inputs;
    for (std::size_t k = 0; k < program.input_count(); ++k) {
      inputs.push_back(batch_.input(example, k));
    }
    const auto which = static_cast<std::uint32_t>(batch_.program(example));
    const BasicBatch<T> alone = {1, inputs, Layout::ByExample, std::span(&which, 1)};
    return find_value(executor_.inspect(alone, 0), {0, program.epilogue().begin}, example);
  }

  std::optional<NonFinite> find_value(const BasicNodeNumbers<T>& numbers, NodeRange range,
                                      std::size_t example) const {
    for (NodeIndex node = range.begin; node < range.end; ++node) {
      if (!counts(program_of(example), node)) continue;
      if (!math::is_finite(numbers.values[node])) return found(numbers, node, example, false);
    }
    return std::nullopt;
  }

  /// From the root back: the epilogue, the example's body, the prologue, the leaves.
  std::optional<NonFinite> find_grad(const BasicNodeNumbers<T>& numbers,
                                     std::size_t example) const {
    for (auto node = static_cast<NodeIndex>(program_of(example).node_count()); node-- > 0;) {
      if (!math::is_finite(numbers.grads[node])) return found(numbers, node, example, true);
    }
    return std::nullopt;
  }

  /// The first example whose own grads of the parameters are not finite; 0 where there is none.
  std::size_t first_with_bad_grads() {
    const std::size_t width = programs_.front().parameter_count();
    // Beyond a gigabyte the search is content with example 0 and the parameters.
    constexpr std::size_t most = (std::size_t{1} << 30) / sizeof(T);
    if (width == 0 || batch_.example_count > most / width) return 0;
    std::vector<T> grads(batch_.example_count * width);
    executor_.run(batch_, {.example_grads = grads});
    const auto bad = std::ranges::find_if_not(grads, math::is_finite<T>);
    return bad == grads.end() ? 0 : static_cast<std::size_t>(bad - grads.begin()) / width;
  }

  NonFinite found(const BasicNodeNumbers<T>& numbers, NodeIndex node, std::size_t example,
                  bool in_grad) const {
    const Program& program = program_of(example);
    NonFinite result = {.node = node, .in_grad = in_grad};
    std::string text = (in_grad ? "grad of " : "data of ") + name_of(program, node) +
                       at(program.where(node)) + " (level " + std::to_string(program.level(node));
    if (program.varying(node)) {
      result.example = example;
      text += ", example " + std::to_string(example);
    }
    text += ") is " + shortest(in_grad ? numbers.grads[node] : numbers.values[node]);
    const char* separator = "; operands ";
    for (const NodeIndex operand : program.operands(node)) {
      if (program.joins(node)) break;  // as many as there are examples
      text += separator + shortest(numbers.values[operand]);
      separator = ", ";
    }
    result.description = text;
    return result;
  }

  std::span<const Program> programs_;
  const BasicBatch<T>& batch_;
  BasicReferenceExecutor<T> executor_;
};

}  // namespace

template <class T>
std::optional<NonFinite> find_non_finite(std::span<const Program> programs,
                                         const BasicBatch<T>& batch,
                                         std::span<const T> parameters) {
  return Search<T>(programs, batch, parameters).run();
}

template std::optional<NonFinite> find_non_finite(std::span<const Program>,
                                                  const BasicBatch<float>&, std::span<const float>);
template std::optional<NonFinite> find_non_finite(std::span<const Program>,
                                                  const BasicBatch<double>&,
                                                  std::span<const double>);

}  // namespace levelgrad
