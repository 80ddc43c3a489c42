// SPDX-License-Identifier: MIT
#include "levelgrad/graph.h"

#include <gtest/gtest.h>

#include <optional>
#include <thread>

#include "levelgrad/error.h"
#include "levelgrad/value.h"

namespace levelgrad {
namespace {

/// The message of the GraphError that the call must throw.
template <class Call>
std::string graph_error(Call call) {
  try {
    call();
  } catch (const GraphError& error) {
    return error.what();
  }
  ADD_FAILURE() << "no GraphError";
  return {};
}

void expect_mentions(const std::string& text, const std::string& word) {
  EXPECT_NE(std::string::npos, text.find(word)) << text;
}

TEST(Graph, DefaultOneIsThere) {
  const std::uint64_t before = Graph::current().node_count();
  const Value a = 1.0;
  const Value b = a + 1;
  EXPECT_EQ(2.0, b.data());
  EXPECT_EQ(before + 3, Graph::current().node_count());
}

TEST(Graph, UseChoosesTheCurrentOne) {
  Graph graph;
  Graph& before = Graph::current();
  {
    const Graph::Use use(graph);
    EXPECT_EQ(&graph, &Graph::current());
    const Value a = 1.0;
    EXPECT_EQ(1.0, a.data());
    EXPECT_EQ(1U, graph.node_count());
  }
  EXPECT_EQ(&before, &Graph::current());
}

TEST(Graph, ResultsGoWhereTheOperandsAre) {
  Graph graph;
  const Value a(graph, 2.0);
  const Value b = 3 * a;
  EXPECT_EQ(3U, graph.node_count());
  EXPECT_EQ(6.0, b.data());
}

TEST(Graph, ScopeReleasesWhatCameAfterIt) {
  Graph graph;
  const Graph::Use use(graph);
  const Value p = 2.0;
  Value inside;
  {
    const Graph::Scope scope;
    inside = p * 3;
    EXPECT_EQ(6.0, inside.data());
    EXPECT_EQ(3U, graph.node_count());
  }
  EXPECT_EQ(1U, graph.node_count());
  EXPECT_EQ(2.0, p.data());
  expect_mentions(graph_error([&] { (void)inside.data(); }),
                  "after its Graph or Graph::Scope ended");
  expect_mentions(graph_error([&] { (void)(p + inside); }), "graph_test.cpp:");
  EXPECT_THROW(inside.backward(), GraphError);
  EXPECT_THROW((void)inside.label(), GraphError);
}

TEST(Graph, ReleasedValueIsRefusedWhenItsPlaceIsTakenAgain) {
  Graph graph;
  const Graph::Use use(graph);
  Value old;
  {
    const Graph::Scope scope;
    old = 1.0;
  }
  const Value fresh = 2.0;
  EXPECT_EQ(2.0, fresh.data());
  EXPECT_THROW((void)old.data(), GraphError);
  for (int round = 0; round < 1000; ++round) {
    const Graph::Scope scope;
    const Value other = 3.0;
    EXPECT_EQ(3.0, other.data());
    EXPECT_THROW((void)old.data(), GraphError);
  }
}

TEST(Graph, NestedScopesReleaseTheirOwn) {
  Graph graph;
  const Graph::Use use(graph);
  const Value p = 1.0;
  const Graph::Scope outer;
  const Value a = p + 1;
  Value b;
  Value after;
  {
    const Graph::Scope inner;
    b = a * 2;
  }
  after = a * 3;
  EXPECT_EQ(6.0, after.data());
  EXPECT_EQ(2.0, a.data());
  EXPECT_EQ(1.0, p.data());
  EXPECT_THROW((void)b.data(), GraphError);
  after.backward();
  EXPECT_EQ(3.0, p.grad());
  EXPECT_EQ(after.operands()[0].id(), a.id());
}

TEST(Graph, KeepsValuesMadeBetweenManyScopes) {
  Graph graph;
  const Graph::Use use(graph);
  std::vector<Value> kept;
  std::vector<Value> released;
  for (int i = 0; i < 1000; ++i) {
    kept.emplace_back(i);
    const Graph::Scope scope;
    released.push_back(kept[static_cast<std::size_t>(i) / 2] * 2);
    ASSERT_EQ(2.0 * (i / 2), released.back().data());
  }
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(i, kept[static_cast<std::size_t>(i)].data());
    EXPECT_THROW((void)released[static_cast<std::size_t>(i)].data(), GraphError);
  }
  const Value total = kept[3] + kept[997];
  EXPECT_EQ(1000.0, total.data());
  EXPECT_EQ(kept[3].id(), total.operands()[0].id());
}

TEST(Graph, ScopesMayEndOutOfOrder) {
  Graph graph;
  const Graph::Use use(graph);
  const Value p = 1.0;
  std::optional<Graph::Scope> outer(std::in_place);
  const Value a = 2.0;
  std::optional<Graph::Scope> inner(std::in_place);
  const Value b = 3.0;
  outer.reset();
  const Value c = 4.0;
  inner.reset();  // releases what came after it: c
  EXPECT_EQ(1.0, p.data());
  EXPECT_THROW((void)a.data(), GraphError);
  EXPECT_THROW((void)b.data(), GraphError);
  EXPECT_THROW((void)c.data(), GraphError);
  EXPECT_EQ(1U, graph.node_count());
}

TEST(Graph, ScopeMayOutliveItsGraph) {
  std::optional<Graph> graph(std::in_place);
  std::optional<Graph::Scope> scope(std::in_place, *graph);
  graph.reset();
  Graph next;  // takes over the arena
  const Value a(next, 1.0);
  scope.reset();
  EXPECT_EQ(1.0, a.data());
}

TEST(Graph, ValueMayOutliveItsGraph) {
  std::optional<Graph> graph(std::in_place);
  const Value a(*graph, 1.0);
  graph.reset();
  EXPECT_THROW((void)a.data(), GraphError);
  Graph next;
  const Value b(next, 2.0);
  EXPECT_THROW((void)a.data(), GraphError);
  EXPECT_THROW((void)(a + b), GraphError);
  EXPECT_EQ(2.0, b.data());
}

TEST(Graph, LoopDoesNotGrow) {
  Graph graph;
  const Graph::Use use(graph);
  const Value p = 2.0;
  p.set_label("p");
  for (int step = 0; step < 100000; ++step) {
    const Graph::Scope scope;
    const Value y = p * p + 1;
    y.set_label("y");
    y.backward();
    ASSERT_EQ(4U, graph.node_count());
  }
  EXPECT_EQ(1U, graph.node_count());
  EXPECT_EQ(400000.0, p.grad());
  EXPECT_EQ("p", p.label());
}

TEST(Graph, ReleasedLabelsDoNotComeBack) {
  Graph graph;
  const Graph::Use use(graph);
  {
    const Graph::Scope scope;
    const Value a = 1.0;
    a.set_label("old");
  }
  const Value b = 1.0;
  EXPECT_EQ("", b.label());
}

TEST(Graph, MixingTwoIsAnError) {
  Graph one;
  Graph other;
  const Value a(one, 1.0);
  const Value b(other, 2.0);
  const std::string message = graph_error([&] { (void)(a * b); });
  expect_mentions(message, "two Graphs");
  expect_mentions(message, "graph_test.cpp:");
  EXPECT_THROW((void)fma(a, a, b), GraphError);
  const std::vector<Value> roots = {a, b};
  EXPECT_THROW((void)canonical_order(std::span<const Value>(roots)), GraphError);
}

TEST(Graph, AnotherThreadIsAnError) {
  Graph graph;
  const Value a(graph, 1.0);
  std::string data_message;
  std::string op_message;
  std::thread([&] {
    data_message = graph_error([&] { (void)a.data(); });
    op_message = graph_error([&] { (void)(a + 1); });
    EXPECT_THROW((void)Value(graph, 1.0), GraphError);
    EXPECT_THROW(a.backward(), GraphError);
    EXPECT_THROW(graph.zero_grad(), GraphError);
    EXPECT_THROW((void)Graph::Scope(graph), GraphError);
  }).join();
  expect_mentions(data_message, "thread");
  expect_mentions(op_message, "graph_test.cpp:");
  EXPECT_EQ(1.0, a.data());
}

TEST(Graph, EachThreadHasItsDefaultOne) {
  Graph* const here = &Graph::current();
  Graph* there = nullptr;
  double grad = 0;
  std::thread([&] {
    there = &Graph::current();
    const Value a = 3.0;
    (a * a).backward();
    grad = a.grad();
  }).join();
  EXPECT_NE(here, there);
  EXPECT_EQ(6.0, grad);
}

TEST(Graph, ZeroGradClearsEveryGrad) {
  Graph graph;
  const Graph::Use use(graph);
  const Value a = 3.0;
  const Value b = a * a;
  b.backward();
  graph.zero_grad();
  EXPECT_EQ(0.0, a.grad());
  EXPECT_EQ(0.0, b.grad());
}

TEST(Graph, RefusesMoreNodesThanItCanHold) {
  Graph graph;
  EXPECT_THROW(graph.reserve(std::uint64_t{1} << 32), MemoryError);
  graph.reserve(100000);
  EXPECT_EQ(0U, graph.node_count());
}

TEST(Graph, DeepChainsBuildRunAndFree) {
  constexpr int depth = 200000;
  Graph graph;
  const Graph::Use use(graph);
  const Value x = 1.0;
  {
    const Graph::Scope scope;
    Value left = x;  // grows to the left
    for (int i = 0; i < depth; ++i) left = left + 1.0;
    left.backward();
    EXPECT_EQ(1.0 + depth, left.data());
    EXPECT_EQ(1.0, x.grad());
    EXPECT_EQ(2U * depth + 1U, canonical_order(left).size());
  }
  {
    const Graph::Scope scope;
    Value right = x;  // grows to the right
    for (int i = 0; i < depth; ++i) right = 1.0 + right;
    right.backward();
    EXPECT_EQ(2.0, x.grad());
  }
  {
    const Graph::Scope scope;
    Value doubled = x;  // 2**50 paths
    for (int i = 0; i < 50; ++i) doubled = doubled + doubled;
    doubled.backward();
    EXPECT_EQ(2.0 + 0x1p50, x.grad());
  }
  EXPECT_EQ(1U, graph.node_count());
}

TEST(Graph, ManyWalksWrapTheVisitMark) {
  const Value a = 1.0;
  const Value b = a + a;
  for (int i = 0; i < 70000; ++i) b.backward();  // more than 2**16
  EXPECT_EQ(140000.0, a.grad());
}

}  // namespace
}  // namespace levelgrad
