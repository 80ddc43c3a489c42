// SPDX-License-Identifier: MIT
#include "uniform_layout.h"

#include "levelgrad/error.h"

namespace levelgrad::cuda {

UniformLayout::UniformLayout(std::span<const Schedule> schedules)
    : first_(&schedules.front().program()), join_count_(first_->joins().size()) {
  const std::size_t shared = first_->shared_count();
  std::vector<bool> in_body(shared, false);
  for (const Schedule& schedule : schedules) {
    programs_.push_back(&schedule.program());
    for (const ParameterTile& tile : schedule.tiles()) {
      for (const NodeIndex node : tile.node) in_body[schedule.program().shared_index(node)] = true;
    }
  }
  fold_of_.assign(shared, -1);
  for (std::size_t s = 0; s < shared; ++s) {
    if (!in_body[s]) continue;
    fold_of_[s] = static_cast<int>(folded_.size());
    folded_.push_back(s);
  }

  std::size_t next = 0;
  const auto take = [&](std::size_t count) {
    const std::size_t begin = next;
    next += count;
    if (next > INT32_MAX) throw ProgramError("a Program with more uniform nodes than 2^31 / 4");
    return static_cast<Ref>(begin);
  };
  (void)take(shared);
  for (const Program* program : programs_) constants_.push_back(take(program->constants().size()));
  seeds_ = take(join_count_);
  epilogue_ = take(first_->epilogue().size());
  left_ = take(shared + first_->epilogue().size());
  final_ = take(shared);
  sums_ = take(join_count_);
  folds_ = take(folded_.size());
  weight_ = take(2);
  size_ = next;
}

Ref UniformLayout::number(NodeIndex node) const {
  const NodeRange epilogue = first_->epilogue();
  const std::size_t place = epilogue.holds(node) ? first_->shared_count() + (node - epilogue.begin)
                                                 : first_->shared_index(node);
  return static_cast<Ref>(place);
}

Ref UniformLayout::value(std::size_t program, NodeIndex node) const {
  const Program& own = *programs_[program];
  if (own.constants().holds(node)) {
    return constants_[program] + static_cast<Ref>(node - own.constants().begin);
  }
  if (own.epilogue().holds(node)) return epilogue_ + static_cast<Ref>(node - own.epilogue().begin);
  return static_cast<Ref>(own.shared_index(node));
}

template <class T>
std::vector<T> UniformLayout::initial(std::span<const Schedule> schedules) const {
  std::vector<T> numbers(size_, T(0));
  numbers[static_cast<std::size_t>(one())] = T(1);
  for (std::size_t p = 0; p < schedules.size(); ++p) {
    const Program& program = schedules[p].program();
    const NodeRange constants = program.constants();
    for (NodeIndex node = constants.begin; node < constants.end; ++node) {
      numbers[static_cast<std::size_t>(value(p, node))] = static_cast<T>(program.constant(node));
    }
  }
  return numbers;
}

template std::vector<float> UniformLayout::initial(std::span<const Schedule>) const;
template std::vector<double> UniformLayout::initial(std::span<const Schedule>) const;

}  // namespace levelgrad::cuda
