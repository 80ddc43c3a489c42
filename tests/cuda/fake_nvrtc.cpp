// SPDX-License-Identifier: MIT
//
// A library that has NVRTC's functions and compiles nothing. LEVELGRAD_FAKE_NVRTC says how:
// "refuses" all sources, or takes each for "nonsense", that is, gives PTX that no driver takes.
#include <nvrtc.h>

#include <cstdlib>
#include <cstring>
#include <string_view>

namespace {

constexpr char nonsense[] = ".version 8.0\n.target sm_75\nnonsense\n";
constexpr char log[] = "fused.cu(1): error: refused on purpose\n1 error detected\n";

}  // namespace

extern "C" {

nvrtcResult nvrtcVersion(int* major, int* minor) {
  *major = 12;
  *minor = 99;
  return NVRTC_SUCCESS;
}
const char* nvrtcGetErrorString(nvrtcResult result) {
  return result == NVRTC_SUCCESS ? "NVRTC_SUCCESS" : "NVRTC_ERROR_COMPILATION";
}
nvrtcResult nvrtcGetNumSupportedArchs(int* count) {
  *count = 1;
  return NVRTC_SUCCESS;
}
nvrtcResult nvrtcGetSupportedArchs(int* architectures) {
  *architectures = 75;
  return NVRTC_SUCCESS;
}
nvrtcResult nvrtcCreateProgram(nvrtcProgram* program, const char*, const char*, int,
                               const char* const*, const char* const*) {
  *program = nullptr;
  return NVRTC_SUCCESS;
}
nvrtcResult nvrtcDestroyProgram(nvrtcProgram*) { return NVRTC_SUCCESS; }
nvrtcResult nvrtcCompileProgram(nvrtcProgram, int, const char* const*) {
  const char* mode = std::getenv("LEVELGRAD_FAKE_NVRTC");
  const bool takes = mode != nullptr && std::string_view(mode) == "nonsense";
  return takes ? NVRTC_SUCCESS : NVRTC_ERROR_COMPILATION;
}
nvrtcResult nvrtcGetProgramLogSize(nvrtcProgram, size_t* size) {
  *size = sizeof log;
  return NVRTC_SUCCESS;
}
nvrtcResult nvrtcGetProgramLog(nvrtcProgram, char* to) {
  std::memcpy(to, log, sizeof log);
  return NVRTC_SUCCESS;
}
nvrtcResult nvrtcGetPTXSize(nvrtcProgram, size_t* size) {
  *size = sizeof nonsense;
  return NVRTC_SUCCESS;
}
nvrtcResult nvrtcGetPTX(nvrtcProgram, char* to) {
  std::memcpy(to, nonsense, sizeof nonsense);
  return NVRTC_SUCCESS;
}
nvrtcResult nvrtcGetCUBINSize(nvrtcProgram, size_t* size) {
  *size = 0;
  return NVRTC_SUCCESS;
}
nvrtcResult nvrtcGetCUBIN(nvrtcProgram, char*) { return NVRTC_SUCCESS; }

}  // extern "C"
