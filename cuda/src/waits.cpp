// SPDX-License-Identifier: MIT
#include "waits.h"

#include <map>

namespace levelgrad::cuda {
namespace {

/// What groups have done to a slot since all waited.
class Touched {
public:
  static constexpr std::uint32_t nobody = UINT32_MAX, several = UINT32_MAX - 1;

  [[nodiscard]] bool may_read(std::uint32_t group) const {
    return writer_ == nobody || writer_ == group;
  }
  [[nodiscard]] bool may_write(std::uint32_t group) const {
    return may_read(group) && (reader_ == nobody || reader_ == group);
  }
  void read(std::uint32_t group) {
    reader_ = reader_ == nobody || reader_ == group ? group : several;
  }
  void write(std::uint32_t group) { writer_ = group; }

private:
  std::uint32_t reader_ = nobody, writer_ = nobody;
};

/// for_each_read(row, f) calls f(ref) for all that a row reads; result_of(row) is what it writes.
template <class ForEachRead, class ResultOf>
std::vector<std::uint8_t> waits_of(const std::vector<std::uint32_t>& level_begin,
                                   std::uint32_t groups, const ForEachRead& for_each_read,
                                   const ResultOf& result_of) {
  std::vector<std::uint8_t> waits;
  std::map<Ref, Touched> slots;
  for (std::size_t level = 0; level + 1 < level_begin.size(); ++level) {
    const std::uint32_t begin = level_begin[level], end = level_begin[level + 1];
    bool free = true;
    for (std::uint32_t row = begin; row < end && free; ++row) {
      const std::uint32_t group = (row - begin) % groups;
      for_each_read(row, [&](Ref ref) { free = free && slots[ref].may_read(group); });
      free = free && slots[result_of(row)].may_write(group);
    }
    waits.push_back(free ? 0 : 1);
    if (!free) slots.clear();
    for (std::uint32_t row = begin; row < end; ++row) {
      const std::uint32_t group = (row - begin) % groups;
      for_each_read(row, [&](Ref ref) { slots[ref].read(group); });
      slots[result_of(row)].write(group);
    }
  }
  return waits;
}

}  // namespace

std::vector<std::uint8_t> waits_of(const ForwardTable& table, std::uint32_t groups) {
  const auto for_each_read = [&](std::uint32_t row, const auto& f) {
    const Step& step = table.steps[row];
    for (const Ref ref : {step.a, step.b, step.c}) {
      if (ref >= 0) f(ref);
    }
  };
  return waits_of(table.level_begin, groups, for_each_read,
                  [&](std::uint32_t row) { return table.steps[row].result; });
}

std::vector<std::uint8_t> waits_of(const BackwardTable& table, std::uint32_t groups) {
  const auto for_each_read = [&](std::uint32_t row, const auto& f) {
    const Gather& gather = table.gathers[row];
    for (std::uint32_t t = 0; t < gather.term_count; ++t) {
      const Term& term = table.terms[gather.first_term + t];
      if (term.g >= 0) f(term.g);
      if (term.a >= 0) f(term.a);
      if (term.code < first_other) continue;
      const Rest& rest = table.rests[term.rest];
      for (const Ref ref : {rest.b, rest.c, rest.y}) {
        if (ref >= 0) f(ref);
      }
    }
  };
  return waits_of(table.level_begin, groups, for_each_read,
                  [&](std::uint32_t row) { return table.gathers[row].result; });
}

}  // namespace levelgrad::cuda
