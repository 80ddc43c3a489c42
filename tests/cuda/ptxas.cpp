// SPDX-License-Identifier: MIT
#include "cuda/ptxas.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "support/output_of.h"

namespace levelgrad::testing {
namespace {

/// A text in a file until the scope ends.
class TemporaryFile {
public:
  explicit TemporaryFile(const std::string& text) {
    std::string pattern = (std::filesystem::temp_directory_path() / "levelgrad-XXXXXX").string();
    const int made = ::mkstemp(pattern.data());
    if (made < 0) throw std::runtime_error("cannot write " + pattern);
    ::close(made);
    path = pattern;
    std::ofstream(path) << text;
  }
  ~TemporaryFile() {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  std::string path;
};

}  // namespace

std::map<std::string, Usage> ptxas_usage(const std::string& ptx, const std::string& architecture,
                                         int most_registers) {
  const TemporaryFile file(ptx);
  std::string command = (std::filesystem::path(LEVELGRAD_NVCC).parent_path() / "ptxas").string() +
                        " -v -arch=" + architecture + " -o /dev/null " + file.path;
  if (most_registers > 0) command += " -maxrregcount=" + std::to_string(most_registers);
  const std::string output = output_of(command);

  // A kernel's three lines; functions that are called have properties, too, but no registers.
  const std::regex name("Compiling entry function '([^']+)'");
  const std::regex properties(
      "(\\d+) bytes stack frame, (\\d+) bytes spill stores, (\\d+) bytes spill loads");
  const std::regex registers("Used (\\d+) registers");
  std::map<std::string, Usage> found;
  std::istringstream lines(output);
  std::string kernel;
  Usage usage;
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (std::regex_search(line, match, name)) {
      kernel = match[1];
      usage = {};
    } else if (std::regex_search(line, match, properties)) {
      usage.stack += std::stoi(match[1]);
      usage.spill_stores += std::stoi(match[2]);
      usage.spill_loads += std::stoi(match[3]);
    } else if (std::regex_search(line, match, registers) && !kernel.empty()) {
      usage.registers = std::stoi(match[1]);
      found[std::exchange(kernel, {})] = usage;
    }
  }
  if (found.empty()) throw std::runtime_error("no kernel in what ptxas says:\n" + output);
  return found;
}

}  // namespace levelgrad::testing
