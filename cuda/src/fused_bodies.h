// SPDX-License-Identifier: MIT
//
// The compiled bodies of the loaded Programs, and why some are not compiled.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "fused_body.h"
#include "fused_steps.h"
#include "loaded_programs.h"

namespace levelgrad::cuda {

template <class T>
class FusedBodies {
public:
  /// The cache is borrowed.
  FusedBodies(int device, CodeCache& cache, cudaStream_t stream)
      : device_(device), cache_(&cache), stream_(stream) {}

  /// The body for a kind of pass, compiled when it is first asked for; null where that failed. The
  /// first reason is kept, and nothing is tried again.
  [[nodiscard]] FusedBody<T>* find(const LoadedPrograms<T>& loaded, std::size_t program,
                                   const StorageNeeds& needs);

  /// The kernel for many steps with an optimizer; null where there is none. That is no reason for
  /// why_not(): steps by launches are as right.
  [[nodiscard]] FusedSteps<T>* steps(const LoadedPrograms<T>& loaded, const std::string& optimizer,
                                     std::size_t state_bytes);

  /// One line.
  [[nodiscard]] const std::string& why_not() const { return why_not_; }

private:
  struct Made {
    std::size_t program;
    std::unique_ptr<FusedBody<T>> body;
  };

  int device_;
  CodeCache* cache_;
  cudaStream_t stream_;
  std::vector<Made> made_;
  std::map<std::string, std::unique_ptr<FusedSteps<T>>> steps_;  // by optimizer
  std::string why_not_;
};

extern template class FusedBodies<float>;
extern template class FusedBodies<double>;

}  // namespace levelgrad::cuda
