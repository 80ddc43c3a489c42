// SPDX-License-Identifier: MIT
#include "device_tables.h"

#include <algorithm>

#include "waits.h"

namespace levelgrad::cuda {
namespace {

/// Levels of at most this many rows go together: one thread takes all rows of its lanes, which
/// needs no launch in between.
constexpr std::uint32_t narrow_rows = 4;

/// level_begin [levels + 1]
std::vector<LevelRun> runs_of(std::span<const std::uint32_t> level_begin) {
  std::vector<LevelRun> runs;
  const auto levels = static_cast<std::uint32_t>(level_begin.size() - 1);
  for (std::uint32_t level = 0; level < levels; ++level) {
    const std::uint32_t rows = level_begin[level + 1] - level_begin[level];
    const bool joins = !runs.empty() && rows <= narrow_rows && runs.back().rows <= narrow_rows;
    if (joins) {
      runs.back().end = level + 1;
      runs.back().rows = std::max(runs.back().rows, rows);
    } else {
      runs.push_back({level, level + 1, rows});
    }
  }
  return runs;
}

std::uint32_t level_count(const std::vector<std::uint32_t>& level_begin) {
  return static_cast<std::uint32_t>(level_begin.size() - 1);
}

std::uint32_t size_of(const auto& list) { return static_cast<std::uint32_t>(list.size()); }

/// The tables of all Programs, one behind the other, before they are copied to the device.
struct AllTables {
  std::vector<Step> steps;
  std::vector<std::uint8_t> ops;
  std::vector<Gather> gathers, folds;
  std::vector<Term> terms;
  std::vector<Rest> rests;
  std::vector<std::uint32_t> level_begin;
  std::vector<std::uint8_t> waits;
  std::vector<Ref> slots;

  /// Where a Program's tables begin in the lists above.
  struct Begin {
    std::size_t steps, gathers, folds, forward_levels, backward_levels, slots, terms, rests,
        forward_waits, backward_waits;
  };

  Begin append(const BodyTable& body) {
    const Begin begin = {steps.size(),
                         gathers.size(),
                         folds.size(),
                         level_begin.size(),
                         level_begin.size() + body.forward.level_begin.size(),
                         slots.size(),
                         terms.size(),
                         rests.size(),
                         waits.size(),
                         waits.size() + body.forward.level_begin.size() - 1};
    const auto extend = [](auto& list, const auto& more) {
      list.insert(list.end(), more.begin(), more.end());
    };
    // Level begins stay the Program's own; terms and rests are numbered over all.
    const std::uint32_t first_term = size_of(terms), first_rest = size_of(rests);
    for (Gather row : body.backward.gathers) {
      row.first_term += first_term;
      gathers.push_back(row);
    }
    for (Gather row : body.folds) {
      row.first_term += first_term;
      folds.push_back(row);
    }
    for (Term term : body.backward.terms) {
      term.rest += first_rest;
      terms.push_back(term);
    }
    extend(rests, body.backward.rests);
    extend(steps, body.forward.steps);
    extend(ops, body.forward.ops);
    extend(level_begin, body.forward.level_begin);
    extend(level_begin, body.backward.level_begin);
    extend(waits, waits_of(body.forward, body_groups));
    extend(waits, waits_of(body.backward, body_groups));
    for (const auto* list : {&body.input, &body.input_grad, &body.joined, &body.output}) {
      extend(slots, *list);
    }
    return begin;
  }
};

void append_rows(ForestRows& rows, const std::vector<std::uint32_t>& level_begin,
                 const auto& kind_of) {
  rows.begin.push_back(size_of(rows.keys));
  rows.count.push_back(level_begin.back());
  for (std::uint32_t level = 0; level < level_count(level_begin); ++level) {
    for (std::uint32_t row = level_begin[level]; row < level_begin[level + 1]; ++row) {
      rows.keys.push_back(level * forest_kinds + std::min(kind_of(row), forest_kinds - 1));
    }
  }
}

}  // namespace

DeviceForward::DeviceForward(const ForwardTable& table, cudaStream_t stream)
    : levels_(level_count(table.level_begin)) {
  steps_.upload(table.steps, stream);
  ops_.upload(table.ops, stream);
  level_begin_.upload(table.level_begin, stream);
  waits_.upload(waits_of(table, uniform_groups), stream);
}

ForwardView DeviceForward::view() const {
  return {steps_.data(), ops_.data(), level_begin_.data(), waits_.data(), levels_};
}

DeviceBackward::DeviceBackward(const BackwardTable& table, cudaStream_t stream)
    : levels_(level_count(table.level_begin)), runs_(runs_of(table.level_begin)) {
  gathers_.upload(table.gathers, stream);
  terms_.upload(table.terms, stream);
  rests_.upload(table.rests, stream);
  level_begin_.upload(table.level_begin, stream);
  waits_.upload(waits_of(table, uniform_groups), stream);
}

BackwardView DeviceBackward::view() const {
  return {gathers_.data(),     terms_.data(), rests_.data(),
          level_begin_.data(), waits_.data(), levels_};
}

DeviceUniform::DeviceUniform(const Schedule& schedule, const UniformLayout& layout,
                             cudaStream_t stream)
    : prologue_(prologue_forward(schedule, layout), stream),
      epilogue_(epilogue_forward(schedule, layout), stream),
      epilogue_back_(epilogue_backward(schedule, layout), stream),
      prologue_back_(prologue_backward(schedule, layout), stream),
      of_lanes_(prologue_backward_of_lanes(schedule, layout), stream) {
  std::vector<Ref> left_of;
  for (const std::size_t shared : layout.folded()) {
    left_of.push_back(layout.left(schedule.program().shared_node(shared)));
  }
  left_of_.upload(left_of, stream);
}

UniformView DeviceUniform::view() const {
  return {prologue_.view(), epilogue_.view(), epilogue_back_.view(), prologue_back_.view()};
}

DeviceBodies::DeviceBodies(std::span<const Schedule> schedules, const UniformLayout& layout,
                           const StorageNeeds& needs, cudaStream_t stream)
    : needs_(needs) {
  AllTables all;
  std::vector<AllTables::Begin> begins;
  std::vector<BodyTable> bodies;
  for (std::size_t p = 0; p < schedules.size(); ++p) {
    BodyTable body = make_body_table(schedules[p], p, layout, needs);
    begins.push_back(all.append(body));
    forward_runs_.push_back(runs_of(body.forward.level_begin));
    backward_runs_.push_back(runs_of(body.backward.level_begin));
    append_rows(forward_rows_, body.forward.level_begin,
                [&](std::uint32_t row) -> std::uint32_t { return body.forward.ops[row]; });
    append_rows(backward_rows_, body.backward.level_begin, [&](std::uint32_t row) {
      const Gather& gather = body.backward.gathers[row];
      return gather.term_count == 0 ? 0 : body.backward.terms[gather.first_term].code;
    });
    backward_levels_.push_back(std::move(body.backward_levels));
    value_.push_back(std::move(body.value));
    grad_.push_back(std::move(body.grad));
    bodies.push_back(std::move(body));
  }
  steps_.upload(all.steps, stream);
  ops_.upload(all.ops, stream);
  gathers_.upload(all.gathers, stream);
  folds_.upload(all.folds, stream);
  terms_.upload(all.terms, stream);
  rests_.upload(all.rests, stream);
  level_begin_.upload(all.level_begin, stream);
  slots_.upload(all.slots, stream);
  waits_.upload(all.waits, stream);

  for (std::size_t p = 0; p < bodies.size(); ++p) {
    const BodyTable& body = bodies[p];
    const AllTables::Begin& begin = begins[p];
    BodyView view = {};
    view.forward = {steps_.data() + begin.steps, ops_.data() + begin.steps,
                    level_begin_.data() + begin.forward_levels, waits_.data() + begin.forward_waits,
                    level_count(body.forward.level_begin)};
    view.backward = {gathers_.data() + begin.gathers,
                     terms_.data(),
                     rests_.data(),
                     level_begin_.data() + begin.backward_levels,
                     waits_.data() + begin.backward_waits,
                     level_count(body.backward.level_begin)};
    view.folds = folds_.data() + begin.folds;
    view.input = slots_.data() + begin.slots;
    view.input_grad = view.input + body.input.size();
    view.joined = view.input_grad + body.input_grad.size();
    view.output = view.joined + body.joined.size();
    view.slots = static_cast<std::uint32_t>(body.slot_count);
    view.inputs = size_of(body.input);
    view.joins = size_of(body.joined);
    view.outputs = size_of(body.output);
    view.folded = size_of(body.folds);
    view.first_term = static_cast<std::uint32_t>(begin.terms);
    view.terms = size_of(body.backward.terms);
    view.first_rest = static_cast<std::uint32_t>(begin.rests);
    view.rests = size_of(body.backward.rests);
    view.steps = size_of(body.forward.steps);
    view.gathers = size_of(body.backward.gathers);
    view.uniforms = static_cast<std::uint32_t>(layout.read_by_bodies());
    views_.push_back(view);
  }
  device_views_.upload(views_, stream);
}

ProgramsView DeviceBodies::programs() const {
  return {steps_.data(), ops_.data(),   gathers_.data(),
          terms_.data(), rests_.data(), device_views_.data()};
}

}  // namespace levelgrad::cuda
