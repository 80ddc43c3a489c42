// SPDX-License-Identifier: MIT
//
// Workers whose bodies the system's compiler has compiled for this processor.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "compiled_code.h"
#include "lane_bodies.h"
#include "levelgrad/host/native_executor.h"
#include "levelgrad/native_code.h"
#include "native_worker.h"

namespace levelgrad::host {

template <class T>
class NativeBodies : public BodyMaker<T> {
public:
  /// options   but for the threads; with a cache.
  /// errors    ArgumentError for vectors of another size.
  NativeBodies(NativeCompiler compiler, const NativeOptions& options);

  [[nodiscard]] std::string name() const override;
  /// Compiles what trains; what only runs forward is compiled when it is needed.
  void load(std::span<const Schedule> schedules) override;
  [[nodiscard]] std::size_t sub_block() const override;
  [[nodiscard]] std::unique_ptr<BodyWorker<T>> make(std::size_t program,
                                                    const StorageNeeds& needs) override;

  [[nodiscard]] const UniformCode<T>* uniform_code() const override {
    // Of the first that trains; a long one is not compiled.
    if (made_.empty() || !made_.front().body->layout.has_uniform_part) return nullptr;
    return &made_.front().body->uniform;
  }

  /// Why some body is not compiled, and runs as the host executor's; "" where all are.
  [[nodiscard]] const std::string& why_not() const { return why_not_; }

private:
  struct Made {
    std::size_t program;
    StorageNeeds needs;
    std::unique_ptr<NativeBody<T>> body;
  };

  const NativeBody<T>* body(std::size_t program, const StorageNeeds& needs);

  NativeCompiler compiler_;
  NativeOptions options_;
  NativeTarget target_;
  LaneBodies<T> lanes_;
  std::span<const Schedule> schedules_;
  std::vector<Made> made_;
  std::string why_not_;
};

extern template class NativeBodies<float>;
extern template class NativeBodies<double>;

}  // namespace levelgrad::host
