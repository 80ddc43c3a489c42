// SPDX-License-Identifier: MIT
//
// Executor: what runs a Program for a batch. All give the same bits, but in fast mode.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "levelgrad/error.h"
#include "levelgrad/math.h"
#include "levelgrad/optimizer_state.h"
#include "levelgrad/optimizers.h"
#include "levelgrad/program.h"

namespace levelgrad {

/// What an executor that compiles may make of a * b + c.
enum class Math : unsigned char {
  Exact,  ///< two roundings: the bits that all executors give
  Fast,   ///< one, where its compiler sees a gain: nobody promises which bits
};

/// How a batch's inputs lie in memory.
enum class Layout : unsigned char {
  ByExample,  ///< [example][input]
  ByInput,    ///< [input][example]
};

/// N examples that share the parameters. Borrowed.
template <class T>
struct BasicBatch {
  std::size_t example_count = 0;
  std::span<const T> inputs = {};  ///< example_count * input_count numbers
  Layout layout = Layout::ByExample;
  /// [example_count], which of the loaded Programs each example has; empty: the first.
  std::span<const std::uint32_t> programs = {};

  /// Where input k of an example stands in inputs.
  [[nodiscard]] std::size_t place(std::size_t example, std::size_t k) const {
    return layout == Layout::ByInput ? k * example_count + example
                                     : example * (inputs.size() / example_count) + k;
  }
  [[nodiscard]] T input(std::size_t example, std::size_t k) const {
    return inputs[place(example, k)];
  }
  /// Which Program an example has.
  [[nodiscard]] std::size_t program(std::size_t example) const {
    return programs.empty() ? 0 : programs[example];
  }
};

/// Where the results of a run go. What is left empty is not computed. No span may lie over another,
/// or over the batch's inputs.
template <class T>
struct BasicResults {
  std::span<T> loss = {};  ///< [1], the root
  /// [output_count]; the span of a varying output has [example_count], of a uniform one [1]; empty
  /// spans are skipped. Fewer spans than outputs: the rest is skipped.
  std::vector<std::span<T>> outputs = {};
  std::span<T> grads = {};  ///< [parameter_count], d root / d parameter
  /// [example_count][parameter_count]: one example's contributions alone, seeded with the batch's
  /// grads of the joins, folded from +0 and carried through the prologue.
  std::span<T> example_grads = {};
  std::span<T> input_grads = {};  ///< as the batch's inputs: d root / d input
  /// Keeps the grads for update(); implied by the three above.
  bool backward = false;

  [[nodiscard]] bool runs_backward() const {
    return backward || !grads.empty() || !example_grads.empty() || !input_grads.empty();
  }
};

/// Every node's value and grad for one example of a batch.
///
/// Those of uniform nodes belong to the batch; those of the example's body and inputs to the
/// example. A node that backward() does not pass has the grad 0, and so have constants, and nodes
/// of the prologue whose grad reaches no parameter.
template <class T>
struct BasicNodeNumbers {
  std::vector<T> values;  ///< [node_count]
  std::vector<T> grads;   ///< [node_count]
};

/// One step of an optimizer: the scalars of one of them, and the norm that the grads of all
/// parameters together may have. Where they have more, they are scaled down before the update; the
/// grads that can be read stay as they are. The formula is in clipping.h.
template <class T>
class BasicUpdate {
public:
#define LG_SCALARS(name) , optimizer::name::Scalars<T>
  using Scalars = typename detail::VariantOfRest<void LG_OPTIMIZERS(LG_SCALARS)>::Type;
#undef LG_SCALARS

  /// max_norm   infinity: grads are not clipped. Errors: ArgumentError for a negative one or NaN.
  template <class One>
  requires std::is_constructible_v<Scalars, const One&> BasicUpdate(
      const One& scalars, T max_norm = math::infinity<T>())
      : scalars_(scalars), max_norm_(max_norm) {
    if (!(max_norm >= 0)) throw ArgumentError("a norm that grads are clipped to is not negative");
  }

  [[nodiscard]] const Scalars& scalars() const { return scalars_; }
  [[nodiscard]] T max_norm() const { return max_norm_; }
  [[nodiscard]] bool clips() const { return max_norm_ < math::infinity<T>(); }
  /// Whether both are steps of one optimizer.
  [[nodiscard]] bool same_optimizer(const BasicUpdate& other) const {
    return scalars_.index() == other.scalars_.index();
  }

private:
  Scalars scalars_;
  T max_norm_;
};

/// Examples of a data set, in the order of a batch each, and the update that follows each batch.
template <class T>
struct BasicSteps {
  std::size_t example_count = 0;                 ///< of the data set
  std::span<const T> inputs;                     ///< [example_count][input_count]
  std::span<const std::uint32_t> programs = {};  ///< [example_count] or empty, as in a batch
  /// [steps]: the examples of each batch, by index.
  std::vector<std::span<const std::uint32_t>> batches;
  std::span<const BasicUpdate<T>> updates;  ///< [steps]
};

/// What became of run_steps().
template <class T>
struct BasicStepsReport {
  std::vector<T> losses;  ///< [steps done], and that of the step that met a number not finite
  /// Whether all steps were done. Else the loss, a grad, their norm, an updated parameter or an
  /// optimizer's state of the last one was not finite, and it changed nothing.
  bool finite = true;
};

/// Runs Programs for batches of examples. The Program says what, the Executor how fast.
///
/// Every Executor gives the bits of the reference executor, for every value, grad, loss and
/// parameter, whatever its tiles and threads. To write one, derive from BasicExecutor and run the
/// conformance suite (tests/support/conformance.h) on it.
///
/// threads   one at a time.
/// errors    after an error the results are unspecified and the parameters unchanged, unless a
///           function says otherwise; the executor can be used again.
template <class T>
class BasicExecutor {
public:
  BasicExecutor() = default;
  BasicExecutor(const BasicExecutor&) = delete;
  BasicExecutor& operator=(const BasicExecutor&) = delete;
  virtual ~BasicExecutor() = default;

  /// For people and logs: "host, 2 threads".
  [[nodiscard]] virtual std::string name() const = 0;

  /// Takes Programs for the examples of batches; the parameters become the initial ones of the
  /// first, optimizer states 0. Several must share parameters, prologue and epilogue.
  ///
  /// errors   ProgramError where they do not; ArgumentError for none. What was loaded stays then.
  virtual void load(std::span<const Program> programs) = 0;
  void load(const Program& program) { load(std::span<const Program>(&program, 1)); }

  /// numbers [parameter_count]. Errors: ShapeError.
  virtual void set_parameters(std::span<const T> numbers) = 0;
  [[nodiscard]] virtual std::vector<T> parameters() const = 0;

  /// Runs forward, and backward where the results need it.
  ///
  /// order    rule 4 of the numerics contract: bits as the reference executor.
  /// errors   ShapeError, ArgumentError for a batch without examples or a Program not loaded.
  virtual void run(const BasicBatch<T>& batch, const BasicResults<T>& results) = 0;

  /// Updates the parameters by the grads of the last run. An optimizer's state starts at 0, anew
  /// when another optimizer comes.
  ///
  /// returns  false, and changes nothing, where a grad, the norm that they are clipped by, an
  ///          updated parameter or a state is not finite.
  /// errors   ArgumentError where the last run had no backward pass.
  virtual bool update(const BasicUpdate<T>& update) = 0;

  /// What updates have left in the optimizer: with the parameters, all that training goes on from.
  [[nodiscard]] virtual BasicOptimizerState<T> optimizer_state() const = 0;
  /// Goes on from another executor's state, whatever its kind. Errors: ArgumentError for an
  /// optimizer that does not exist, ShapeError for a length that is not its.
  virtual void set_optimizer_state(const BasicOptimizerState<T>& state) = 0;

  /// Every number of one example: for study, not for speed. Runs forward and backward.
  /// errors   as run(), and ArgumentError for an example that is not in the batch.
  [[nodiscard]] virtual BasicNodeNumbers<T> inspect(const BasicBatch<T>& batch,
                                                    std::size_t example) = 0;

  /// Trains: for each batch of indices a run and an update. An executor that can keep its state to
  /// itself for many steps does better than this loop.
  ///
  /// errors   as run() and update(), and ShapeError for an index that the data set does not have;
  ///          what was done before stays.
  virtual BasicStepsReport<T> run_steps(const BasicSteps<T>& steps);
};

/// For executors: throws what run() and load() promise for arguments that do not fit.
template <class T>
void check_batch(const BasicBatch<T>& batch, std::span<const Program> programs,
                 const BasicResults<T>& results);
void check_programs(std::span<const Program> programs);
template <class T>
void check_example(const BasicBatch<T>& batch, std::size_t example) {
  if (example < batch.example_count) return;
  throw ArgumentError("no example " + std::to_string(example) + " in a batch of " +
                      std::to_string(batch.example_count));
}

extern template class BasicExecutor<float>;
extern template class BasicExecutor<double>;

using Batch = BasicBatch<double>;
using BatchF32 = BasicBatch<float>;
using Results = BasicResults<double>;
using ResultsF32 = BasicResults<float>;
using NodeNumbers = BasicNodeNumbers<double>;
using NodeNumbersF32 = BasicNodeNumbers<float>;
using Update = BasicUpdate<double>;
using UpdateF32 = BasicUpdate<float>;
using Executor = BasicExecutor<double>;
using ExecutorF32 = BasicExecutor<float>;

}  // namespace levelgrad
