// SPDX-License-Identifier: MIT
#include "fused_bodies.h"

#include "levelgrad/error.h"
#include "one_line.h"

namespace levelgrad::cuda {
namespace {

/// Programs of an executor beyond which compiling each takes too long to be worth it.
constexpr std::size_t most_programs = 8;

}  // namespace

template <class T>
FusedBody<T>* FusedBodies<T>::find(const LoadedPrograms<T>& loaded, std::size_t program,
                                   const StorageNeeds& needs) {
  if (!why_not_.empty()) return nullptr;
  for (const Made& made : made_) {
    const StorageNeeds& have = made.body->needs();
    if (made.program == program && have.backward == needs.backward &&
        have.input_grads == needs.input_grads) {
      return made.body.get();
    }
  }
  if (loaded.programs().size() > most_programs) {
    why_not_ = std::to_string(loaded.programs().size()) + " Programs are too many to compile";
    return nullptr;
  }
  try {
    made_.push_back(
        {program, std::make_unique<FusedBody<T>>(loaded.schedule(program), loaded.layout(), needs,
                                                 device_, math_, *cache_, stream_)});
    return made_.back().body.get();
  } catch (const CompilerError& error) {
    why_not_ = one_line(error.message());
    return nullptr;
  }
}

template <class T>
FusedSteps<T>* FusedBodies<T>::steps(const LoadedPrograms<T>& loaded, const std::string& optimizer,
                                     std::size_t state_bytes) {
  const auto [known, fresh] = steps_.emplace(optimizer, nullptr);
  if (!fresh || !why_not_.empty() || loaded.programs().size() > 1) return known->second.get();
  try {
    known->second = std::make_unique<FusedSteps<T>>(loaded.schedule(0), loaded.layout(), optimizer,
                                                    state_bytes, device_, math_, *cache_, stream_);
  } catch (const CompilerError&) {
    // Steps run as launches.
  }
  return known->second.get();
}

template class FusedBodies<float>;
template class FusedBodies<double>;

}  // namespace levelgrad::cuda
