// SPDX-License-Identifier: MIT
//
// A third executor, written from executor.h and the numerics contract alone: arrays, a loop over
// nodes, a switch over ops. On request it makes one of the mistakes that a faster executor may
// make, and the tests of the conformance suite see to it that each is noticed.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "levelgrad/executor.h"
#include "levelgrad/parameter_state.h"

namespace levelgrad::testing {

#define LG_FAULTS(X)                                                                         \
  X(None)                                                                                    \
  X(ExamplesAscending)   /* grads folded from the first example on */                        \
  X(ConsumersForward)    /* grads folded in canonical order */                               \
  X(OperandsRightToLeft) /* of one consumer */                                               \
  X(ChunkDropped)        /* the second one, of the grads */                                  \
  X(ChunksLeftToRight)   /* no tree */                                                       \
  X(ChunkOf64)                                                                               \
  X(EpilogueGradLast)         /* added to the fold instead of begun with */                  \
  X(ContractedGrads)          /* fma(factor, g, fold) */                                     \
  X(ContractedForward)        /* fma for a * b + c */                                        \
  X(WrongDerivative)          /* of the op that the fault names */                           \
  X(StaleGrads)               /* those of the run before are not cleared */                  \
  X(StaleSeeds)               /* joins' grads of the run before */                           \
  X(MeanDivides)              /* by N, instead of multiplying by 1 / N */                    \
  X(JoinFromFirst)            /* the sum starts at the first number */                       \
  X(GradFromFirst)            /* a fold starts at the first contribution */                  \
  X(ExampleGradsInBody)       /* not carried through the prologue */                         \
  X(ContributesBesideRoot)    /* what the root does not depend on, too */                    \
  X(ParametersChangeFirst)    /* an update that fails is half done */                        \
  X(ExampleGradsFromEpilogue) /* begun with the grads that it leaves */                      \
  X(StalePrologue)            /* computed when the Program is loaded, not after an update */ \
  X(FirstProgram)             /* for every example */                                        \
  X(LayoutIgnored)

/// What is done wrong.
#define LG_FAULT(name) name,
enum class FaultKind : unsigned char { LG_FAULTS(LG_FAULT) };
#undef LG_FAULT

struct Fault {
  FaultKind kind = FaultKind::None;
  Op op = Op::Leaf;  ///< of WrongDerivative
  int operand = 0;
};

#define LG_FAULT(name) FaultKind::name,
inline constexpr std::array all_faults = {LG_FAULTS(LG_FAULT)};
#undef LG_FAULT
[[nodiscard]] const char* name_of(FaultKind kind);

template <class T>
class MutantExecutor : public BasicExecutor<T> {
public:
  explicit MutantExecutor(Fault fault = {}) : fault_(fault) {}

  [[nodiscard]] std::string name() const override { return name_of(fault_.kind); }
  using BasicExecutor<T>::load;
  void load(std::span<const Program> programs) override;
  void set_parameters(std::span<const T> numbers) override { state_.set(numbers); }
  [[nodiscard]] std::vector<T> parameters() const override {
    return {state_.numbers().begin(), state_.numbers().end()};
  }
  void run(const BasicBatch<T>& batch, const BasicResults<T>& results) override;
  bool update(const BasicUpdate<T>& update) override;
  [[nodiscard]] BasicOptimizerState<T> optimizer_state() const override {
    return state_.optimizer_state();
  }
  void set_optimizer_state(const BasicOptimizerState<T>& state) override {
    state_.set_optimizer_state(state);
  }
  [[nodiscard]] BasicNodeNumbers<T> inspect(const BasicBatch<T>& batch,
                                            std::size_t example) override;

private:
  using Numbers = std::vector<T>;  // [node]

  /// A Program and who reads its nodes: consumers from the last to the first, operands ascending.
  struct Loaded {
    Program program;
    struct Reader {
      NodeIndex node;
      int operand;
    };
    std::vector<std::vector<Reader>> readers;  // [node]
  };

  [[nodiscard]] bool has(FaultKind kind) const { return fault_.kind == kind; }
  [[nodiscard]] const Loaded& loaded(std::size_t example) const {
    return programs_[batch_.program(example)];
  }
  [[nodiscard]] std::size_t chunk() const;

  [[nodiscard]] T value(const Program& program, NodeIndex node, const Numbers& values) const;
  [[nodiscard]] T contribution(const Program& program, NodeIndex node, int operand, T grad,
                               const Numbers& values) const;
  [[nodiscard]] T add(T fold, bool first, const Program& program, NodeIndex node, int operand,
                      const Numbers& values, const Numbers& grads) const;
  [[nodiscard]] T gather(T start, const Loaded& of, NodeIndex node, NodeRange readers,
                         const Numbers& values, const Numbers& grads) const;
  void compute(const Program& program, NodeRange part, Numbers& values) const;

  void forward();
  void join();
  void epilogue();
  void backward_example(std::size_t example);
  void add_example(std::size_t example, Numbers& fold) const;
  [[nodiscard]] Numbers fold_examples() const;
  [[nodiscard]] Numbers combine(std::vector<Numbers> chunks) const;
  void through_prologue(const Numbers& folded);
  void copy_forward(const BasicResults<T>& results) const;
  void copy_example_grads(const BasicResults<T>& results);

  Fault fault_;
  std::vector<Loaded> programs_;
  ParameterState<T> state_;
  BasicBatch<T> batch_;
  std::vector<NodeIndex> joins_;         // of the first Program
  Numbers uniform_, uniform_grads_;      // of the first Program
  Numbers left_;                         // the grads after the epilogue
  Numbers seeds_;                        // [join]
  std::vector<Numbers> values_, grads_;  // [example][node of its Program]
};

extern template class MutantExecutor<float>;
extern template class MutantExecutor<double>;

}  // namespace levelgrad::testing
