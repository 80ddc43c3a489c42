// SPDX-License-Identifier: MIT
//
// C++ files to take away, compiled as their first comment says, beside the reference executor.
#include "support/take_away_run.h"

#include "command.h"
#include "levelgrad/program_text.h"
#include "support/conformance_cases.h"
#include "support/program_builder.h"
#include "support/program_test.h"
#include "support/sample_programs.h"

namespace levelgrad::testing {
namespace {

const std::string flags =
    " -std=c++20 -O2 -march=native -ffp-contract=off -Wall -Wextra -Werror -shared -fPIC";

template <class T>
void expect_bits(const std::string& compiler, const Program& program,
                 const std::vector<std::size_t>& counts) {
  if (host::path_of_program(compiler).empty()) GTEST_SKIP() << "there is no " << compiler;
  const Schedule schedule(program);
  const TakeAwayOptions options = {.name = "net", .f64 = sizeof(T) == 8};
  const host::NativeLibrary library =
      compiled_file(compiler + flags, ".cpp", take_away_cpp(schedule, options).text());
  for (const std::size_t count : counts) {
    expect_reference_bits(library, "net", case_of<T>("case", program, count, count));
  }
  if (program.parameter_count() == 0) return;
  const T* const initial = reinterpret_cast<const T*>(library.function<void()>("net_initial"));
  for (NodeIndex n = 0; n < program.parameter_count(); ++n) {
    EXPECT_TRUE(same_bits(initial[n], static_cast<T>(program.initial(n))));
  }
}

const std::vector<std::size_t> counts = {1, 100, 129, 1000};

/// The case of this name.
template <class T>
Program program_of(const std::vector<BatchCase<T>>& cases, const std::string& name) {
  for (const BatchCase<T>& test : cases) {
    if (test.name == name) return test.programs[0];
  }
  throw InternalError("no case of the name " + name);
}

TEST(TakeAwayCpp, MoonsByGcc) { expect_bits<double>("g++", moons_program(), counts); }
TEST(TakeAwayCpp, MoonsByGccF32) { expect_bits<float>("g++", moons_program(), counts); }
TEST(TakeAwayCpp, MoonsByClang) { expect_bits<double>("clang++", moons_program(), counts); }

TEST(TakeAwayCpp, RandomPrograms) {
  const Program tame = random_program(3, {.body_ops = 60, .tame = true});
  expect_bits<double>("g++", tame, counts);
  expect_bits<float>("clang++", random_program(8, {.body_ops = 60}), counts);
}
TEST(TakeAwayCpp, TwoPasses) {
  const Program program = program_of(two_pass_cases<double>(), "mean(a) * sum(b)");
  ASSERT_FALSE(Schedule(program).one_pass());
  expect_bits<double>("g++", program, counts);
}
/// In one pass, but the regulariser's grad depends on a join.
TEST(TakeAwayCpp, LateGrads) {
  ProgramBuilder made;
  const auto x = made.input(), w = made.parameter(0.5), v = made.parameter(-1.5);
  const auto loss = made.operation(Op::Mean, made.operation(Op::Mul, x, w));
  made.output(
      made.operation(Op::Add, loss, made.operation(Op::Mul, made.operation(Op::Detach, loss), v)));
  const Program program = made.build();
  ASSERT_TRUE(Schedule(program).one_pass());
  ASSERT_FALSE(Schedule(program).early_grads());
  expect_bits<double>("g++", program, {1, 300});
}
TEST(TakeAwayCpp, ProgramsWithAlmostNothing) {
  const std::vector<BatchCase<double>> odd = odd_cases<double>();
  expect_bits<double>("g++", program_of(odd, "the root is a parameter"), {1, 129});
  expect_bits<double>("clang++", program_of(odd, "the root is a constant"), {1, 129});
}

/// What a compiler that contracts makes of the file must not be taken for levelgrad's numbers.
TEST(TakeAwayCpp, NoticesContraction) {
  if (host::path_of_program("g++").empty()) GTEST_SKIP() << "there is no g++";
#if defined(__x86_64__)
  if (!__builtin_cpu_supports("fma")) GTEST_SKIP() << "this processor has no fma";
#endif
  const Program program = random_program(3, {.tame = true});
  for (const bool f64 : {true, false}) {
    const host::NativeLibrary library =
        compiled_file("g++ -std=c++20 -O2 -march=native -ffp-contract=fast -shared -fPIC", ".cpp",
                      take_away_cpp(Schedule(program), {.name = "net", .f64 = f64}).text());
    using Outputs = int(const void*, const void*, std::size_t, void* const*);
    const std::vector<double> numbers(100);
    const std::vector<void*> none(program.outputs().size());
    EXPECT_EQ(2, library.function<Outputs>("net_outputs")(numbers.data(), numbers.data(), 1,
                                                          none.data()));
  }
}

class TakeAwayMain : public ProgramTest {};

/// As a user does it: two files in one program, one of them with main().
TEST_F(TakeAwayMain, ReadsStdinAndPrintsAllBits) {
  if (host::path_of_program("g++").empty()) GTEST_SKIP() << "there is no g++";
  ASSERT_EQ(0, run("emit moons --hidden 4 --to cpp -o moons.cpp").exit_code);
  ASSERT_EQ(0, run("emit moons --hidden 3 --dtype f32 --to cpp -o other.cpp").exit_code);
  std::filesystem::rename(folder_ / "other.cpp", folder_ / "other.in");
  std::string other = read(folder_ / "other.in");
  for (std::size_t at = 0; (at = other.find("moons_", at)) != std::string::npos; ++at) {
    other.replace(at, 5, "other");
  }
  std::ofstream(folder_ / "other.cpp") << other;
  const std::string gcc = "g++ -std=c++20 -O1 -march=native -ffp-contract=off ";
  const std::string go = "cd '" + folder_.string() + "' && " + gcc + "-c other.cpp && " + gcc +
                         "-DLEVELGRAD_MAIN moons.cpp other.o -o moons && "
                         "echo '0.5 -1 -1  0x1.8p-1 0.8 1' | ./moons >printed";
  ASSERT_EQ(0, std::system(go.c_str()));

  ASSERT_EQ(0, run("emit moons --hidden 4 -o moons.txt").exit_code);
  const Program program = parse_program(read(folder_ / "moons.txt"), "moons");
  ReferenceExecutor reference;
  reference.load(program);
  std::vector<double> loss(1), grads(program.parameter_count());
  const std::vector<double> inputs = {0.5, -1, -1, 0.75, 0.8, 1};
  reference.run({.example_count = 2, .inputs = inputs}, {.loss = loss, .grads = grads});
  std::vector<double> printed;
  for (const std::string& line : lines_of(read(folder_ / "printed"))) {
    printed.push_back(std::stod(line.substr(line.find(' '))));
  }
  ASSERT_EQ(1 + grads.size(), printed.size());
  grads.insert(grads.begin(), loss[0]);
  EXPECT_TRUE(same_numbers(printed, grads));
  const std::string odd_count = "cd '" + folder_.string() + "' && echo '1 2' | ./moons 2>/dev/null";
  EXPECT_NE(0, std::system(odd_count.c_str()));
}

}  // namespace
}  // namespace levelgrad::testing
