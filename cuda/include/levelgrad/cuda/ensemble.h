// SPDX-License-Identifier: MIT
//
// Many models in one launch.
#pragma once

#include "levelgrad/cuda/fused_executor.h"
#include "levelgrad/ensemble.h"

namespace levelgrad::cuda {

/// Trains all models of an ensemble at once, a block of threads for each: as train_one_by_one(),
/// bit for bit. What cannot be run in one launch (see BasicFusedExecutor) is run model by model.
///
/// returns   [model]
/// errors    as check_ensemble(); DeviceError.
template <class T>
[[nodiscard]] std::vector<BasicModelReport<T>> train_ensemble(const Program& program,
                                                              const BasicEnsemble<T>& ensemble,
                                                              const FusedOptions& options = {});

extern template std::vector<BasicModelReport<float>> train_ensemble(const Program&,
                                                                    const BasicEnsemble<float>&,
                                                                    const FusedOptions&);
extern template std::vector<BasicModelReport<double>> train_ensemble(const Program&,
                                                                     const BasicEnsemble<double>&,
                                                                     const FusedOptions&);

}  // namespace levelgrad::cuda
