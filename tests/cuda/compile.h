// SPDX-License-Identifier: MIT
//
// PTX from a .cu file, by nvcc and by NVRTC. Needs no GPU.
#pragma once

#include <string>
#include <vector>

namespace levelgrad::testing {

/// PTX for compute_90.
///
/// file    of tests/cuda, or with its whole path; it may include the headers of core and cuda.
/// flags   those of the numerics contract, or what a test wants to see rejected.
/// errors  std::runtime_error with what the compiler said.
std::string compile_by_nvcc(const std::string& file, const std::vector<std::string>& flags);

/// The same for a file of tests/cuda by NVRTC, which gets the headers as text, without any include
/// path.
std::string compile_by_nvrtc(const std::string& file, const std::vector<std::string>& flags);

/// The contract's flags for nvcc and NVRTC, as CMake has them.
std::vector<std::string> contract_flags();

}  // namespace levelgrad::testing
