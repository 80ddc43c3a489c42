// SPDX-License-Identifier: MIT
//
// What cannot be recorded: each error says what and where, and leaves the Graph as it was.
#include <gtest/gtest.h>

#include <sstream>

#include "levelgrad/dot.h"
#include "levelgrad/error.h"
#include "levelgrad/record.h"

namespace levelgrad {
namespace {

/// The line after the caller's, as messages write it.
std::string next_line(std::source_location where = std::source_location::current()) {
  return "at record_errors_test.cpp:" + std::to_string(where.line() + 1);
}

/// A parameter for a recording to fail with.
class RecordErrors : public ::testing::Test {
protected:
  RecordErrors() { w_.set_label("w"); }

  /// Runs function as a recording, which must throw E with all parts in its message; then checks
  /// that nothing is left of it.
  template <class E = RecordingError, class F>
  void expect_refused(const F& function, const std::vector<std::string>& parts) {
    expect_refused_with<E>(std::vector{w_}, function, parts);
  }
  template <class E = RecordingError, class F>
  void expect_refused_with(const std::vector<Value>& parameters, const F& function,
                           const std::vector<std::string>& parts) {
    const std::uint64_t nodes_before = Graph::current().node_count();
    try {
      (void)record(parameters, function);
      ADD_FAILURE() << "not refused: " << parts.at(0);
    } catch (const E& error) {
      for (const std::string& part : parts) {
        EXPECT_NE(std::string::npos, error.message().find(part)) << part << "\n" << error.what();
      }
    }
    EXPECT_EQ(nodes_before, Graph::current().node_count());
    EXPECT_EQ(2.0, w_.data());  // readable, and its grad was left alone
    EXPECT_EQ(0.0, w_.grad());
    const Program program = record(std::vector{w_}, [&](Recording& example) {
      example.output("loss", mean(w_ * example.input("x")));
    });
    EXPECT_EQ(1U, program.body().size());
  }

  Graph::Scope scope_;
  Value w_ = 2.0;
};

/// Runs a recording in which reads(line, x, w * x) must be refused at line because of x.
template <class F>
void expect_refused_at_line(const Value& w, const F& reads) {
  std::string line;
  try {
    (void)record(std::vector{w}, [&](Recording& example) {
      const Value x = example.input("x");
      reads(line, x, x * w);
    });
    ADD_FAILURE() << "not refused " << line;
  } catch (const RecordingError& error) {
    EXPECT_EQ(
        "the number of a Value that depends on input 'x' was needed while a Program was "
        "recorded " +
            line,
        error.message());
    EXPECT_NE(std::string::npos, error.hint().find("select")) << error.what();
  }
}

TEST_F(RecordErrors, NumbersOfWhatDependsOnAnInput) {
  expect_refused_at_line(w_, [](std::string& line, const Value& x, const Value&) {
    line = next_line();
    (void)x.data();
  });
  expect_refused_at_line(w_, [](std::string& line, const Value& x, const Value&) {
    line = next_line();
    (void)x.grad();
  });
  expect_refused_at_line(w_, [](std::string& line, const Value& x, const Value&) {
    line = next_line();
    x.set_data(3);
  });
  expect_refused_at_line(w_, [](std::string& line, const Value& x, const Value&) {
    const Value y = exp(x) + 1.0;
    line = next_line();
    if (y.data() > 1) ADD_FAILURE();
  });
  expect_refused_at_line(w_, [](std::string& line, const Value& x, const Value&) {
    const Value y = exp(x) + 1.0;
    line = next_line();
    y.backward();
  });
  expect_refused_at_line(w_, [](std::string& line, const Value& x, const Value&) {
    line = next_line();
    const Value y = exp(x);
    std::ostringstream() << y;  // has no line of its own: the line that made the Value
  });
  expect_refused_at_line(w_, [](std::string& line, const Value& x, const Value&) {
    line = next_line();
    const Value y = exp(x);
    (void)to_dot(y);
  });
  expect_refused_at_line(w_, [](std::string& line, const Value& x, const Value&) {
    line = next_line();
    const Value y = exp(x);
    const Seed seed = {y, 1.0};
    backward(std::span<const Value>(&y, 1), std::span(&seed, 1));
  });
}

TEST_F(RecordErrors, NumbersOfWhatDependsOnAParameter) {
  const std::string needed = "depends on parameter 'w' was needed";
  expect_refused([&](Recording&) { (void)w_.data(); }, {needed});
  expect_refused([&](Recording&) { (void)w_.grad(); }, {needed});
  expect_refused([&](Recording&) { (void)detach(square(w_)).data(); }, {needed});
  expect_refused([&](Recording&) { square(w_).backward(); }, {needed});
  expect_refused([&](Recording&) { w_.set_data(1); }, {needed});
  const Value unlabelled = 1.0;
  expect_refused_with(std::vector{w_, unlabelled}, [&](Recording&) { (void)unlabelled.data(); },
                      {"depends on parameter 'p1' was needed"});
}

TEST_F(RecordErrors, Outputs) {
  expect_refused([&](Recording&) {}, {"there is no output"});
  expect_refused(
      [&](Recording& example) {
        const Value y = sum(example.input("x"));
        example.output("loss", y);
        example.output("loss", y);
      },
      {"two outputs are named 'loss' at record_errors_test.cpp:"});
  expect_refused([&](Recording& example) { example.output("", sum(example.input("x"))); },
                 {"an output without a name at record_errors_test.cpp:"});
  expect_refused<GraphError>([&](Recording& example) { example.output("loss", Value()); },
                             {"empty Value"});
}

TEST_F(RecordErrors, Parameters) {
  const auto nothing = [](Recording&) { FAIL() << "must not be called"; };
  const Value squared = square(w_);
  squared.set_label("squared");
  expect_refused_with(std::vector{w_, squared}, nothing, {"parameter 'squared' is not a leaf"});
  expect_refused_with(std::vector{w_, w_}, nothing, {"a parameter is named twice"});
  expect_refused_with<GraphError>(std::vector{w_, Value()}, nothing, {"empty Value"});
  Value released;
  {
    const Graph::Scope inner;
    released = 1.0;
  }
  expect_refused_with<GraphError>(std::vector{released}, nothing, {"ended"});
}

TEST_F(RecordErrors, ARecordingInARecording) {
  expect_refused(
      [&](Recording& example) {
        (void)record(std::vector{w_}, [](Recording&) { FAIL() << "must not be called"; });
        example.output("loss", sum(example.input("x")));
      },
      {"inside of the recording of another"});
  // The outer one is still a recording when the inner one was refused.
  expect_refused(
      [&](Recording& example) {
        EXPECT_THROW((void)record(std::vector<Value>(), [](Recording&) {}), RecordingError);
        (void)example.input("x").data();
      },
      {"input 'x'"});
}

TEST_F(RecordErrors, AVaryingNodeThatReadsAJoin) {
  std::string line;
  const auto centered = [&](Recording& example) {
    const Value x = example.input("x");
    line = next_line();
    const Value y = x - mean(x);
    example.output("loss", sum(y));
  };
  expect_refused(centered, {"differs from example to example reads a sum or mean", "Sub"});
  expect_refused(centered, {line});
  // A varying root is summed first; the message is about the rule all the same.
  expect_refused(
      [&](Recording& example) {
        const Value x = example.input("x");
        example.output("loss", exp(mean(x)) * x);
      },
      {"reads a sum or mean", "Mul"});
}

TEST_F(RecordErrors, AMeanOfWhatIsTheSameForAll) {
  std::string line;
  const auto uniform = [&](Recording& example) {
    const Value x = example.input("x");
    line = next_line();
    const Value m = mean(w_ * 2.0);
    example.output("loss", sum(x) + m);
  };
  expect_refused(uniform, {"the same for every example", "Mean"});
  expect_refused(uniform, {line});
  expect_refused([&](Recording& example) { example.output("loss", sum(mean(example.input("x")))); },
                 {"the same for every example", "Sum"});
}

TEST_F(RecordErrors, ValuesOfAnotherGraph) {
  Graph other;
  const Value foreign(other, 3.0);
  expect_refused<GraphError>(
      [&](Recording& example) { example.output("loss", sum(example.input("x") * foreign)); },
      {"two Graphs"});
  expect_refused<GraphError>([&](Recording& example) { example.output("loss", foreign); },
                             {"two Graphs"});
  expect_refused_with<GraphError>(std::vector{foreign}, [](Recording&) {}, {"two Graphs"});
  const auto in_other = [&](Recording& example) {
    const Graph::Use use(other);
    (void)example.input("x");
  };
  expect_refused<GraphError>(in_other, {"two Graphs"});
}

TEST_F(RecordErrors, ValuesOfAScopeThatEnded) {
  expect_refused<GraphError>(
      [&](Recording& example) {
        Value y;
        {
          const Graph::Scope inner;
          y = w_ * 2.0;
        }
        example.output("loss", sum(example.input("x") * y));
      },
      {"ended"});
  expect_refused<GraphError>(
      [&](Recording& example) {
        {
          const Graph::Scope inner;
          (void)example.input("x");
        }
        example.output("loss", square(w_));
      },
      {"ended"});
}

TEST_F(RecordErrors, ExceptionsOfTheFunctionPass) {
  struct Mine {};
  const std::uint64_t nodes_before = Graph::current().node_count();
  EXPECT_THROW((void)record(std::vector{w_},
                            [&](Recording& example) {
                              (void)exp(example.input("x"));
                              throw Mine();
                            }),
               Mine);
  EXPECT_EQ(nodes_before, Graph::current().node_count());
  EXPECT_EQ(2.0, w_.data());
}

}  // namespace
}  // namespace levelgrad
