// SPDX-License-Identifier: MIT
#include "jit_compiler.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <optional>

#include "check.h"
#include "levelgrad/error.h"

namespace levelgrad::cuda {
namespace {

/// To be changed when the bytes under a key mean something else.
const char* const format_word = "levelgrad-cuda-1";

/// All that the compiler is told.
struct Request {
  std::vector<std::string> options;
  bool is_ptx = false;
};

/// The contract's flags, as core/flags.cmake has them for nvcc.
std::vector<std::string> contract_options(bool contract) {
  return {"--std=c++20", contract ? "--fmad=true" : "--fmad=false", "--prec-div=true",
          "--prec-sqrt=true", "--ftz=false"};
}

void refuse_rounding(const std::string& option) {
  const std::string_view word =
      std::string_view(option).substr(std::min(option.find_first_not_of('-'), option.size()));
  for (const std::string_view rounding :
       {"fmad", "prec-div", "prec-sqrt", "ftz", "use_fast_math"}) {
    if (word.starts_with(rounding)) throw InternalError("an option about rounding: " + option);
  }
}

/// Which architecture is compiled for, and whether as PTX.
Request request_for(const Nvrtc& nvrtc, const JitTarget& target) {
  const int wanted = 10 * target.major + target.minor;
  const std::span<const int> known = nvrtc.architectures();
  const auto above = std::upper_bound(known.begin(), known.end(), wanted);
  const std::string gpu = "a GPU of compute capability " + std::to_string(target.major) + "." +
                          std::to_string(target.minor);
  if (above == known.begin()) {
    throw CompilerError("NVRTC " + nvrtc.version() + " no longer compiles for " + gpu,
                        "set LEVELGRAD_NVRTC to an older one; strategies launches and persistent "
                        "need no compiler");
  }
  const int nearest = *(above - 1);
  const bool is_ptx = target.ptx_only || (nearest != wanted && !target.cubin_only);
  if (!is_ptx && nearest != wanted) {
    throw CompilerError(
        "NVRTC " + nvrtc.version() + " makes no machine code for " + gpu,
        "unset LEVELGRAD_JIT, so that the driver compiles, or set LEVELGRAD_NVRTC to a newer one");
  }
  const std::string form = is_ptx ? "compute_" : "sm_";
  return {{"--gpu-architecture=" + form + std::to_string(nearest)}, is_ptx};
}

std::string key_of(const Nvrtc& nvrtc, const JitSource& source, const Request& request) {
  std::vector<std::string> parts = {format_word, nvrtc.version(), source.name, source.text,
                                    std::to_string(request.options.size())};
  parts.insert(parts.end(), request.options.begin(), request.options.end());
  for (const auto& [name, text] : source.headers) {
    parts.emplace_back(name);
    parts.emplace_back(text);
  }
  return code_key(parts);
}

/// Whether bytes begin as such code does. Drivers need not be asked about anything else.
bool looks_right(const std::string& bytes, bool is_ptx) {
  if (!is_ptx) return bytes.starts_with("\177ELF");
  return bytes.find(".version") != std::string::npos && bytes.find('\0') == std::string::npos;
}

JitCode compile(const JitSource& source, const JitTarget& target,
                const std::vector<std::string>& options, CodeCache* cache, bool contract,
                bool look) {
  for (const std::string& option : options) refuse_rounding(option);
  const Nvrtc& nvrtc = Nvrtc::get();
  Request request = request_for(nvrtc, target);
  for (const auto& more : {contract_options(contract), options}) {
    request.options.insert(request.options.end(), more.begin(), more.end());
  }
  const std::string key = cache == nullptr ? "" : key_of(nvrtc, source, request);
  if (cache != nullptr && look) {
    std::optional<std::string> found = cache->find(key);
    if (found && looks_right(*found, request.is_ptx)) {
      return {std::move(*found), request.is_ptx, true, 0};
    }
  }
  const auto start = std::chrono::steady_clock::now();
  JitCode made = {nvrtc.compile(source, request.options,
                                request.is_ptx ? Nvrtc::Form::Ptx : Nvrtc::Form::Cubin),
                  request.is_ptx, false, 0};
  const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - start;
  made.compile_ms = taken.count();
  if (cache != nullptr) cache->keep(key, made.bytes);
  return made;
}

}  // namespace

JitTarget jit_target(int major, int minor) {
  const char* found = std::getenv("LEVELGRAD_JIT");
  const std::string form = found == nullptr ? "" : found;
  if (!form.empty() && form != "ptx" && form != "cubin") {
    throw ArgumentError("LEVELGRAD_JIT is '" + form + "'", "set it to ptx or cubin, or unset it");
  }
  return {major, minor, form == "ptx", form == "cubin"};
}

JitTarget jit_target(int device) {
  int major = 0, minor = 0;
  LG_CUDA(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device));
  LG_CUDA(cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, device));
  return jit_target(major, minor);
}

JitCode compile(const JitSource& source, const JitTarget& target,
                const std::vector<std::string>& options, CodeCache* cache, bool contract) {
  return compile(source, target, options, cache, contract, true);
}

JitCode compile_afresh(const JitSource& source, const JitTarget& target,
                       const std::vector<std::string>& options, CodeCache* cache, bool contract) {
  return compile(source, target, options, cache, contract, false);
}

}  // namespace levelgrad::cuda
