// SPDX-License-Identifier: MIT
//
// What takes the place of with_cuda.cpp in a build without CUDA.
#include "gpus.h"
#include "levelgrad/error.h"

namespace levelgrad::app {

std::string built_toolkit() { return ""; }

Gpus find_gpus() {
  Gpus none;
  none.why_none = "this build has no CUDA";
  return none;
}

FoundNvrtc find_nvrtc() { return {"", gpus().why_none}; }

template <class T>
std::unique_ptr<BasicExecutor<T>> make_fused_executor(int device, Math) {
  require_gpu(device);
  throw InternalError("a GPU without CUDA");
}

template std::unique_ptr<BasicExecutor<float>> make_fused_executor(int, Math);
template std::unique_ptr<BasicExecutor<double>> make_fused_executor(int, Math);

template <class T>
std::unique_ptr<BasicExecutor<T>> make_level_executor(int device, const std::string&) {
  require_gpu(device);
  throw InternalError("a GPU without CUDA");
}

template <class T>
std::vector<BasicModelReport<T>> train_on_gpu(int device, const Program&, const BasicEnsemble<T>&) {
  require_gpu(device);
  throw InternalError("a GPU without CUDA");
}

template std::unique_ptr<BasicExecutor<float>> make_level_executor(int, const std::string&);
template std::unique_ptr<BasicExecutor<double>> make_level_executor(int, const std::string&);
template std::vector<BasicModelReport<float>> train_on_gpu(int, const Program&,
                                                           const BasicEnsemble<float>&);
template std::vector<BasicModelReport<double>> train_on_gpu(int, const Program&,
                                                            const BasicEnsemble<double>&);

}  // namespace levelgrad::app
