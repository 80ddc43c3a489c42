// SPDX-License-Identifier: MIT
#include "support/shrink.h"

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <utility>

#include "levelgrad/error.h"
#include "support/program_builder.h"

namespace levelgrad::testing {
namespace {

template <class T>
class Shrinker {
public:
  Shrinker(BatchCase<T> test, const std::function<bool(const BatchCase<T>&)>& fails)
      : test_(std::move(test)), fails_(fails) {}

  BatchCase<T> run() {
    bool smaller = true;
    while (smaller && may_go_on()) {
      smaller = drop_examples();
      smaller = drop_programs() || smaller;
      smaller = drop_outputs() || smaller;
      smaller = replace_operations() || smaller;
      smaller = drop_leaves() || smaller;
    }
    return std::move(test_);
  }

private:
  [[nodiscard]] bool may_go_on() const {
    return calls_ < 5000 && std::chrono::steady_clock::now() - start_ < std::chrono::seconds(10);
  }

  /// Takes the candidate if its Programs fit each other and it still fails.
  bool accept(BatchCase<T> candidate) {
    if (!may_go_on()) return false;
    ++calls_;
    try {
      check_programs(candidate.programs);
    } catch (const Error&) {
      return false;
    }
    if (!fails_(candidate)) return false;
    test_ = std::move(candidate);
    return true;
  }

  [[nodiscard]] std::size_t width() const { return test_.programs.front().input_count(); }

  /// Without the examples [begin, end).
  [[nodiscard]] BatchCase<T> without_examples(std::size_t begin, std::size_t end) const {
    BatchCase<T> candidate = test_;
    candidate.example_count -= end - begin;
    const auto erase = [&](auto& numbers, std::size_t per_example) {
      numbers.erase(numbers.begin() + static_cast<std::ptrdiff_t>(begin * per_example),
                    numbers.begin() + static_cast<std::ptrdiff_t>(end * per_example));
    };
    erase(candidate.inputs, width());
    if (!candidate.which.empty()) erase(candidate.which, 1);
    return candidate;
  }

  bool drop_examples() {
    bool smaller = false;
    for (std::size_t size = test_.example_count / 2; size > 0; size /= 2) {
      for (std::size_t begin = 0; begin + size <= test_.example_count;) {
        if (size == test_.example_count || !accept(without_examples(begin, begin + size))) {
          begin += size;
        } else {
          smaller = true;
        }
      }
    }
    return smaller;
  }

  bool drop_programs() {
    bool smaller = false;
    for (std::size_t k = test_.programs.size(); k-- > 0 && test_.programs.size() > 1;) {
      BatchCase<T> candidate = test_;
      candidate.programs.erase(candidate.programs.begin() + static_cast<std::ptrdiff_t>(k));
      for (std::uint32_t& which : candidate.which) {
        if (which == k) which = 0;
        if (which > k) --which;
      }
      smaller = accept(std::move(candidate)) || smaller;
    }
    return smaller;
  }

  /// Changes the Programs by way of builders; nothing where they break a rule then.
  template <class Change>
  bool accept_changed(const Change& change, BatchCase<T> candidate) {
    if (!may_go_on()) return false;
    try {
      for (std::size_t k = 0; k < candidate.programs.size(); ++k) {
        ProgramBuilder builder(candidate.programs[k]);
        change(builder, k);
        candidate.programs[k] = builder.build();
      }
    } catch (const Error&) {
      return false;
    }
    return accept(std::move(candidate));
  }

  bool drop_outputs() {
    bool smaller = false;
    for (std::size_t k = test_.programs.front().outputs().size(); k-- > 1;) {
      const auto drop = [k](ProgramBuilder& builder, std::size_t) { builder.drop_output(k); };
      smaller = accept_changed(drop, test_) || smaller;
    }
    return smaller;
  }

  /// The k-th operation of a Program's body, or of its prologue and epilogue taken together.
  static NodeIndex operation(const Program& of, bool body, std::size_t k) {
    if (body) return of.body().begin + static_cast<NodeIndex>(k);
    const std::size_t prologue = of.prologue().size();
    return static_cast<NodeIndex>(k < prologue ? of.prologue().begin + k
                                               : of.epilogue().begin + (k - prologue));
  }
  [[nodiscard]] std::size_t operation_count(std::size_t program, bool body) const {
    const Program& of = test_.programs[program];
    return body ? of.body().size() : of.prologue().size() + of.epilogue().size();
  }

  /// Lets readers of an operation read one far before it, or else a leaf.
  bool cut(std::size_t program, bool body, std::size_t k, std::size_t distance) {
    for (const bool leaf : {false, true}) {
      if (k >= operation_count(program, body)) return false;
      const auto replace = [&](ProgramBuilder& builder, std::size_t of) {
        if (body && of != program) return;
        const Program& own = test_.programs[of];
        const NodeIndex first = body ? own.inputs().begin : own.parameters().begin;
        builder.replace(operation(own, body, k), leaf ? first : operation(own, body, k - distance));
      };
      if (accept_changed(replace, test_)) return true;
    }
    return false;
  }

  bool cut_long_chains(std::size_t program, bool body) {
    bool smaller = false;
    for (std::size_t size = operation_count(program, body) / 2; size > 1; size /= 2) {
      for (std::size_t k = operation_count(program, body) / size; k-- > 1;) {
        smaller = cut(program, body, k * size, size) || smaller;
      }
    }
    return smaller;
  }

  /// From the last operation on: what only a replaced one has read is gone with it.
  bool replace_in(std::size_t program, bool body) {
    bool smaller = false;
    for (std::size_t k = operation_count(program, body); k-- > 0;) {
      const Program& own = test_.programs[program];
      const std::size_t arity = own.operands(operation(own, body, k)).size();
      for (std::size_t operand = 0; operand < arity; ++operand) {
        const auto replace = [&](ProgramBuilder& builder, std::size_t of) {
          if (body && of != program) return;  // prologue and epilogue are the same in all
          const NodeIndex node = operation(test_.programs[of], body, k);
          builder.replace(node, test_.programs[of].operands(node)[operand]);
        };
        if (!accept_changed(replace, test_)) continue;
        smaller = true;
        k = std::min(k, operation_count(program, body));
        break;
      }
    }
    return smaller;
  }

  bool replace_operations() {
    bool smaller = false;
    for (std::size_t program = 0; program < test_.programs.size(); ++program) {
      smaller = cut_long_chains(program, true) || smaller;
      smaller = replace_in(program, true) || smaller;
    }
    smaller = cut_long_chains(0, false) || smaller;
    return replace_in(0, false) || smaller;
  }

  [[nodiscard]] bool is_read(NodeIndex leaf) const {
    for (const Program& program : test_.programs) {
      for (NodeIndex node = program.prologue().begin; node < program.node_count(); ++node) {
        for (const NodeIndex operand : program.operands(node)) {
          if (operand == leaf) return true;
        }
      }
      for (const ProgramParts::Output& output : program.outputs()) {
        if (output.node == leaf) return true;
      }
    }
    return false;
  }

  /// Parameters and inputs that nothing reads.
  bool drop_leaves() {
    bool smaller = false;
    for (NodeIndex leaf = test_.programs.front().inputs().end; leaf-- > 0;) {
      if (is_read(leaf)) continue;
      BatchCase<T> candidate = test_;
      const NodeRange inputs = test_.programs.front().inputs();
      if (inputs.holds(leaf)) {
        for (std::size_t i = test_.example_count; i-- > 0;) {
          const std::size_t place = i * width() + (leaf - inputs.begin);
          candidate.inputs.erase(candidate.inputs.begin() + static_cast<std::ptrdiff_t>(place));
        }
      } else {
        candidate.parameters.erase(candidate.parameters.begin() +
                                   static_cast<std::ptrdiff_t>(leaf));
      }
      const auto drop = [leaf](ProgramBuilder& builder, std::size_t) { builder.drop_leaf(leaf); };
      smaller = accept_changed(drop, std::move(candidate)) || smaller;
    }
    return smaller;
  }

  BatchCase<T> test_;
  const std::function<bool(const BatchCase<T>&)>& fails_;
  std::size_t calls_ = 0;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace

template <class T>
BatchCase<T> shrink(BatchCase<T> test, const std::function<bool(const BatchCase<T>&)>& fails) {
  return Shrinker<T>(std::move(test), fails).run();
}

template <class T>
std::string keep(const BatchCase<T>& test) {
  const char* const folder = std::getenv("LEVELGRAD_REGRESSIONS");
  if (folder == nullptr) return "";
  const std::string path = std::string(folder) + "/" + test.programs.front().hash().substr(0, 12) +
                           (sizeof(T) == 4 ? "-f32.txt" : "-f64.txt");
  std::ofstream file(path);
  file << to_text(test);
  file.close();
  return file ? path : "";
}

template <class T>
std::string explain(const NamedFactory<T>& factory, const BatchCase<T>& test, const Extent& extent,
                    const std::string& difference) {
  std::string text = factory.name + ", " + test.name +
                     ", N = " + std::to_string(test.example_count) + ": " + difference + "\n";
  std::string still;
  const auto fails = [&](const BatchCase<T>& candidate) {
    const auto executor = factory.make();
    const auto found = first_difference(expected(candidate, extent), *executor, candidate, extent);
    if (found) still = *found;
    return found.has_value();
  };
  if (!fails(test)) return text + "a fresh executor does it right: something was left over";
  const BatchCase<T> small = shrink<T>(test, fails);
  (void)fails(small);
  const std::string path = keep(small);
  text += path.empty() ? "LEVELGRAD_REGRESSIONS names no folder to keep it in\n"
                       : "kept in " + path + "\n";
  return text + "shrunken: " + still + "\n" + to_text(small).substr(0, 6000);
}

#define LG_INSTANTIATE(T)                                                                      \
  template BatchCase<T> shrink(BatchCase<T>, const std::function<bool(const BatchCase<T>&)>&); \
  template std::string keep(const BatchCase<T>&);                                              \
  template std::string explain(const NamedFactory<T>&, const BatchCase<T>&, const Extent&,     \
                               const std::string&);
LG_INSTANTIATE(float)
LG_INSTANTIATE(double)
#undef LG_INSTANTIATE

}  // namespace levelgrad::testing
