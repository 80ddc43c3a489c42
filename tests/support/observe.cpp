// SPDX-License-Identifier: MIT
#include "support/observe.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "levelgrad/error.h"
#include "levelgrad/reference_executor.h"

namespace levelgrad::testing {
namespace {

template <class T>
class Observer {
public:
  Observer(BasicExecutor<T>& executor, const BatchCase<T>& test, Layout layout,
           const Extent& extent)
      : executor_(executor), test_(test), layout_(layout), extent_(extent), inputs_(test.inputs) {
    if (layout == Layout::ByInput) {
      for (std::size_t i = 0; i < count(); ++i) {
        for (std::size_t k = 0; k < width(); ++k) {
          inputs_[k * count() + i] = test.inputs[i * width() + k];
        }
      }
    }
  }

  Quantities<T> observe() {
    executor_.load(test_.programs);
    executor_.set_parameters(test_.parameters);
    run_once();
    if (extent_.training) {
      update();
      train();
      executor_.set_parameters(test_.parameters);
    }
    for (std::size_t k = 0; k < std::min(extent_.inspected, count()); ++k) {
      inspect(k % 2 == 0 ? count() - 1 - k / 2 : k / 2);
    }
    return std::move(made_);
  }

private:
  [[nodiscard]] const Program& program() const { return test_.programs.front(); }
  [[nodiscard]] std::size_t count() const { return test_.example_count; }
  [[nodiscard]] std::size_t width() const { return program().input_count(); }
  [[nodiscard]] BasicBatch<T> batch() const {
    return {count(), inputs_, layout_, std::span(test_.which)};
  }

  /// node_of(index) is a node of the Program of the example index / per_example.
  void add(std::string name, std::vector<T> numbers, std::size_t per_example,
           std::function<NodeIndex(const Program&, std::size_t)> node_of) {
    const auto describe = [&test = test_, per_example, node_of](std::size_t index) {
      const std::size_t example = per_example == 0 ? 0 : index / per_example;
      const Program& of = test.program_of(example);
      return (per_example == 0 ? "" : "example " + std::to_string(example) + ", ") +
             of.describe(node_of(of, index));
    };
    made_.push_back({std::move(name), std::move(numbers), describe});
  }
  void add_parameters(std::string name, std::vector<T> numbers) {
    add(std::move(name), std::move(numbers), 0,
        [](const Program&, std::size_t i) { return static_cast<NodeIndex>(i); });
  }
  void add_loss(std::string name, std::vector<T> numbers) {
    add(std::move(name), std::move(numbers), 0,
        [](const Program& of, std::size_t) { return of.root(); });
  }

  /// Grads of each example, beside the others, are asked for in a run of their own: executors may
  /// take another way for them.
  void run_once() {
    const std::size_t parameters = program().parameter_count();
    const auto outputs = program().outputs();
    std::vector<T> loss(1), grads(parameters), input_grads(count() * width());
    if (extent_.example_grads) {
      std::vector<T> example_grads(count() * parameters);
      executor_.run(batch(), {loss, {}, grads, example_grads, input_grads});
      add("example_grads", example_grads, parameters, [parameters](const Program&, std::size_t i) {
        return static_cast<NodeIndex>(i % parameters);
      });
      add_parameters("grads beside example_grads", grads);
    }
    std::vector<std::vector<T>> output(outputs.size());
    BasicResults<T> results{loss, {}, grads, {}, input_grads};
    for (std::size_t k = 0; k < outputs.size(); ++k) {
      output[k].resize(program().varying(outputs[k].node) ? count() : 1);
      results.outputs.push_back(output[k]);
    }
    executor_.run(batch(), results);
    add_loss("loss", loss);
    for (std::size_t k = 0; k < outputs.size(); ++k) {
      add("output '" + outputs[k].name + "'", output[k], program().varying(outputs[k].node) ? 1 : 0,
          [k](const Program& of, std::size_t) { return of.outputs()[k].node; });
    }
    add_parameters("grads", grads);
    add_input_grads(input_grads);
  }

  void add_input_grads(const std::vector<T>& grads) {
    std::vector<T> by_example = grads;
    for (std::size_t i = 0; i < count() && layout_ == Layout::ByInput; ++i) {
      for (std::size_t k = 0; k < width(); ++k) {
        by_example[i * width() + k] = grads[k * count() + i];
      }
    }
    add("input_grads", by_example, width(), [width = width()](const Program& of, std::size_t i) {
      return of.inputs().begin + static_cast<NodeIndex>(i % width);
    });
  }

  /// Sgd by the grads of run_once(), then AdamW twice.
  void update() {
    using optimizer::AdamW, optimizer::Sgd;
    std::vector<T> done = {T(executor_.update(Sgd::Scalars<T>{T(0.01)}))};
    add_parameters("parameters after Sgd", executor_.parameters());
    for (int t = 1; t <= 2; ++t) {
      BasicResults<T> results;
      results.backward = true;
      executor_.run(batch(), results);
      done.push_back(T(executor_.update(AdamW::scalars<T>({.lr = 0.05}, t))));
    }
    add_parameters("parameters after AdamW", executor_.parameters());
    add_loss("whether updates were done", done);
  }

  /// Some steps over part of the examples: backwards, with repetitions, a single one, many.
  void train() {
    using optimizer::AdamW, optimizer::Sgd;
    std::vector<std::vector<std::uint32_t>> picked(4);
    const auto n = static_cast<std::uint32_t>(count());
    for (std::uint32_t i = 0; i < std::min<std::uint32_t>(n, 150); ++i) {
      picked[0].push_back(n - 1 - i);
      if (i < 33) picked[1].push_back((i * 7) % n);
      if (i < 7) picked[3].insert(picked[3].end(), {i, n - 1 - i, i});
    }
    picked[2] = {n / 2};
    BasicSteps<T> steps{count(), test_.inputs, test_.which, {}, {}};
    for (const auto& indices : picked) steps.batches.push_back(indices);
    std::vector<BasicUpdate<T>> updates = {Sgd::Scalars<T>{T(0.02)}};
    for (int t = 1; t <= 3; ++t) updates.push_back(AdamW::scalars<T>({.lr = 0.02}, t));
    steps.updates = updates;
    const BasicStepsReport<T> report = executor_.run_steps(steps);
    add_loss("losses of run_steps", report.losses);
    add_loss("whether run_steps stayed finite", {T(report.finite)});
    add_parameters("parameters after run_steps", executor_.parameters());
  }

  void inspect(std::size_t example) {
    const BasicNodeNumbers<T> numbers = executor_.inspect(batch(), example);
    const std::string of_example = " of example " + std::to_string(example);
    const auto node_of = [&test = test_, example](const Program&, std::size_t i) {
      return std::min(static_cast<NodeIndex>(i),
                      static_cast<NodeIndex>(test.program_of(example).node_count() - 1));
    };
    for (const bool grads : {false, true}) {
      const auto describe = [&test = test_, example, node_of](std::size_t i) {
        const Program& of = test.program_of(example);
        return of.describe(node_of(of, i));
      };
      made_.push_back({(grads ? "inspected grads" : "inspected values") + of_example,
                       grads ? numbers.grads : numbers.values, describe});
    }
  }

  BasicExecutor<T>& executor_;
  const BatchCase<T>& test_;
  Layout layout_;
  Extent extent_;
  std::vector<T> inputs_;  // in the layout
  Quantities<T> made_;
};

}  // namespace

template <class T>
Quantities<T> observe(BasicExecutor<T>& executor, const BatchCase<T>& test, Layout layout,
                      const Extent& extent) {
  return Observer<T>(executor, test, layout, extent).observe();
}

template <class T>
const std::vector<T>& numbers_of(const Quantities<T>& quantities, const std::string& name) {
  const auto found = std::ranges::find(quantities, name, &Quantity<T>::name);
  if (found == quantities.end()) throw InternalError("no quantity is named " + name);
  return found->numbers;
}

template <class T>
bool same_bits(T a, T b) {
  using Bits = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;
  return std::bit_cast<Bits>(a) == std::bit_cast<Bits>(b) || (a != a && b != b);
}

template <class T>
std::optional<std::string> first_difference(const Quantities<T>& expected,
                                            const Quantities<T>& actual) {
  for (std::size_t q = 0; q < expected.size(); ++q) {
    const std::vector<T>&wanted = expected[q].numbers, &found = actual.at(q).numbers;
    if (wanted.size() != found.size()) {
      return expected[q].name + ": " + std::to_string(found.size()) + " numbers, not " +
             std::to_string(wanted.size());
    }
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (same_bits(wanted[i], found[i])) continue;
      return expected[q].name + "[" + std::to_string(i) + "] is " +
             hex(static_cast<double>(found[i])) + ", not " + hex(static_cast<double>(wanted[i])) +
             ": " + expected[q].node(i);
    }
  }
  return std::nullopt;
}

template <class T>
std::optional<std::string> first_difference(const Quantities<T>& expected, BasicExecutor<T>& tested,
                                            const BatchCase<T>& test, const Extent& extent) {
  for (const Layout layout : {Layout::ByExample, Layout::ByInput}) {
    const char* const order = layout == Layout::ByInput ? "by input, " : "by example, ";
    try {
      const auto different = first_difference(expected, observe(tested, test, layout, extent));
      if (different) return order + *different;
    } catch (const Error& error) {
      return std::string(order) + "an error: " + error.what();
    }
  }
  return std::nullopt;
}

template <class T>
Quantities<T> expected(const BatchCase<T>& test, const Extent& extent) {
  BasicReferenceExecutor<T> reference;
  return observe<T>(reference, test, Layout::ByExample, extent);
}

#define LG_INSTANTIATE(T)                                                                        \
  template const std::vector<T>& numbers_of(const Quantities<T>&, const std::string&);           \
  template Quantities<T> observe(BasicExecutor<T>&, const BatchCase<T>&, Layout, const Extent&); \
  template bool same_bits(T, T);                                                                 \
  template std::optional<std::string> first_difference(const Quantities<T>&,                     \
                                                       const Quantities<T>&);                    \
  template std::optional<std::string> first_difference(const Quantities<T>&, BasicExecutor<T>&,  \
                                                       const BatchCase<T>&, const Extent&);      \
  template Quantities<T> expected(const BatchCase<T>&, const Extent&);
LG_INSTANTIATE(float)
LG_INSTANTIATE(double)
#undef LG_INSTANTIATE

}  // namespace levelgrad::testing
