// SPDX-License-Identifier: MIT
#include "tile_results.h"

#include <algorithm>

namespace levelgrad::cuda {

template <class T>
TileResults<T>::TileResults(const Program& program, const BasicResults<T>* wanted)
    : program_(program), wanted_(wanted) {
  if (wanted == nullptr) return;
  for (std::size_t k = 0; k < wanted->outputs.size(); ++k) {
    if (wanted->outputs[k].empty() || !program.varying(program.outputs()[k].node)) continue;
    outputs_ = program.outputs().size();
  }
  if (!wanted->input_grads.empty()) input_grads_ = program.input_count();
  if (!wanted->example_grads.empty()) example_grads_ = program.parameter_count();
}

template <class T>
std::function<void(const T*)> TileResults<T>::taker(const BatchSource<T>& source,
                                                    TileRange range) const {
  if (width() == 0) return nullptr;
  return [own = *this, &source, range](const T* from) { own.take(from, source, range); };
}

template <class T>
void TileResults<T>::take(const T* from, const BatchSource<T>& source, TileRange range) const {
  for (std::size_t k = 0; outputs_ > 0 && k < wanted_->outputs.size(); ++k) {
    if (wanted_->outputs[k].empty() || !program_.varying(program_.outputs()[k].node)) continue;
    std::copy_n(from + k * range.count, range.count, wanted_->outputs[k].data() + range.first);
  }
  from += outputs_ * range.count;
  for (std::size_t k = 0; k < input_grads_; ++k) {
    for (std::size_t i = 0; i < range.count; ++i) {
      wanted_->input_grads[source.host->place(range.first + i, k)] = from[k * range.count + i];
    }
  }
  from += input_grads_ * range.count;
  if (example_grads_ > 0) {
    std::copy_n(from, range.count * example_grads_,
                wanted_->example_grads.data() + range.first * example_grads_);
  }
}

template class TileResults<float>;
template class TileResults<double>;

}  // namespace levelgrad::cuda
