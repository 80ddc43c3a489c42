// SPDX-License-Identifier: MIT
//
// The conformance suite: what every executor must do, bit for bit as the reference executor. To run
// it on yours, put this into a test and link test_support:
//
//     #include "support/conformance.h"
//
//     namespace levelgrad::testing {
//
//     template <class T>
//     struct MyExecutors {
//       using Number = T;
//       static std::vector<NamedFactory<T>> factories() {
//         return {{"1 thread", [] { return std::make_unique<BasicMyExecutor<T>>(1); }},
//                 {"5 threads", [] { return std::make_unique<BasicMyExecutor<T>>(5); }}};
//       }
//     };
//     INSTANTIATE_TYPED_TEST_SUITE_P(My, Conformance, BothDtypes<MyExecutors>, DtypeName);
//
//     }  // namespace levelgrad::testing
//
// Where a machine may lack what the executor needs, give MyExecutors a static why_not() that
// returns the reason, "" for none: the tests are then skipped, or fail where the machine must have
// it.
//
// Where it takes long to load a Program, give MyExecutors a static takes(index, programs): cases of
// a list for which it returns false are left out.
//
// All factories are compared in one go, so the reference executor runs once for each case. A
// failure shows the first number that differs, in hexadecimal, its node, and a shrunken case, which
// is also written into the folder LEVELGRAD_REGRESSIONS if that is set: put it into
// tests/data/regressions, and every executor is tested with it from then on.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <type_traits>
#include <vector>

#include "levelgrad/error.h"
#include "levelgrad/executor.h"
#include "levelgrad/reference_executor.h"
#include "levelgrad/schedule.h"
#include "support/conformance_cases.h"
#include "support/every_update.h"
#include "support/observe.h"
#include "support/program_builder.h"
#include "support/shrink.h"
#include "support/tests_folder.h"
#include "support/unavailable.h"

namespace levelgrad::testing {

template <template <class> class Executors>
using BothDtypes = ::testing::Types<Executors<double>, Executors<float>>;

struct DtypeName {
  template <class Executors>
  static std::string GetName(int) {
    return std::is_same_v<typename Executors::Number, double> ? "f64" : "f32";
  }
};

template <class Executors>
class Conformance : public ::testing::Test {
protected:
  using Number = typename Executors::Number;

  void SetUp() override {
    if constexpr (requires { Executors::why_not(); }) LG_REQUIRE_AVAILABLE(Executors::why_not());
    for (const NamedFactory<Number>& factory : factories_) executors_.push_back(factory.make());
  }

  /// Compares all executors, which have seen the cases before: nothing may be left over.
  void check(const BatchCase<Number>& test, const Extent& extent = {}) {
    const Quantities<Number> wanted = expected(test, extent);
    for (std::size_t k = 0; k < factories_.size() && !this->HasFailure(); ++k) {
      const auto difference = first_difference(wanted, *executors_[k], test, extent);
      if (difference) ADD_FAILURE() << explain(factories_[k], test, extent, *difference);
    }
  }
  void check_all(const std::vector<BatchCase<Number>>& tests, const Extent& extent = {}) {
    for (std::size_t i = 0; i < tests.size(); ++i) {
      if (takes(i, tests[i])) check(tests[i], extent);
    }
  }
  void check_all(const std::vector<RandomCase>& tests) {
    for (std::size_t i = 0; i < tests.size(); ++i) {
      const BatchCase<Number> test = random_case<Number>(tests[i]);
      if (takes(i, test)) check(test, extent_of(tests[i]));
    }
  }
  static bool takes(std::size_t index, const BatchCase<Number>& test) {
    if constexpr (requires { Executors::takes(index, test.programs); }) {
      return Executors::takes(index, test.programs);
    }
    return true;
  }
  /// Inspecting an example costs the reference executor a batch.
  static Extent extent_of(const RandomCase& test) {
    return {.inspected = test.example_count > 300 ? std::size_t{1} : std::size_t{3}};
  }

  /// Calls f(executor) for each.
  template <class F>
  void for_each_executor(const F& f) {
    for (std::size_t k = 0; k < factories_.size() && !this->HasFailure(); ++k) {
      SCOPED_TRACE(factories_[k].name);
      f(*executors_[k]);
    }
  }

  /// Compares two lists of numbers by bits.
  static void expect_same(const std::vector<Number>& found, const std::vector<Number>& wanted) {
    ASSERT_EQ(found.size(), wanted.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      ASSERT_TRUE(same_bits(found[i], wanted[i]))
          << "[" << i << "] is " << hex(static_cast<double>(found[i])) << ", not "
          << hex(static_cast<double>(wanted[i]));
    }
  }

  static BasicBatch<Number> batch_of(const BatchCase<Number>& test) {
    return {test.example_count, test.inputs, Layout::ByExample, std::span(test.which)};
  }
  static std::vector<Number> grads_of(BasicExecutor<Number>& executor,
                                      const BatchCase<Number>& test) {
    std::vector<Number> grads(test.programs.front().parameter_count());
    executor.run(batch_of(test), {.grads = grads});
    return grads;
  }
  /// Two Programs with the prologue exp(p), which has an effect on the root of the second only. If
  /// they were taken, the grad of p would depend on which of them comes first.
  static std::vector<Program> roots_beside_each_other() {
    std::vector<Program> made;
    for (const bool reads : {false, true}) {
      ProgramBuilder program;
      const auto p = program.parameter(1), x = program.input();
      const auto product = program.operation(Op::Mul, x, program.operation(Op::Exp, p));
      const auto lanes = reads ? product : program.operation(Op::Neg, x);
      program.output(program.operation(Op::Mean, lanes));
      program.output(product);
      made.push_back(program.build());
    }
    return made;
  }
  /// A Program with a loss, a score for each example, and 3 parameters.
  static BatchCase<Number> small_case(std::size_t example_count, std::uint64_t seed = 1) {
    ProgramBuilder made;
    const auto w = made.parameter(0.5), v = made.parameter(-0.25), u = made.parameter(1.5);
    const auto x = made.input(), y = made.input();
    const auto scaled = made.operation(Op::Mul, x, made.operation(Op::Exp, w));
    const auto score = made.operation(Op::Tanh, made.operation(Op::Add, scaled, v));
    const auto error = made.operation(Op::Square, made.operation(Op::Sub, score, y));
    const auto loss = made.operation(Op::Mean, made.operation(Op::Mul, error, u));
    made.output(made.operation(Op::Add, loss, made.operation(Op::Square, v)));
    made.output(score);
    return case_of<Number>("small", made.build(), example_count, seed);
  }

  /// 600 parameters, five chunks of them: one in the body, all in the epilogue.
  static BatchCase<Number> many_parameters() {
    ProgramBuilder made;
    std::vector<ProgramBuilder::Id> parameters;
    for (int k = 0; k < 600; ++k) parameters.push_back(made.parameter(0));
    const auto product = made.operation(Op::Mul, made.input(), parameters[0]);
    const auto error = made.operation(Op::Square, made.operation(Op::Sub, product, made.input()));
    auto total = made.operation(Op::Mean, error);
    for (const auto parameter : parameters) {
      total = made.operation(Op::Add, total, made.operation(Op::Square, parameter));
    }
    made.output(total);
    return case_of<Number>("many parameters", made.build(), 40);
  }

  const std::vector<NamedFactory<Number>> factories_ = Executors::factories();
  std::vector<std::unique_ptr<BasicExecutor<Number>>> executors_;
};

TYPED_TEST_SUITE_P(Conformance);

TYPED_TEST_P(Conformance, RandomPrograms) { this->check_all(random_cases()); }

TYPED_TEST_P(Conformance, ExamplesWithDifferentPrograms) { this->check_all(mixed_cases()); }

TYPED_TEST_P(Conformance, EveryOpAtSpecialValues) {
  this->check_all(op_cases<typename TypeParam::Number>(), {.training = false, .inspected = 0});
}

TYPED_TEST_P(Conformance, DeepChains) {
  this->check_all(deep_cases<typename TypeParam::Number>(), {.inspected = 1});
}

TYPED_TEST_P(Conformance, WideLevels) {
  this->check_all(wide_cases<typename TypeParam::Number>(), {.inspected = 1});
}

TYPED_TEST_P(Conformance, Nets) {
  this->check_all(net_cases<typename TypeParam::Number>(), {.inspected = 1});
}

TYPED_TEST_P(Conformance, OddPrograms) { this->check_all(odd_cases<typename TypeParam::Number>()); }

TYPED_TEST_P(Conformance, TwoPasses) {
  for (const auto& test : two_pass_cases<typename TypeParam::Number>()) {
    EXPECT_FALSE(Schedule(test.programs.front()).one_pass()) << test.name;
    this->check(test);
  }
}

TYPED_TEST_P(Conformance, CasesThatOnceFailed) {
  const std::filesystem::path folder = tests_folder() + "/data/regressions";
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    files.push_back(entry.path());
  }
  std::ranges::sort(files);
  EXPECT_GE(files.size(), 2u);
  for (const std::filesystem::path& path : files) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    this->check(parse_case<typename TypeParam::Number>(text.str(), path.filename().string()));
  }
}

// However lanes are put into blocks: every number of them that a last block may have.
TYPED_TEST_P(Conformance, EveryBatchSize) {
  for (std::size_t n = 1; n <= 260; ++n) {
    this->check(this->small_case(n), {.training = false, .inspected = 0});
  }
}

// Buffers that grew for one batch must not show in a smaller one.
TYPED_TEST_P(Conformance, BatchesOfChangingSize) {
  using T = typename TypeParam::Number;
  std::map<std::size_t, std::vector<T>> grads;
  this->for_each_executor([&](BasicExecutor<T>& executor) {
    executor.load(this->small_case(1).programs);
    for (const std::size_t n : {1000, 1, 129, 2, 128, 31, 1000, 257, 1}) {
      const BatchCase<T> test = this->small_case(n);
      executor.set_parameters(test.parameters);
      if (grads[n].empty()) grads[n] = numbers_of(expected(test, {false, false, 0}), "grads");
      this->expect_same(this->grads_of(executor, test), grads[n]);
    }
  });
}

TYPED_TEST_P(Conformance, TheSameTwice) {
  using T = typename TypeParam::Number;
  const BatchCase<T> test = random_case<T>({.seed = 77, .example_count = 700, .body_size = 60});
  this->for_each_executor([&](BasicExecutor<T>& executor) {
    const Quantities<T> once = observe(executor, test, Layout::ByExample, {});
    const Quantities<T> twice = observe(executor, test, Layout::ByExample, {});
    EXPECT_EQ(first_difference(once, twice), std::nullopt);
  });
}

TYPED_TEST_P(Conformance, ForwardOnlyAndSingleResults) {
  using T = typename TypeParam::Number;
  const BatchCase<T> test = this->small_case(300);
  const Quantities<T> all = expected(test, {true, false, 0});
  this->for_each_executor([&](BasicExecutor<T>& executor) {
    executor.load(test.programs);
    executor.set_parameters(test.parameters);
    const BasicBatch<T> batch = this->batch_of(test);
    std::vector<T> loss(1), scores(300), grads(3), example_grads(900), input_grads(600);
    executor.run(batch, {.loss = loss});
    this->expect_same(loss, numbers_of(all, "loss"));
    EXPECT_THROW((void)executor.update(optimizer::Sgd::Scalars<T>{T(1)}), ArgumentError);
    executor.run(batch, {.outputs = {std::span<T>(), scores}});
    this->expect_same(scores, numbers_of(all, "output 'o1'"));
    executor.run(batch, {.example_grads = example_grads});
    this->expect_same(example_grads, numbers_of(all, "example_grads"));
    executor.run(batch, {.input_grads = input_grads});
    this->expect_same(input_grads, numbers_of(all, "input_grads"));
    executor.run(batch, {.grads = grads});
    this->expect_same(grads, numbers_of(all, "grads"));
    executor.run(batch, {});
    EXPECT_EQ(executor.parameters(), test.parameters);
  });
}

// An update takes the grads of the last run: a look at an example in between changes nothing.
TYPED_TEST_P(Conformance, InspectChangesNothing) {
  using T = typename TypeParam::Number;
  const BatchCase<T> test = this->small_case(40), other = this->small_case(130, 2);
  this->for_each_executor([&](BasicExecutor<T>& executor) {
    executor.load(test.programs);
    std::vector<std::vector<T>> after;
    for (const bool look : {false, true}) {
      executor.set_parameters(test.parameters);
      (void)this->grads_of(executor, test);
      if (look) (void)executor.inspect(this->batch_of(other), 129);
      EXPECT_TRUE(executor.update(optimizer::Sgd::Scalars<T>{T(0.1)}));
      after.push_back(executor.parameters());
    }
    this->expect_same(after[1], after[0]);
  });
}

TYPED_TEST_P(Conformance, UsableAfterErrors) {
  using T = typename TypeParam::Number;
  const BatchCase<T> test = this->small_case(130);
  const std::vector<T> grads = numbers_of(expected(test, {false, false, 0}), "grads");
  this->for_each_executor([&](BasicExecutor<T>& executor) {
    EXPECT_THROW(executor.load(std::span<const Program>()), ArgumentError);
    EXPECT_THROW(executor.run(this->batch_of(test), {}), ArgumentError) << "nothing is loaded";
    executor.load(test.programs);
    executor.set_parameters(test.parameters);
    BasicBatch<T> batch = this->batch_of(test);
    std::vector<T> many(1000), one(1);
    const std::vector<std::uint32_t> programs(130, 7), few(3, 0);
    const auto refuses = [&](const auto& change) {
      BasicBatch<T> wrong = batch;
      BasicResults<T> results = {.loss = one};
      change(wrong, results);
      return [&executor, wrong, results] { executor.run(wrong, results); };
    };
    using B = BasicBatch<T>;
    using R = BasicResults<T>;
    EXPECT_THROW(refuses([](B& b, R&) { b.example_count = 0; })(), ArgumentError);
    EXPECT_THROW(refuses([](B& b, R&) { b.example_count = 129; })(), ShapeError);
    EXPECT_THROW(refuses([](B& b, R&) { b.inputs = b.inputs.first(7); })(), ShapeError);
    EXPECT_THROW(refuses([&](B& b, R&) { b.programs = programs; })(), ArgumentError);
    EXPECT_THROW(refuses([&](B& b, R&) { b.programs = few; })(), ShapeError);
    EXPECT_THROW(refuses([&](B&, R& r) { r.loss = many; })(), ShapeError);
    EXPECT_THROW(refuses([&](B&, R& r) { r.grads = many; })(), ShapeError);
    EXPECT_THROW(refuses([&](B&, R& r) { r.example_grads = many; })(), ShapeError);
    EXPECT_THROW(refuses([&](B&, R& r) { r.input_grads = many; })(), ShapeError);
    EXPECT_THROW(refuses([&](B&, R& r) { r.outputs = {many}; })(), ShapeError);
    EXPECT_THROW(refuses([&](B&, R& r) { r.outputs = {{}, one}; })(), ShapeError);
    EXPECT_THROW(refuses([&](B&, R& r) { r.outputs = {{}, {}, {}}; })(), ShapeError);
    EXPECT_THROW(executor.set_parameters(many), ShapeError);
    EXPECT_THROW((void)executor.inspect(batch, 130), ArgumentError);
    EXPECT_EQ(executor.parameters(), test.parameters);
    this->expect_same(this->grads_of(executor, test), grads);

    // Programs that do not fit each other: those loaded before stay.
    ProgramBuilder other;
    other.output(other.parameter(1));
    const std::vector<Program> misfits = {test.programs.front(), other.build()};
    EXPECT_THROW(executor.load(misfits), ProgramError);
    EXPECT_THROW(executor.load(this->roots_beside_each_other()), ProgramError);
    EXPECT_EQ(executor.parameters(), test.parameters);
    this->expect_same(this->grads_of(executor, test), grads);
  });
}

TYPED_TEST_P(Conformance, StepsThatFailChangeNothing) {
  using T = typename TypeParam::Number;
  using optimizer::Sgd, optimizer::AdamW;
  BatchCase<T> test = this->small_case(40);
  const std::vector<std::uint32_t> good = {0, 1, 2}, outside = {3, 40}, bad = {5, 20};
  test.inputs[20 * 2 + 1] = std::numeric_limits<T>::infinity();
  const std::vector<BasicUpdate<T>> updates(3, AdamW::scalars<T>({.lr = 0.1}, 1));
  this->for_each_executor([&](BasicExecutor<T>& executor) {
    const auto start = [&] {
      executor.load(test.programs);
      executor.set_parameters(test.parameters);
    };
    const auto steps = [&](const std::vector<std::span<const std::uint32_t>>& batches) {
      return executor.run_steps({.example_count = 40,
                                 .inputs = test.inputs,
                                 .batches = batches,
                                 .updates = std::span(updates).first(batches.size())});
    };
    start();
    EXPECT_TRUE(steps({good}).finite);
    const std::vector<T> after_one = executor.parameters();
    start();
    const BasicStepsReport<T> report = steps({good, bad, good});
    EXPECT_FALSE(report.finite);
    EXPECT_EQ(report.losses.size(), 2u);
    this->expect_same(executor.parameters(), after_one);
    start();
    EXPECT_THROW(steps({good, outside, good}), ShapeError);
    this->expect_same(executor.parameters(), after_one);

    // The state of an optimizer starts anew when another one came.
    start();
    EXPECT_TRUE(steps({good}).finite);
    (void)this->grads_of(executor, this->small_case(9));
    EXPECT_TRUE(executor.update(Sgd::Scalars<T>{T(0)}));
    executor.set_parameters(test.parameters);
    EXPECT_TRUE(steps({good}).finite);
    this->expect_same(executor.parameters(), after_one);
    EXPECT_THROW(
        executor.run_steps(
            {.example_count = 40, .inputs = test.inputs, .batches = {good}, .updates = updates}),
        ShapeError);
  });
}

// Whatever an executor makes of many steps: what it reports and leaves behind is what the loop over
// run() and update() does, also where a step fails or is wrong.
TYPED_TEST_P(Conformance, StepsAtOnceAreStepsOneByOne) {
  using T = typename TypeParam::Number;
  using Loop = BasicExecutor<T>;
  const std::vector<BasicUpdate<T>> adamw(5, optimizer::AdamW::scalars<T>({.lr = 0.1}, 1));
  const std::vector<BasicUpdate<T>> sgd(5, optimizer::Sgd::Scalars<T>{T(0.05)});
  std::vector<BasicUpdate<T>> mixed = adamw;
  mixed[2] = sgd[2];
  const std::vector<std::uint32_t> few = {0, 7, 7, 39}, one = {3}, bad = {2, 20}, outside = {1, 40},
                                   none = {}, many(150, 5);
  BatchCase<T> good = this->small_case(40), broken = good;
  broken.inputs[20 * 2] = std::numeric_limits<T>::quiet_NaN();
  using Batches = std::vector<std::span<const std::uint32_t>>;
  const std::vector<Batches> plans = {{},
                                      {few, one, many},
                                      {few, few, few, few, few},
                                      {bad, one},
                                      {few, bad, one, one, many},
                                      {few, outside, one},
                                      {none},
                                      {few, none},
                                      {few, one, few, bad}};
  const auto outcome = [&](BasicExecutor<T>& executor, const BatchCase<T>& test,
                           const Batches& batches, const std::vector<BasicUpdate<T>>& updates,
                           bool loop) {
    executor.load(test.programs);
    executor.set_parameters(test.parameters);
    const BasicSteps<T> steps = {.example_count = 40,
                                 .inputs = test.inputs,
                                 .batches = batches,
                                 .updates = std::span(updates).first(batches.size())};
    std::vector<T> seen;
    std::string text;
    try {
      const auto report = loop ? executor.Loop::run_steps(steps) : executor.run_steps(steps);
      seen = report.losses;
      text = report.finite ? "finite" : "stopped";
    } catch (const Error& error) {
      text = error.what();
    }
    const auto take_parameters = [&] {
      for (const T number : executor.parameters()) seen.push_back(number);
    };
    take_parameters();
    try {  // what the last run has left
      text += executor.update(updates.back()) ? ", updated" : ", not updated";
    } catch (const ArgumentError&) {
      text += ", no grads";
    }
    take_parameters();
    return std::pair(text, seen);
  };
  this->for_each_executor([&](BasicExecutor<T>& executor) {
    for (const auto& updates : {adamw, sgd, mixed}) {
      for (const BatchCase<T>& test : {good, broken}) {
        for (std::size_t k = 0; k < plans.size(); ++k) {
          SCOPED_TRACE("plan " + std::to_string(k));
          const auto at_once = outcome(executor, test, plans[k], updates, false);
          const auto one_by_one = outcome(executor, test, plans[k], updates, true);
          EXPECT_EQ(at_once.first, one_by_one.first);
          this->expect_same(at_once.second, one_by_one.second);
        }
      }
    }
  });
}

// Three steps, then three more from the state that they left, are the six; whoever made the state.
TYPED_TEST_P(Conformance, GoesOnFromAnOptimizersState) {
  using T = typename TypeParam::Number;
  using Loop = BasicExecutor<T>;
  const BatchCase<T> test = this->small_case(40);
  const std::vector<std::uint32_t> few = {0, 7, 7, 39}, one = {3}, many(150, 5);
  const std::vector<std::span<const std::uint32_t>> batches = {few, one, many};
  const auto start = [&](BasicExecutor<T>& executor, const std::vector<T>& parameters,
                         const BasicOptimizerState<T>& state) {
    executor.load(this->small_case(1).programs);
    EXPECT_EQ("", executor.optimizer_state().optimizer);
    executor.set_parameters(parameters);
    executor.set_optimizer_state(state);
  };
  const auto expect_like = [&](BasicExecutor<T>& executor, BasicReferenceExecutor<T>& wanted) {
    this->expect_same(executor.parameters(), wanted.parameters());
    const auto found = executor.optimizer_state(), state = wanted.optimizer_state();
    EXPECT_EQ(found.optimizer, state.optimizer);
    this->expect_same(found.numbers, state.numbers);
  };
  for (std::size_t k = 0; k < every_update<T>(1).size(); ++k) {
    const auto three = [&](BasicExecutor<T>& executor, int t, bool loop) {
      const std::vector<BasicUpdate<T>> updates = updates_of<T>(k, t, 3);
      const BasicSteps<T> steps = {
          .example_count = 40, .inputs = test.inputs, .batches = batches, .updates = updates};
      EXPECT_TRUE((loop ? executor.Loop::run_steps(steps) : executor.run_steps(steps)).finite);
    };
    BasicReferenceExecutor<T> half, whole;
    for (BasicReferenceExecutor<T>* each : {&half, &whole}) {
      start(*each, test.parameters, {});
      three(*each, 1, true);
    }
    three(whole, 4, true);
    SCOPED_TRACE(half.optimizer_state().optimizer);
    this->for_each_executor([&](BasicExecutor<T>& executor) {
      for (const bool loop : {false, true}) {
        start(executor, test.parameters, {});
        three(executor, 1, loop);
        expect_like(executor, half);
        start(executor, half.parameters(), half.optimizer_state());
        three(executor, 4, loop);
        expect_like(executor, whole);
      }
      EXPECT_THROW(executor.set_optimizer_state({"Adamax", {}}), ArgumentError);
      EXPECT_THROW(executor.set_optimizer_state({"AdamW", std::vector<T>(5)}), ShapeError);
      expect_like(executor, whole);
      executor.set_optimizer_state({});
      EXPECT_EQ("", executor.optimizer_state().optimizer);
    });
  }
}

// The norm is folded in chunks and a tree, the limit may be another in each step, and the grads
// that stay behind are as they were.
TYPED_TEST_P(Conformance, ClipsGradsByTheirNorm) {
  using T = typename TypeParam::Number;
  using optimizer::AdamW, optimizer::Sgd;
  const BatchCase<T> test = this->many_parameters();
  BasicReferenceExecutor<T> reference;
  reference.load(test.programs);
  reference.set_parameters(test.parameters);
  T squares = 0;
  for (const T grad : this->grads_of(reference, test)) squares += grad * grad;
  const T norm = std::sqrt(squares);
  const std::vector<std::uint32_t> few = {0, 7, 7, 39}, one = {3}, many(150, 5);
  const auto outcome = [&](BasicExecutor<T>& executor, T less, T more) {
    executor.load(test.programs);
    executor.set_parameters(test.parameters);
    const std::vector<BasicUpdate<T>> updates = {{AdamW::scalars<T>({.lr = 0.01}, 1), less / 2},
                                                 {AdamW::scalars<T>({.lr = 0.01}, 2), more},
                                                 AdamW::scalars<T>({.lr = 0.01}, 3),
                                                 {AdamW::scalars<T>({.lr = 0.01}, 4), less}};
    std::vector<T> seen = executor
                              .run_steps({.example_count = 40,
                                          .inputs = test.inputs,
                                          .batches = {few, many, one, few},
                                          .updates = updates})
                              .losses;
    const auto append = [&](const std::vector<T>& numbers) {
      seen.insert(seen.end(), numbers.begin(), numbers.end());
    };
    append(executor.parameters());
    append(executor.optimizer_state().numbers);
    for (int run = 0; run < 3; ++run) {  // first by what the steps have left
      for (int twice = 0; twice < 2; ++twice) {
        EXPECT_TRUE(executor.update({Sgd::Scalars<T>{T(0.1)}, less}));
        append(executor.parameters());
      }
      append(this->grads_of(executor, test));
    }
    return seen;
  };
  const T none = math::infinity<T>();
  const std::vector<T> wanted = outcome(reference, norm / 3, norm * 10);
  EXPECT_NE(wanted, outcome(reference, none, none));
  EXPECT_EQ(wanted, outcome(reference, norm / 3, none)) << "the other limit has an effect";
  this->for_each_executor([&](BasicExecutor<T>& executor) {
    this->expect_same(outcome(executor, norm / 3, norm * 10), wanted);
  });
}

REGISTER_TYPED_TEST_SUITE_P(Conformance, RandomPrograms, ExamplesWithDifferentPrograms,
                            EveryOpAtSpecialValues, DeepChains, WideLevels, Nets, OddPrograms,
                            TwoPasses, CasesThatOnceFailed, EveryBatchSize, BatchesOfChangingSize,
                            TheSameTwice, ForwardOnlyAndSingleResults, InspectChangesNothing,
                            UsableAfterErrors, StepsThatFailChangeNothing,
                            StepsAtOnceAreStepsOneByOne, GoesOnFromAnOptimizersState,
                            ClipsGradsByTheirNorm);

}  // namespace levelgrad::testing
