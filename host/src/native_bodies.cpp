// SPDX-License-Identifier: MIT
#include "native_bodies.h"

#include <algorithm>

#include "levelgrad/error.h"

namespace levelgrad::host {
namespace {

/// Lanes of a sub-block: a few dozen numbers of each stay in the first-level cache.
constexpr std::size_t native_sub_block = 64;

/// Numbers of a lane above which compiling takes too long to be worth it (half a minute for these),
/// and Programs of a batch.
constexpr std::size_t most_numbers = 10'000, most_programs = 8;

/// The vectors of this processor.
NativeTarget target_of(bool f64, std::size_t vector_bytes) {
  NativeTarget target{f64, 16, 16, native_sub_block};
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512dq")) {
    target.vector_bytes = 64;
    target.registers = 32;
  } else if (__builtin_cpu_supports("avx2")) {
    target.vector_bytes = 32;
  }
#elif defined(__aarch64__)
  target.registers = 32;
#endif
  if (vector_bytes == 0) return target;
  if (vector_bytes != 16 && vector_bytes != 32 && vector_bytes != 64) {
    throw ArgumentError("vectors have 16, 32 or 64 bytes, not " + std::to_string(vector_bytes));
  }
  target.vector_bytes = vector_bytes;
  return target;
}

std::string too_large(std::span<const Schedule> schedules) {
  if (schedules.size() > most_programs) {
    return std::to_string(schedules.size()) + " Programs in a batch are too many to compile";
  }
  for (const Schedule& schedule : schedules) {
    if (2 * schedule.program().body().size() > most_numbers) {
      return "a body of " + std::to_string(schedule.program().body().size()) +
             " nodes is too large to compile";
    }
  }
  return "";
}

}  // namespace

template <class T>
NativeBodies<T>::NativeBodies(NativeCompiler compiler, const NativeOptions& options)
    : compiler_(std::move(compiler)),
      options_(options),
      target_(target_of(sizeof(T) == 8, options.vector_bytes)),
      lanes_("", native_sub_block) {}

template <class T>
std::string NativeBodies<T>::name() const {
  const std::string vectors = std::to_string(8 * target_.vector_bytes) + "-bit vectors";
  return why_not_.empty() ? vectors : lanes_.name() + ", not compiled";
}

template <class T>
std::size_t NativeBodies<T>::sub_block() const {
  return native_sub_block;
}

template <class T>
void NativeBodies<T>::load(std::span<const Schedule> schedules) {
  lanes_.load(schedules);
  made_.clear();
  schedules_ = schedules;
  why_not_ = too_large(schedules);
  for (std::size_t p = 0; p < schedules.size(); ++p) (void)body(p, {});
}

/// Null where the body is not compiled.
template <class T>
const NativeBody<T>* NativeBodies<T>::body(std::size_t program, const StorageNeeds& needs) {
  if (!why_not_.empty()) return nullptr;
  for (const Made& made : made_) {
    if (made.program == program && made.needs.backward == needs.backward &&
        made.needs.input_grads == needs.input_grads) {
      return made.body.get();
    }
  }
  try {
    LaneCodeNeeds code_needs{.backward = needs.backward, .input_grads = needs.input_grads};
    if (options_.piece_size > 0) code_needs.piece_size = options_.piece_size;
    const LaneCode code(schedules_[program], code_needs);
    const NativeCode native = native_code(code, target_);
    CompiledCode made = compiled(compiler_, *options_.cache, native.text, options_.flags);
    made_.push_back(
        {program, needs,
         std::make_unique<NativeBody<T>>(std::move(made.library), native,
                                         schedules_[program].program(), needs.backward)});
    return made_.back().body.get();
  } catch (const CompilerError& error) {
    why_not_ = error.message();
  } catch (const FileError& error) {
    why_not_ = error.message();
  }
  return nullptr;
}

template <class T>
std::unique_ptr<BodyWorker<T>> NativeBodies<T>::make(std::size_t program,
                                                     const StorageNeeds& needs) {
  const NativeBody<T>* const compiled = body(program, needs);
  if (compiled == nullptr) return lanes_.make(program, needs);
  return std::make_unique<NativeWorker<T>>(*compiled, native_sub_block);
}

template class NativeBodies<float>;
template class NativeBodies<double>;

}  // namespace levelgrad::host
