// SPDX-License-Identifier: MIT
#include "cuda/device.h"
#include "cuda/ops_on_device.h"

namespace levelgrad::testing {
namespace {

template <class T>
struct Run {
  OpPoint<T> point;

  template <class O>
  LG_FN OpResult<T> operator()(O) const {
    return run_op<O>(point);
  }
};

template <class T>
__global__ void run(Op op, const OpPoint<T>* points, OpResult<T>* results, std::size_t count) {
  const std::size_t i = std::size_t(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i < count) results[i] = dispatch(op, Run<T>{points[i]});
}

}  // namespace

template <class T>
std::vector<OpResult<T>> run_on_device(Op op, const std::vector<OpPoint<T>>& points) {
  DeviceArray<OpPoint<T>> in(points);
  DeviceArray<OpResult<T>> out(points.size());
  const auto blocks = static_cast<unsigned>((points.size() + 127) / 128);
  run<<<blocks, 128>>>(op, in.data(), out.data(), points.size());
  check(cudaGetLastError());
  return out.to_host();
}

template std::vector<OpResult<double>> run_on_device(Op, const std::vector<OpPoint<double>>&);
template std::vector<OpResult<float>> run_on_device(Op, const std::vector<OpPoint<float>>&);

}  // namespace levelgrad::testing
