// SPDX-License-Identifier: MIT
//
// The prologue and the epilogue as C++, compiled and compared with the host executor's by bits.
#include "levelgrad/uniform_text.h"

#include <gtest/gtest.h>

#include "compiled_code.h"
#include "levelgrad/batch_order.h"
#include "levelgrad/native_code.h"
#include "support/conformance_cases.h"
#include "support/same_numbers.h"
#include "support/sample_programs.h"
#include "uniform_part.h"

namespace levelgrad::testing {
namespace {

constexpr std::size_t example_count = 7;

std::vector<Program> programs() {
  std::vector<Program> found;
  for (std::uint64_t seed = 0; seed < 24; ++seed) {
    found.push_back(random_program(
        seed, {.prologue_ops = 12, .body_ops = 12, .epilogue_ops = 14, .tame = seed % 2 == 0}));
  }
  for (const auto& cases : {odd_cases<double>(), two_pass_cases<double>()}) {
    for (const BatchCase<double>& test : cases) {
      if (found.empty() || found.back().hash() != test.programs[0].hash()) {
        found.push_back(test.programs[0]);
      }
    }
  }
  found.push_back(moons_program());
  return found;
}

/// Small pieces for every second Program, so that numbers go from one function to another.
std::size_t piece_size(std::size_t k) { return k % 2 == 0 ? 1000 : 3; }

std::string entry_points(const std::string& number, const std::string& type) {
  const std::string name = "_" + number + "_" + type, inside = "levelgrad::case_" + number + "::";
  return "extern \"C\" void prologue_forward" + name + "(" + type + "* u) { " + inside +
         "prologue_forward(u); }\nextern \"C\" void epilogue_forward" + name + "(" + type +
         "* u, const " + type + "* sums, " + type + " w) { " + inside +
         "epilogue_forward(u, sums, w); }\nextern \"C\" void epilogue_backward" + name + "(const " +
         type + "* u, " + type + "* d, " + type + " w, " + type + "* seeds) { " + inside +
         "epilogue_backward(u, d, w, seeds); }\nextern \"C\" void prologue_backward" + name +
         "(const " + type + "* u, " + type + "* d) { " + inside + "prologue_backward(u, d); }\n";
}

class UniformText : public ::testing::Test {
protected:
  struct NoCache : CodeCache {
    std::optional<std::string> find(const std::string&) override { return std::nullopt; }
    void keep(const std::string&, std::string_view) override {}
  };
  static void SetUpTestSuite() {
    programs_ = new std::vector<Program>(programs());
    std::string text = op_headers_text();
    for (std::size_t k = 0; k < programs_->size(); ++k) {
      const std::string number = std::to_string(k);
      text += "\nnamespace levelgrad::case_" + number + " {\n\n" +
              uniform_text(Schedule((*programs_)[k]), piece_size(k)) + "\n}\n\n" +
              entry_points(number, "double") + entry_points(number, "float");
    }
    NoCache cache;
    code_ = new host::CompiledCode(host::compiled(host::NativeCompiler::find(), cache, text,
                                                  {"-O1", "-Wall", "-Wextra", "-Werror"}));
  }
  static void TearDownTestSuite() {
    delete code_;
    delete programs_;
  }

  template <class F>
  static F* function(const char* name, std::size_t k, const std::string& type) {
    return code_->library.function<F>((name + ("_" + std::to_string(k)) + "_" + type).c_str());
  }

  template <class T>
  static void compare(std::size_t k, const std::string& type) {
    const Program& program = (*programs_)[k];
    Dice dice(k);
    const auto numbers = [&](std::size_t count) {
      std::vector<T> made(count);
      for (T& number : made) number = static_cast<T>(dice.between(-1.5, 1.5));
      return made;
    };
    const std::vector<T> parameters = numbers(program.parameter_count());
    const std::vector<T> sums = numbers(program.joins().size());
    const std::vector<T> folds = numbers(program.shared_count());
    host::UniformPart<T> part(program);
    part.run_prologue(parameters);
    part.run_epilogue(sums, example_count);
    part.run_epilogue_backward(example_count);
    std::vector<T> left(program.shared_count());
    part.take_left(left);
    const std::span<const T> carried = part.run_prologue_backward(folds);
    const std::vector<T> grads(carried.begin(), carried.end());

    // A number that was never written is not one that could be right.
    std::vector<T> u(uniform_count(program), T(12345)), d = u, seeds(sums.size());
    std::ranges::copy(parameters, u.begin());
    const T weight = mean_weight<T>(example_count);
    function<void(T*)>("prologue_forward", k, type)(u.data());
    function<void(T*, const T*, T)>("epilogue_forward", k, type)(u.data(), sums.data(), weight);
    function<void(const T*, T*, T, T*)>("epilogue_backward", k, type)(u.data(), d.data(), weight,
                                                                      seeds.data());
    for (const ProgramParts::Output& output : program.outputs()) {
      if (program.varying(output.node) || program.constants().holds(output.node)) continue;
      EXPECT_TRUE(same_bits(u[uniform_index(program, output.node)], part.values()[output.node]))
          << program.describe(output.node);
    }
    for (std::size_t i = 0; i < program.shared_count(); ++i) {
      EXPECT_TRUE(same_bits(u[i], part.values()[program.shared_node(i)])) << i;
    }
    EXPECT_TRUE(same_numbers(seeds, part.seeds()));
    d.resize(program.shared_count());
    EXPECT_TRUE(same_numbers(d, left));
    d = folds;
    d.resize(uniform_count(program), T(0));
    function<void(const T*, T*)>("prologue_backward", k, type)(u.data(), d.data());
    d.resize(program.parameter_count());
    for (std::size_t i = 0; i < grads.size(); ++i) {
      EXPECT_TRUE(same_bits(d[i], grads[i])) << program.name(static_cast<NodeIndex>(i));
    }
  }

  static std::vector<Program>* programs_;
  static host::CompiledCode* code_;
};
std::vector<Program>* UniformText::programs_ = nullptr;
host::CompiledCode* UniformText::code_ = nullptr;

TEST_F(UniformText, HasTheBitsOfTheHostExecutor) {
  for (std::size_t k = 0; k < programs_->size(); ++k) {
    SCOPED_TRACE("Program " + std::to_string(k) + "\n" + uniform_text(Schedule((*programs_)[k])));
    compare<double>(k, "double");
    compare<float>(k, "float");
    if (HasFailure()) break;
  }
}

}  // namespace
}  // namespace levelgrad::testing
