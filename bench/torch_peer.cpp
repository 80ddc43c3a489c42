// SPDX-License-Identifier: MIT
#include "torch_peer.h"

#include <unistd.h>

#include <bit>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string_view>

#include "levelgrad/error.h"
#include "levelgrad/host/files.h"

namespace levelgrad::bench {

namespace {

namespace fs = std::filesystem;

/// The script's input, there as long as this object.
class DataFile {
public:
  explicit DataFile(const TorchTask& task)
      : path_(fs::temp_directory_path() /
              ("levelgrad-bench-" + std::to_string(getpid()) + ".f64")) {
    static_assert(std::endian::native == std::endian::little);
    std::string bytes;
    const auto append = [&bytes](const double* numbers, std::size_t count) {
      bytes.append(reinterpret_cast<const char*>(numbers), count * sizeof(double));
    };
    append(task.parameters.data(), task.parameters.size());
    append(task.grads.data(), task.grads.size());
    for (std::size_t i = 0; i < task.labels.size(); ++i) {
      const double row[] = {task.x0[i], task.x1[i], task.labels[i]};
      append(row, 3);
    }
    host::write_file(path_, bytes);
  }
  DataFile(const DataFile&) = delete;
  DataFile& operator=(const DataFile&) = delete;
  ~DataFile() {
    std::error_code ignored;
    fs::remove(path_, ignored);
  }

  [[nodiscard]] const fs::path& path() const { return path_; }

private:
  fs::path path_;
};

/// The word for a shell.
std::string quoted(const std::string& word) {
  std::string result = "'";
  for (const char c : word) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

/// stdout of a shell command that must end with exit code 0.
std::string output_of(const std::string& command) {
  std::FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) throw Error("cannot start " + command);
  std::string text;
  char buffer[4096];
  std::size_t count = 0;
  while ((count = std::fread(buffer, 1, sizeof buffer, pipe)) > 0) text.append(buffer, count);
  if (pclose(pipe) != 0) throw Error(command + " failed", "leave PyTorch out with --no-torch");
  return text;
}

}  // namespace

std::string find_torch_python() {
  for (const std::string python : {"python3", "/usr/bin/python3"}) {
    if (std::system((python + " -c 'import torch' >/dev/null 2>&1").c_str()) == 0) return python;
  }
  return {};
}

TorchRows run_torch(const std::string& python, const TorchTask& task, int threads) {
  const DataFile file(task);
  std::ostringstream command;
  command << python << " " << quoted(LEVELGRAD_PEERS "/torch_moons.py") << " "
          << quoted(file.path().string()) << " --n " << task.labels.size() << " --threads "
          << threads << " --rounds " << task.rounds << " --least-ms " << task.least_ms;
  std::istringstream lines(output_of(command.str()));
  TorchRows result;
  for (std::string line; std::getline(lines, line);) {
    const nlohmann::json json = nlohmann::json::parse(line);
    Row row;
    row.name = json.at("name").get<std::string>() + ", batch " +
               std::to_string(json.at("batch").get<std::size_t>());
    row.dtype = json.at("dtype").get<std::string>();
    row.threads = json.at("threads").get<int>();
    row.samples = json.at("ns_per_example").get<std::vector<double>>();
    result.version =
        json.at("version").get<std::string>() + " with BLAS " + json.at("blas").get<std::string>();
    result.rows.push_back(std::move(row));
  }
  return result;
}

}  // namespace levelgrad::bench
