// SPDX-License-Identifier: MIT
#include "nvrtc_library.h"

#include <dlfcn.h>
#include <nvrtc.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "levelgrad/error.h"

namespace levelgrad::cuda {
namespace {

const char* const install_hint =
    "install the CUDA toolkit's NVRTC (cuda-nvrtc-13-0) or set LEVELGRAD_NVRTC; strategies "
    "launches "
    "and persistent need no compiler";

/// One mistake in a template can fill pages; the first lines name the cause.
constexpr std::size_t most_log = 4000;

std::string beginning(std::string log) {
  while (!log.empty() && (log.back() == '\0' || log.back() == '\n')) log.pop_back();
  if (log.size() <= most_log) return log;
  const std::size_t line_end = log.rfind('\n', most_log);
  const std::size_t kept = line_end == std::string::npos ? most_log : line_end;
  return log.substr(0, kept) + "\n... and " + std::to_string(log.size() - kept) +
         " more characters";
}

std::vector<std::string> usual_files() {
  const char* named = std::getenv("LEVELGRAD_NVRTC");
  if (named != nullptr && *named != '\0') return {named};
  std::vector<std::string> files = {"libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so"};
  const std::size_t names = files.size();
  for (std::size_t i = 0; i < names; ++i) {
    files.push_back(std::string(LEVELGRAD_TOOLKIT_LIBRARIES) + "/" + files[i]);
  }
  return files;
}

/// Opened for as long as the process lives: what NVRTC has started cannot be taken back.
void* open_first(std::span<const std::string> files) {
  std::string tried;
  for (const std::string& file : files) {
    if (void* opened = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL)) return opened;
    const char* why = ::dlerror();  // it begins with the file's name
    tried += "\n  " + (why == nullptr ? file : std::string(why));
  }
  throw CompilerError("NVRTC, which compiles generated code, cannot be opened:" + tried,
                      install_hint);
}

/// NVRTC asks the loader for its second library by name, which the loader only finds in its own
/// folders. One that is open already is found wherever it came from, so it is opened from beside
/// NVRTC. Where it is not there, NVRTC says so itself when it compiles.
void open_builtins(const void* function_of_nvrtc, const std::string& version) {
  Dl_info from = {};
  if (::dladdr(function_of_nvrtc, &from) == 0 || from.dli_fname == nullptr) return;
  const auto folder = std::filesystem::path(from.dli_fname).parent_path();
  (void)::dlopen((folder / ("libnvrtc-builtins.so." + version)).c_str(), RTLD_NOW | RTLD_LOCAL);
}

template <class Function>
void find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  if (function == nullptr) {
    throw CompilerError("NVRTC has no function " + std::string(name), install_hint);
  }
}

std::vector<const char*> pointers(const std::vector<std::string>& strings) {
  std::vector<const char*> result;
  for (const std::string& s : strings) result.push_back(s.c_str());
  return result;
}

}  // namespace

/// What is called of NVRTC: our name and its own.
#define LG_NVRTC_CALLS(X)                          \
  X(version, nvrtcVersion)                         \
  X(error_string, nvrtcGetErrorString)             \
  X(architecture_count, nvrtcGetNumSupportedArchs) \
  X(architectures, nvrtcGetSupportedArchs)         \
  X(create, nvrtcCreateProgram)                    \
  X(destroy, nvrtcDestroyProgram)                  \
  X(compile, nvrtcCompileProgram)                  \
  X(log_size, nvrtcGetProgramLogSize)              \
  X(log_text, nvrtcGetProgramLog)                  \
  X(ptx_size, nvrtcGetPTXSize)                     \
  X(ptx, nvrtcGetPTX)                              \
  X(cubin_size, nvrtcGetCUBINSize)                 \
  X(cubin, nvrtcGetCUBIN)

struct Nvrtc::Calls {
#define LG_MEMBER(name, function) decltype(&function) name;
  LG_NVRTC_CALLS(LG_MEMBER)
#undef LG_MEMBER

  explicit Calls(void* library) {
#define LG_FIND(name, function) find(library, #function, name);
    LG_NVRTC_CALLS(LG_FIND)
#undef LG_FIND
  }

  void check(nvrtcResult result, const std::string& what) const {
    if (result == NVRTC_SUCCESS) return;
    throw CompilerError("NVRTC: " + what + ": " + error_string(result));
  }

  /// What the compiler said; "" where it cannot be had.
  [[nodiscard]] std::string said(nvrtcProgram program) const {
    std::size_t size = 0;
    if (log_size(program, &size) != NVRTC_SUCCESS) return {};
    std::string text(size, '\0');
    if (log_text(program, text.data()) != NVRTC_SUCCESS) return {};
    return text;
  }
};

Nvrtc& Nvrtc::get() {
  static Nvrtc opened(usual_files());
  return opened;
}

Nvrtc::Nvrtc(std::span<const std::string> files)
    : calls_(std::make_unique<const Calls>(open_first(files))) {
  int major = 0, minor = 0, count = 0;
  calls_->check(calls_->version(&major, &minor), "version");
  version_ = std::to_string(major) + "." + std::to_string(minor);
  open_builtins(reinterpret_cast<const void*>(calls_->version), version_);
  calls_->check(calls_->architecture_count(&count), "architectures");
  architectures_.resize(static_cast<std::size_t>(count));
  calls_->check(calls_->architectures(architectures_.data()), "architectures");
  std::sort(architectures_.begin(), architectures_.end());
}

Nvrtc::~Nvrtc() = default;

std::string Nvrtc::compile(const JitSource& source, const std::vector<std::string>& options,
                           Form form) const {
  std::vector<std::string> names, texts;  // NVRTC needs the zero behind each
  for (const auto& [name, text] : source.headers) {
    names.emplace_back(name);
    texts.emplace_back(text);
  }
  nvrtcProgram program = nullptr;
  calls_->check(calls_->create(&program, source.text.c_str(), source.name.c_str(),
                               static_cast<int>(names.size()), pointers(texts).data(),
                               pointers(names).data()),
                source.name);
  const auto destroy = [this](nvrtcProgram made) { (void)calls_->destroy(&made); };
  const std::unique_ptr<_nvrtcProgram, decltype(destroy)> owner(program, destroy);

  const nvrtcResult result =
      calls_->compile(program, static_cast<int>(options.size()), pointers(options).data());
  if (result != NVRTC_SUCCESS) {
    throw CompilerError("NVRTC " + version_ + " does not compile " + source.name + ": " +
                        calls_->error_string(result) + "\n" + beginning(calls_->said(program)));
  }
  const bool cubin = form == Form::Cubin;
  std::size_t size = 0;
  calls_->check((cubin ? calls_->cubin_size : calls_->ptx_size)(program, &size), source.name);
  std::string code(size, '\0');
  calls_->check((cubin ? calls_->cubin : calls_->ptx)(program, code.data()), source.name);
  while (!cubin && !code.empty() && code.back() == '\0') code.pop_back();
  return code;
}

}  // namespace levelgrad::cuda
