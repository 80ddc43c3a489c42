// SPDX-License-Identifier: MIT
#include "levelgrad/cuda/level_executor.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "check.h"
#include "device_memory.h"
#include "levelgrad/batch_order.h"
#include "levelgrad/cuda/devices.h"
#include "loaded_programs.h"
#include "optimizer_kind.h"
#include "step_list.h"
#include "sweep.h"
#include "update.h"

namespace levelgrad::cuda {

const char* name_of(Strategy strategy) {
  switch (strategy) {
    case Strategy::Launches:
      return "launches";
    case Strategy::Persistent:
      return "persistent";
    case Strategy::Fused:
      return "fused";
    case Strategy::Auto:
      break;
  }
  return "auto";
}

namespace {

Device device_of(const LevelOptions& options) {
  const std::size_t tile = options.tile_lanes;
  constexpr std::size_t most = std::size_t{1} << 20;
  if (tile != 0 && (tile < chunk_size || tile > most || !std::has_single_bit(tile))) {
    throw ArgumentError("a tile has a power of two of lanes from 128 to 2^20, not " +
                        std::to_string(tile));
  }
  const Devices devices = find_devices();
  for (const Device& device : devices.list) {
    if (device.index == options.device) return device;
  }
  if (devices.list.empty()) throw DeviceError("no GPU can be used: " + devices.why_none);
  throw DeviceError("there is no GPU " + std::to_string(options.device) + " that can be used, of " +
                    std::to_string(devices.list.size()));
}

}  // namespace

template <class T>
class BasicLevelExecutor<T>::Implementation {
public:
  explicit Implementation(const LevelOptions& options)
      : options_(options), device_(device_of(options)) {
    LG_CUDA(cudaSetDevice(options_.device));
    computing_ = make_stream();
    copying_ = make_stream();
    flags_.reserve(2);
  }

  ~Implementation() {
    // What the device still reads or writes must not be freed under it.
    (void)cudaSetDevice(options_.device);
    (void)cudaDeviceSynchronize();
  }
  Implementation(const Implementation&) = delete;
  Implementation& operator=(const Implementation&) = delete;

  [[nodiscard]] std::string name() const {
    if (options_.strategy == Strategy::Fused) {
      return (options_.math == Math::Fast ? "cuda-fused, fast math, " : "cuda-fused, ") +
             device_.name;
    }
    return std::string("cuda-level, ") + name_of(options_.strategy) + ", " + device_.name;
  }
  [[nodiscard]] std::string why_not() const { return sweep_ ? sweep_->why_not_fused() : ""; }

  void load(std::span<const Program> programs) {
    check_programs(programs);
    guarded([&] {
      auto loaded = std::make_unique<LoadedPrograms<T>>(programs, computing_.get());
      auto sweep = std::make_unique<Sweep<T>>(*loaded, options_, computing_.get(), copying_.get());
      sweep->prepare();
      LG_CUDA(cudaStreamSynchronize(computing_.get()));
      sweep_ = std::move(sweep);
      loaded_ = std::move(loaded);
      optimizer_.forget();
      has_grads_ = false;
      steps_ = 0;
      read_parameters();
    });
  }

  void set_parameters(std::span<const T> numbers) {
    if (numbers.size() != parameter_count()) {
      throw ShapeError(std::to_string(numbers.size()) + " numbers for " +
                       std::to_string(parameter_count()) + " parameters");
    }
    guarded([&] {
      if (numbers.empty()) return;
      LG_CUDA(cudaMemcpyAsync(loaded_->numbers(), numbers.data(), numbers.size_bytes(),
                              cudaMemcpyHostToDevice, computing_.get()));
      LG_CUDA(cudaStreamSynchronize(computing_.get()));
      read_back_.assign(numbers.begin(), numbers.end());
      read_at_ = steps_;
    });
  }

  /// After the device has failed: those of the last read-back.
  std::vector<T> parameters() {
    if (failure_.empty() && read_at_ != steps_) guarded([this] { read_parameters(); });
    return read_back_;
  }

  void run(const BasicBatch<T>& batch, const BasicResults<T>& results) {
    check_batch(batch, programs(), results);
    guarded([&] {
      has_grads_ = false;
      std::vector<std::uint32_t> which;
      sweep_->run(source_of(batch, which), results, false);
      read_uniform(results);
      has_grads_ = results.runs_backward();
    });
  }

  bool update(const BasicUpdate<T>& update) {
    if (!has_grads_) throw ArgumentError("an update without grads", "run backward first");
    bool done = false;
    guarded([&] {
      LG_CUDA(cudaMemsetAsync(flags_.data(), 0, 2 * sizeof(int), computing_.get()));
      optimizer_.update(update, update_task(), computing_.get());
      done = read_flags().not_finite == 0;
      optimizer_.settle(done);
      if (done) ++steps_;
    });
    return done;
  }

  BasicOptimizerState<T> optimizer_state() {
    BasicOptimizerState<T> state;
    guarded([&] { state = optimizer_.state(parameter_count(), computing_.get()); });
    return state;
  }
  void set_optimizer_state(const BasicOptimizerState<T>& state) {
    guarded([&] { optimizer_.set_state(state, parameter_count(), computing_.get()); });
  }

  BasicNodeNumbers<T> inspect(const BasicBatch<T>& batch, std::size_t example) {
    check_batch(batch, programs(), {});
    check_example(batch, example);
    BasicNodeNumbers<T> numbers;
    guarded([&] {
      // An update takes the grads of the last run, whatever happens here.
      const KeptGrads kept(*this);
      std::vector<std::uint32_t> which;
      const BatchSource<T> source = source_of(batch, which);
      BasicResults<T> results;
      results.backward = true;
      sweep_->run(source, results, true);
      const std::vector<T> of_lane = sweep_->numbers_of(source, example);
      std::vector<T> uniform(loaded_->layout().size());
      LG_CUDA(cudaMemcpyAsync(uniform.data(), loaded_->numbers(), uniform.size() * sizeof(T),
                              cudaMemcpyDeviceToHost, computing_.get()));
      LG_CUDA(cudaStreamSynchronize(computing_.get()));
      numbers = node_numbers(batch.program(example), of_lane, uniform);
    });
    return numbers;
  }

  /// Nothing where the steps must be done one by one, with a look at each.
  std::optional<BasicStepsReport<T>> run_steps(const BasicSteps<T>& steps) {
    const StepList<T> list(steps, programs());
    if (steps.batches.empty()) return BasicStepsReport<T>();
    if (!list.at_once()) return std::nullopt;
    DataSet data;
    std::optional<BasicStepsReport<T>> report;
    guarded([&] {
      if (bring(steps, list, data)) report = run_steps(steps, list, data);
    });
    if (report && report->finite) list.throw_error();
    return report;
  }

private:
  struct Flags {
    int not_finite, steps;
  };

  /// The grads of the last run, put back when the object goes.
  class KeptGrads {
  public:
    explicit KeptGrads(Implementation& owner)
        : owner_(owner), grads_(std::max<std::size_t>(owner.parameter_count(), 1)) {
      owner_.copy_on_device(grads_.data(), owner_.final_grads());
    }
    ~KeptGrads() {
      const std::size_t bytes = owner_.parameter_count() * sizeof(T);
      (void)cudaMemcpyAsync(owner_.final_grads(), grads_.data(), bytes, cudaMemcpyDeviceToDevice,
                            owner_.computing_.get());
      (void)cudaStreamSynchronize(owner_.computing_.get());
    }
    KeptGrads(const KeptGrads&) = delete;
    KeptGrads& operator=(const KeptGrads&) = delete;

  private:
    Implementation& owner_;
    DeviceArray<T> grads_;
  };

  [[nodiscard]] std::span<const Program> programs() const {
    return loaded_ ? loaded_->programs() : std::span<const Program>();
  }
  [[nodiscard]] std::size_t parameter_count() const {
    return loaded_ ? loaded_->first().parameter_count() : 0;
  }
  [[nodiscard]] T* final_grads() const { return loaded_->number(loaded_->layout().final_grad(0)); }

  /// Calls f; when the device has failed, nobody may call anything any more.
  template <class F>
  void guarded(const F& f) {
    if (!failure_.empty()) {
      throw DeviceError("the GPU has failed before: " + failure_,
                        "parameters() are those after step " + std::to_string(read_at_) +
                            "; a new process, or another device, can go on with them");
    }
    try {
      (void)cudaGetLastError();  // somebody else's, which would be taken for ours
      LG_CUDA(cudaSetDevice(options_.device));
      f();
    } catch (const OutOfDeviceMemory&) {
      throw;
    } catch (const DeviceError& error) {
      failure_ = "in step " + std::to_string(steps_ + 1) + ", " + error.message();
      throw DeviceError(failure_, "the parameters that were read back last are those after step " +
                                      std::to_string(read_at_));
    }
  }

  [[nodiscard]] BatchSource<T> source_of(const BasicBatch<T>& batch,
                                         std::vector<std::uint32_t>& which) const {
    BatchSource<T> source = {.example_count = batch.example_count, .host = &batch};
    put_programs(source, batch.programs, which);
    return source;
  }

  /// Programs that are the same count as one.
  void put_programs(BatchSource<T>& source, std::span<const std::uint32_t> programs,
                    std::vector<std::uint32_t>& which) const {
    if (programs.empty()) return;
    which.clear();
    for (const std::uint32_t program : programs) which.push_back(loaded_->same(program));
    source.program = which.front();
    const auto differs = [&](std::uint32_t program) { return program != source.program; };
    if (std::ranges::any_of(which, differs)) source.programs = which;
  }

  void copy_on_device(T* to, const T* from) {
    if (parameter_count() == 0) return;
    LG_CUDA(cudaMemcpyAsync(to, from, parameter_count() * sizeof(T), cudaMemcpyDeviceToDevice,
                            computing_.get()));
  }

  void read_parameters() {
    read_back_.resize(parameter_count());
    if (!read_back_.empty()) {
      LG_CUDA(cudaMemcpyAsync(read_back_.data(), loaded_->numbers(), read_back_.size() * sizeof(T),
                              cudaMemcpyDeviceToHost, computing_.get()));
      LG_CUDA(cudaStreamSynchronize(computing_.get()));
    }
    read_at_ = steps_;
  }

  /// Waits for the batch, and fetches what it has once.
  void read_uniform(const BasicResults<T>& results) {
    const Program& program = loaded_->first();
    const UniformLayout& layout = loaded_->layout();
    const auto fetch = [&](std::span<T> to, Ref from) {
      if (to.empty()) return;
      LG_CUDA(cudaMemcpyAsync(to.data(), loaded_->number(from), to.size_bytes(),
                              cudaMemcpyDeviceToHost, computing_.get()));
    };
    fetch(results.loss, layout.value(0, program.root()));
    for (std::size_t k = 0; k < results.outputs.size(); ++k) {
      const NodeIndex node = program.outputs()[k].node;
      if (!program.varying(node)) fetch(results.outputs[k], layout.value(0, node));
    }
    fetch(results.grads, layout.final_grad(0));
    LG_CUDA(cudaStreamSynchronize(computing_.get()));
  }

  [[nodiscard]] UpdateTask<T> update_task() const {
    return {loaded_->numbers(), final_grads(), parameter_count(), flags_.data()};
  }

  Flags read_flags() {
    Flags flags = {};
    LG_CUDA(cudaMemcpyAsync(&flags, flags_.data(), sizeof flags, cudaMemcpyDeviceToHost,
                            computing_.get()));
    LG_CUDA(cudaStreamSynchronize(computing_.get()));
    return flags;
  }

  /// What all steps need, on the device.
  struct DataSet {
    DeviceArray<T> inputs, losses;
    DeviceArray<std::uint32_t> indices;  // of all steps
    DeviceArray<std::uint32_t> rows;     // of the step that runs: always the same place
  };

  /// Whether the data set fits.
  bool bring(const BasicSteps<T>& steps, const StepList<T>& list, DataSet& data) {
    try {
      data.losses.reserve(std::max<std::size_t>(list.size(), 1));
      data.inputs.upload(steps.inputs, computing_.get());
      data.indices.upload(list.indices(), computing_.get());
      data.rows.reserve(list.longest());
      return true;
    } catch (const OutOfDeviceMemory&) {
      data = {};
      return false;
    }
  }

  void run_step(const BasicSteps<T>& steps, const StepList<T>& list, const DataSet& data,
                std::size_t k) {
    BatchSource<T> source = {.example_count = steps.batches[k].size()};
    LG_CUDA(cudaMemcpyAsync(data.rows.data(), data.indices.data() + list.first_index(k),
                            source.example_count * sizeof(std::uint32_t), cudaMemcpyDeviceToDevice,
                            computing_.get()));
    source.device = {data.inputs.data(), loaded_->first().input_count(), 1, data.rows.data()};
    std::vector<std::uint32_t> which;
    put_programs(source, list.programs(k), which);
    BasicResults<T> results;
    results.backward = true;
    sweep_->run(source, results, false);
  }

  BasicStepsReport<T> run_steps(const BasicSteps<T>& steps, const StepList<T>& list,
                                const DataSet& data) {
    LG_CUDA(cudaMemsetAsync(flags_.data(), 0, 2 * sizeof(int), computing_.get()));
    UpdateTask<T> task = update_task();
    task.loss = loaded_->number(loaded_->layout().value(0, loaded_->first().root()));
    task.losses = data.losses.data();
    task.steps = flags_.data() + 1;
    has_grads_ = false;
    if (run_in_one_launch(steps, list, data)) {
      has_grads_ = true;
      return finish_steps(data);
    }
    BasicStepsReport<T> report;
    try {
      std::size_t run = 0;
      Flags flags = {};
      while (run < list.size() && flags.not_finite == 0) {
        run_step(steps, list, data, run);
        optimizer_.update(steps.updates[run++], task, computing_.get());
        constexpr std::size_t look_every = 64;  // steps that may run in vain behind a failed one
        if (run % look_every == 0) flags = read_flags();
      }
      report = finish_steps(data);
      // The grads are those of the last step that counts, also where others ran behind it.
      if (report.losses.size() < run) run_step(steps, list, data, report.losses.size() - 1);
      has_grads_ = run > 0;
    } catch (const OutOfDeviceMemory&) {
      report = finish_steps(data);
      if (report.finite) throw;
      run_step(steps, list, data, report.losses.size() - 1);
      has_grads_ = true;
    }
    return report;
  }

  /// Whether that could be done.
  bool run_in_one_launch(const BasicSteps<T>& steps, const StepList<T>& list, const DataSet& data) {
    if (options_.strategy != Strategy::Fused || list.size() == 0) return false;
    const OptimizerKind kind = kind_of<T>(steps.updates[0]);
    FusedSteps<T>* const fused = sweep_->steps_of(list.longest(), kind.name, kind.state_bytes);
    if (fused == nullptr) return false;
    void* const states =
        optimizer_.states_for(steps.updates[0], parameter_count(), computing_.get());
    std::vector<std::size_t> counts;
    for (const auto& batch : steps.batches) counts.push_back(batch.size());
    fused->run(list, counts, steps.updates.first(list.size()),
               {data.inputs.data(), data.indices.data(), loaded_->numbers(), states, final_grads(),
                data.losses.data(), flags_.data()},
               computing_.get());
    return true;
  }

  /// Waits for the steps, and takes note of what they have done.
  BasicStepsReport<T> finish_steps(const DataSet& data) {
    const Flags flags = read_flags();
    BasicStepsReport<T> report;
    report.finite = flags.not_finite == 0;
    report.losses.resize(static_cast<std::size_t>(flags.steps));
    if (!report.losses.empty()) {
      LG_CUDA(cudaMemcpyAsync(report.losses.data(), data.losses.data(),
                              report.losses.size() * sizeof(T), cudaMemcpyDeviceToHost,
                              computing_.get()));
      LG_CUDA(cudaStreamSynchronize(computing_.get()));
    }
    const std::size_t done = report.losses.size() - (report.finite ? 0 : 1);
    if (!report.losses.empty()) optimizer_.settle(done > 0);
    steps_ += done;
    read_parameters();
    return report;
  }

  BasicNodeNumbers<T> node_numbers(std::size_t index, const std::vector<T>& of_lane,
                                   const std::vector<T>& uniform) {
    const std::uint32_t same = loaded_->same(index);
    const Program& program = loaded_->programs()[index];
    const Program& first = loaded_->first();
    const UniformLayout& layout = loaded_->layout();
    const DeviceBodies& bodies =
        loaded_->bodies({.backward = true, .input_grads = true, .everything = true});
    BasicNodeNumbers<T> numbers{std::vector<T>(program.node_count(), T(0)),
                                std::vector<T>(program.node_count(), T(0))};
    const auto in_lane = [&](Ref slot) {
      return slot == no_slot ? T(0) : of_lane[static_cast<std::size_t>(slot)];
    };
    const auto among = [&](Ref place) { return uniform[static_cast<std::size_t>(place)]; };
    for (NodeIndex node = 0; node < program.node_count(); ++node) {
      if (program.varying(node)) {
        numbers.values[node] = in_lane(bodies.value(same)[node]);
        if (program.under_root(node)) numbers.grads[node] = in_lane(bodies.grad(same)[node]);
        continue;
      }
      numbers.values[node] = among(layout.value(index, node));
      if (program.constants().holds(node)) continue;
      const NodeIndex own = program.same_node(node, first);
      if (program.epilogue().holds(node)) {
        numbers.grads[node] = among(layout.left(own));
      } else if (loaded_->schedule(index).leads_to_parameter(node)) {
        numbers.grads[node] = among(layout.final_grad(own));
      }
    }
    return numbers;
  }

  LevelOptions options_;
  Device device_;
  Stream computing_, copying_;
  DeviceArray<int> flags_;  // not finite, steps
  std::unique_ptr<LoadedPrograms<T>> loaded_;
  std::unique_ptr<Sweep<T>> sweep_;
  DeviceOptimizer<T> optimizer_;
  bool has_grads_ = false;
  std::size_t steps_ = 0;     // updates that were done
  std::vector<T> read_back_;  // parameters
  std::size_t read_at_ = 0;   // how many updates they had
  std::string failure_;
};

template <class T>
BasicLevelExecutor<T>::BasicLevelExecutor(LevelOptions options)
    : implementation_(std::make_unique<Implementation>(options)) {}
template <class T>
BasicLevelExecutor<T>::~BasicLevelExecutor() = default;

template <class T>
std::string BasicLevelExecutor<T>::name() const {
  return implementation_->name();
}
template <class T>
std::string BasicLevelExecutor<T>::why_not() const {
  return implementation_->why_not();
}
template <class T>
void BasicLevelExecutor<T>::load(std::span<const Program> programs) {
  implementation_->load(programs);
}
template <class T>
void BasicLevelExecutor<T>::set_parameters(std::span<const T> numbers) {
  implementation_->set_parameters(numbers);
}
template <class T>
std::vector<T> BasicLevelExecutor<T>::parameters() const {
  return implementation_->parameters();
}
template <class T>
void BasicLevelExecutor<T>::run(const BasicBatch<T>& batch, const BasicResults<T>& results) {
  implementation_->run(batch, results);
}
template <class T>
bool BasicLevelExecutor<T>::update(const BasicUpdate<T>& update) {
  return implementation_->update(update);
}
template <class T>
BasicOptimizerState<T> BasicLevelExecutor<T>::optimizer_state() const {
  return implementation_->optimizer_state();
}
template <class T>
void BasicLevelExecutor<T>::set_optimizer_state(const BasicOptimizerState<T>& state) {
  implementation_->set_optimizer_state(state);
}
template <class T>
BasicNodeNumbers<T> BasicLevelExecutor<T>::inspect(const BasicBatch<T>& batch,
                                                   std::size_t example) {
  return implementation_->inspect(batch, example);
}
template <class T>
BasicStepsReport<T> BasicLevelExecutor<T>::run_steps(const BasicSteps<T>& steps) {
  if (auto report = implementation_->run_steps(steps)) return *report;
  return BasicExecutor<T>::run_steps(steps);
}

template class BasicLevelExecutor<float>;
template class BasicLevelExecutor<double>;

}  // namespace levelgrad::cuda
