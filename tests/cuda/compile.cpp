// SPDX-License-Identifier: MIT
#include "cuda/compile.h"

#include <nvrtc.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "support/output_of.h"

namespace levelgrad::testing {
namespace {

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  if (text.str().empty()) throw std::runtime_error("cannot read " + path.string());
  return text.str();
}

const std::filesystem::path tests = LEVELGRAD_TESTS;
const std::filesystem::path include = LEVELGRAD_ROOT "/core/include";

/// The headers that device code may include, by the names that it gives them.
struct Headers {
  std::vector<std::string> names, texts;

  Headers() {
    for (const char* name : {"levelgrad/clipping.h", "levelgrad/fn.h", "levelgrad/math.h",
                             "levelgrad/ops.h", "levelgrad/optimizers.h"}) {
      add(include, name);
    }
    for (const auto& entry : std::filesystem::directory_iterator(include / "levelgrad/math")) {
      add(include, "levelgrad/math/" + entry.path().filename().string());
    }
    add(tests, "support/math_list.h");
  }

private:
  void add(const std::filesystem::path& folder, const std::string& name) {
    names.push_back(name);
    texts.push_back(read(folder / name));
  }
};

std::vector<const char*> pointers(const std::vector<std::string>& strings) {
  std::vector<const char*> result;
  for (const std::string& s : strings) result.push_back(s.c_str());
  return result;
}

}  // namespace

std::vector<std::string> contract_flags() {
  std::istringstream words(LEVELGRAD_DEVICE_FLAGS);
  std::vector<std::string> flags;
  for (std::string word; words >> word;) flags.push_back(word);
  return flags;
}

std::string compile_by_nvcc(const std::string& file, const std::vector<std::string>& flags) {
  std::string command = LEVELGRAD_NVCC " -std=c++20 -ptx -arch=compute_90 --Werror all-warnings";
  for (const std::string& flag : flags) command += " " + flag;
  for (const char* folder : {"core/include", "cuda/include", "cuda/src", "tests"}) {
    command += " -I " LEVELGRAD_ROOT "/" + std::string(folder);
  }
  command += " -o - ";
  return output_of(command + (tests / "cuda" / file).string());
}

std::string compile_by_nvrtc(const std::string& file, const std::vector<std::string>& flags) {
  const Headers headers;
  const std::string source = read(tests / "cuda" / file);
  std::vector<std::string> options = {"--std=c++20", "--gpu-architecture=compute_90"};
  options.insert(options.end(), flags.begin(), flags.end());
  nvrtcProgram program = nullptr;
  nvrtcCreateProgram(&program, source.c_str(), file.c_str(), static_cast<int>(headers.names.size()),
                     pointers(headers.texts).data(), pointers(headers.names).data());
  const nvrtcResult result =
      nvrtcCompileProgram(program, static_cast<int>(options.size()), pointers(options).data());
  std::size_t size = 0;
  nvrtcGetProgramLogSize(program, &size);
  std::string log(size, '\0'), ptx;
  nvrtcGetProgramLog(program, log.data());
  if (result == NVRTC_SUCCESS) {
    nvrtcGetPTXSize(program, &size);
    ptx.resize(size);
    nvrtcGetPTX(program, ptx.data());
  }
  nvrtcDestroyProgram(&program);
  if (result != NVRTC_SUCCESS) throw std::runtime_error(file + "\n" + log);
  return ptx;
}

}  // namespace levelgrad::testing
