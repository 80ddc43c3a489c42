// SPDX-License-Identifier: MIT
//
// Does the conformance suite notice anything? Every mistake of MutantExecutor must show.
#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "levelgrad/contribution.h"
#include "support/conformance_cases.h"
#include "support/mutant_executor.h"
#include "support/observe.h"
#include "support/random_expression.h"
#include "support/shrink.h"

namespace levelgrad::testing {
namespace {

template <class T>
struct Expected {
  BatchCase<T> test;
  Quantities<T> wanted;
};

/// The random part of the suite: what it notices does not depend on cases made for one mistake.
template <class T>
class Mutation : public ::testing::Test {
protected:
  static std::deque<Expected<T>> random_part() {
    std::deque<Expected<T>> made;  // what it holds does not move
    for (const std::vector<RandomCase>& cases : {random_cases(), mixed_cases()}) {
      for (const RandomCase& wanted : cases) {
        made.push_back({random_case<T>(wanted), {}});
        made.back().wanted = expected(made.back().test, {.inspected = 1});
      }
    }
    return made;
  }

  /// How many cases notice the fault, and which is the first.
  struct Noticed {
    std::size_t count = 0;
    std::string first;
  };
  static Noticed notice(const Fault& fault, std::size_t enough) {
    static const std::deque<Expected<T>> cases = random_part();
    Noticed noticed;
    MutantExecutor<T> mutant(fault);
    for (const Expected<T>& one : cases) {
      const auto found = first_difference(one.wanted, mutant, one.test, {.inspected = 1});
      if (found && noticed.count++ == 0) noticed.first = one.test.name + ", " + *found;
      if (noticed.count >= enough) break;
    }
    return noticed;
  }
};

using Dtypes = ::testing::Types<double, float>;
TYPED_TEST_SUITE(Mutation, Dtypes);

TYPED_TEST(Mutation, NoFaultIsNotNoticed) {
  const auto noticed = this->notice({}, 1);
  EXPECT_EQ(noticed.count, 0u) << noticed.first;
}

// Twice, so that it does not hang on one lucky case.
TYPED_TEST(Mutation, EveryFaultIsNoticed) {
  for (const FaultKind kind : all_faults) {
    if (kind == FaultKind::None || kind == FaultKind::WrongDerivative) continue;
    const auto noticed = this->notice({kind}, 2);
    EXPECT_GE(noticed.count, 2u) << name_of(kind);
  }
}

TYPED_TEST(Mutation, EveryWrongDerivativeIsNoticed) {
  for (const Op op : all_ops) {
    for (int operand = 0; operand < info(op).active && !info(op).joins; ++operand) {
      const auto noticed = this->notice({FaultKind::WrongDerivative, op, operand}, 2);
      EXPECT_GE(noticed.count, 2u) << info(op).name << ", operand " << operand;
      if (std::getenv("ALL"))
        std::cout << info(op).name << operand << ": " << noticed.count << "\n";
    }
  }
}

// What people read when the suite fails: the case made small, and kept as a file that reads back.
TYPED_TEST(Mutation, AFailureIsShrunken) {
  using T = TypeParam;
  const Fault fault{FaultKind::WrongDerivative, Op::Tanh, 0};
  const NamedFactory<T> factory{"wrong tanh",
                                [=] { return std::make_unique<MutantExecutor<T>>(fault); }};
  const std::function<bool(const BatchCase<T>&)> fails = [&](const BatchCase<T>& test) {
    return first_difference(expected(test, {}), *factory.make(), test, {}).has_value();
  };
  BatchCase<T> test;
  for (const RandomCase& wanted : mixed_cases()) {
    test = random_case<T>(wanted);
    if (fails(test)) break;
  }
  ASSERT_TRUE(fails(test));
  const BatchCase<T> small = shrink<T>(test, fails);
  EXPECT_TRUE(fails(small));
  EXPECT_LE(small.example_count, 2u);
  EXPECT_EQ(small.programs.size(), 1u);
  EXPECT_LE(small.node_count(), 6u);
  const BatchCase<T> read = parse_case<T>(to_text(small), "text");
  EXPECT_EQ(to_text(read), to_text(small));
  EXPECT_TRUE(fails(read));
  const std::string text = explain(factory, test, {}, "it differs");
  EXPECT_NE(text.find("%1 = Tanh %0"), std::string::npos) << text;
  EXPECT_NE(text.find("N = "), std::string::npos) << text;
}

}  // namespace
}  // namespace levelgrad::testing
