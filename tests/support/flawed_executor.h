// SPDX-License-Identifier: MIT
//
// An executor with one wrong bit, for tests of what must notice it.
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "levelgrad/reference_executor.h"

namespace levelgrad::testing {

/// Where the wrong bit is.
enum class Flaw : unsigned char {
  None,
  Loss,
  Score,
  Grads,
  InputGrads,
  ExampleGrads,
  NodeValues,
  NodeGrads,
  Update,
};

/// The number with its lowest bit the other way round.
template <class T>
T flipped(T number) {
  using Bits = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;
  return std::bit_cast<T>(std::bit_cast<Bits>(number) ^ Bits{1});
}

/// The reference executor, but for the last bit of the third number (the first of a loss) of what
/// the flaw names.
template <class T>
class FlawedExecutor : public BasicReferenceExecutor<T> {
public:
  explicit FlawedExecutor(Flaw flaw) : flaw_(flaw) {}

  [[nodiscard]] std::string name() const override { return "flawed"; }
  void run(const BasicBatch<T>& batch, const BasicResults<T>& results) override {
    BasicReferenceExecutor<T>::run(batch, results);
    if (flaw_ == Flaw::Loss) flip(results.loss, 0);
    if (flaw_ == Flaw::Score && results.outputs.size() > 1) flip(results.outputs[1], 2);
    if (flaw_ == Flaw::Grads) flip(results.grads, 2);
    if (flaw_ == Flaw::InputGrads) flip(results.input_grads, 2);
    if (flaw_ == Flaw::ExampleGrads) flip(results.example_grads, 2);
  }
  bool update(const BasicUpdate<T>& update) override {
    if (!BasicReferenceExecutor<T>::update(update)) return false;
    if (flaw_ == Flaw::Update) {
      std::vector<T> parameters = this->parameters();
      flip(parameters, 2);
      this->set_parameters(parameters);
    }
    return true;
  }
  [[nodiscard]] BasicNodeNumbers<T> inspect(const BasicBatch<T>& batch,
                                            std::size_t example) override {
    BasicNodeNumbers<T> numbers = BasicReferenceExecutor<T>::inspect(batch, example);
    if (flaw_ == Flaw::NodeValues) flip(numbers.values, 2);
    if (flaw_ == Flaw::NodeGrads) flip(numbers.grads, 2);
    return numbers;
  }

private:
  static void flip(std::span<T> numbers, std::size_t index) {
    if (numbers.size() > index) numbers[index] = flipped(numbers[index]);
  }

  Flaw flaw_;
};

}  // namespace levelgrad::testing
