// SPDX-License-Identifier: MIT
#include "levelgrad/record.h"

#include <bit>
#include <limits>
#include <unordered_map>
#include <unordered_set>

#include "access.h"
#include "levelgrad/contribution.h"
#include "levelgrad/error.h"

namespace levelgrad {
namespace {

using detail::Access;

SourceLine line_of(std::source_location where) {
  if (where.line() == 0) return {};
  const std::string file = where.file_name();
  return {file.substr(file.find_last_of('/') + 1), where.line()};
}

/// Turns the canonical order of an arena into the parts of a Program.
template <class T>
class Collector {
public:
  Collector(const detail::Arena<T>& arena, ProgramParts& parts) : arena_(arena), parts_(parts) {}

  void add_parameter(NodeIndex index, const std::string& name) {
    const Node<T>& node = arena_[index];
    leaves_[index] = static_cast<NodeIndex>(leaves_.size());
    parts_.parameters.push_back({name, static_cast<double>(node.data), line_of(node.where)});
  }
  void add_input(NodeIndex index, const std::string& name) {
    leaves_[index] = static_cast<NodeIndex>(leaves_.size());
    parts_.inputs.push_back({name, line_of(arena_[index].where)});
  }
  void add_constants(std::span<const NodeIndex> order) {
    std::unordered_map<std::uint64_t, NodeIndex> by_bits;
    auto next = static_cast<NodeIndex>(leaves_.size());
    for (const NodeIndex index : order) {
      const Node<T>& node = arena_[index];
      if (node.op != Op::Leaf || leaves_.contains(index)) continue;
      const double number = plain_nan(static_cast<double>(node.data));
      const auto [known, fresh] = by_bits.emplace(std::bit_cast<std::uint64_t>(number), next);
      if (fresh) {
        parts_.constants.push_back({number, line_of(node.where)});
        ++next;
      }
      leaves_[index] = known->second;
    }
    first_operation_ = next;
  }
  void add_operations(std::span<const NodeIndex> order) {
    for (const NodeIndex index : order) {
      const Node<T>& node = arena_[index];
      if (node.op == Op::Leaf) continue;
      ProgramParts::Operation operation{node.op, {}, line_of(node.where)};
      for (int k = 0; k < arity(node.op); ++k) {
        operation.operand[static_cast<std::size_t>(k)] = leaves_.at(node.operand[k]);
      }
      leaves_[index] = static_cast<NodeIndex>(first_operation_ + parts_.operations.size());
      parts_.operations.push_back(operation);
    }
  }
  [[nodiscard]] NodeIndex place(NodeIndex index) const { return leaves_.at(index); }

private:
  const detail::Arena<T>& arena_;
  ProgramParts& parts_;
  std::unordered_map<NodeIndex, NodeIndex> leaves_;  // arena -> Program; later all nodes
  std::size_t first_operation_ = 0;
};

}  // namespace

template <class T>
BasicRecording<T>::BasicRecording(std::span<const BasicValue<T>> parameters)
    : arena_(Access::arena(BasicGraph<T>::current())),
      parameters_(parameters.begin(), parameters.end()) {
  if (arena_->symbols() != nullptr) {
    throw RecordingError("a Program is recorded inside of the recording of another");
  }
  for (const BasicValue<T>& parameter : parameters_) {
    const std::string label = parameter.label();
    const std::string name =
        "parameter '" + (label.empty() ? "p" + std::to_string(symbols_.size()) : label) + "'";
    if (parameter.op() != Op::Leaf) throw RecordingError(name + " is not a leaf");
    make_symbolic(parameter, name);
  }
  if (symbols_.size() != parameters_.size()) throw RecordingError("a parameter is named twice");
  arena_->set_symbols(&symbols_);
}

template <class T>
BasicRecording<T>::~BasicRecording() {
  arena_->set_symbols(nullptr);
}

template <class T>
void BasicRecording<T>::make_symbolic(const BasicValue<T>& leaf, const std::string& name) {
  symbols_[Access::index(leaf, arena_)] = name;
}

template <class T>
BasicValue<T> BasicRecording<T>::input(const std::string& name, std::source_location where) {
  const BasicValue<T> input(std::numeric_limits<T>::quiet_NaN(), where);
  make_symbolic(input, "input '" + name + "'");
  inputs_.push_back(input);
  input_names_.push_back(name);
  return input;
}

template <class T>
std::vector<BasicValue<T>> BasicRecording<T>::inputs(const std::string& name, std::size_t count,
                                                     std::source_location where) {
  std::vector<BasicValue<T>> made;
  for (std::size_t k = 0; k < count; ++k) {
    made.push_back(input(name + "[" + std::to_string(k) + "]", where));
  }
  return made;
}

template <class T>
void BasicRecording<T>::output(const std::string& name, const BasicValue<T>& value,
                               std::source_location where) {
  if (name.empty()) throw RecordingError("an output without a name" + at(where));
  for (const Output& other : outputs_) {
    if (other.name == name) {
      throw RecordingError("two outputs are named '" + name + "'" + at(where));
    }
  }
  (void)Access::index(value, arena_);  // throws where it is gone, or of another Graph
  outputs_.push_back({name, value, where});
}

/// Whether the node differs from example to example: it depends on an input, and on no join of it.
template <class T>
bool BasicRecording<T>::varies(NodeIndex root) const {
  std::unordered_set<NodeIndex> varying;
  for (const BasicValue<T>& input : inputs_) varying.insert(Access::index(input, arena_));
  const detail::Order order = arena_->canonical_order({&root, 1}, false);
  for (const NodeIndex index : order.span()) {
    const Node<T>& node = (*arena_)[index];
    if (info(node.op).joins) continue;
    for (int k = 0; k < arity(node.op); ++k) {
      if (varying.contains(node.operand[k])) varying.insert(index);
    }
  }
  return varying.contains(root);
}

template <class T>
Program BasicRecording<T>::program() const {
  if (outputs_.empty()) {
    throw RecordingError("nothing was recorded: there is no output",
                         "name what the function computes: recording.output(\"loss\", loss)");
  }
  ProgramParts parts;
  Collector<T> collector(*arena_, parts);
  for (std::size_t k = 0; k < parameters_.size(); ++k) {
    const std::string label = parameters_[k].label();
    collector.add_parameter(Access::index(parameters_[k], arena_),
                            label.empty() ? "p" + std::to_string(k) : label);
  }
  for (std::size_t k = 0; k < inputs_.size(); ++k) {
    collector.add_input(Access::index(inputs_[k], arena_), input_names_[k]);
  }
  std::vector<NodeIndex> roots;
  for (const Output& output : outputs_) roots.push_back(Access::index(output.value, arena_));
  if (varies(roots.front())) {
    roots.front() = Access::index(sum(outputs_.front().value), arena_);
    (*arena_)[roots.front()].where = outputs_.front().where;
  }
  const detail::Order order = arena_->canonical_order(roots, false);
  collector.add_constants(order.span());
  collector.add_operations(order.span());
  for (std::size_t k = 0; k < roots.size(); ++k) {
    parts.outputs.push_back({outputs_[k].name, collector.place(roots[k])});
  }
  try {
    return Program(std::move(parts));
  } catch (const ProgramError& error) {
    throw RecordingError(error.message(), error.hint());
  }
}

template class BasicRecording<float>;
template class BasicRecording<double>;

}  // namespace levelgrad
