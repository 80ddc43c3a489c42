// SPDX-License-Identifier: MIT
#include "peer.h"

#include <sys/wait.h>
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
  explicit DataFile(const PeerTask& task)
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

/// What a shell command wrote to stdout, and its exit code (128 and more: a signal ended it).
struct Output {
  std::string text;
  int exit_code = 0;
};

Output output_of(const std::string& command) {
  std::FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) throw Error("cannot start " + command);
  Output output;
  char buffer[4096];
  std::size_t count = 0;
  while ((count = std::fread(buffer, 1, sizeof buffer, pipe)) > 0)
    output.text.append(buffer, count);
  const int status = pclose(pipe);
  output.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return output;
}

Row parsed_row(const nlohmann::json& json) {
  Row row;
  row.name = json.at("name").get<std::string>() + ", batch " +
             std::to_string(json.at("batch").get<std::size_t>());
  row.dtype = json.at("dtype").get<std::string>();
  row.threads = json.at("threads").get<int>();
  row.samples = json.at("ns_per_example").get<std::vector<double>>();
  return row;
}

}  // namespace

std::string find_python(const std::string& module) {
  for (const std::string python : {"python3", "/usr/bin/python3"}) {
    if (std::system((python + " -c 'import " + module + "' >/dev/null 2>&1").c_str()) == 0) {
      return python;
    }
  }
  return {};
}

PeerRows run_peer(const Peer& peer, const PeerTask& task, int threads) {
  const DataFile file(task);
  std::ostringstream command;
  if (peer.timeout_seconds > 0) command << "timeout --foreground " << peer.timeout_seconds << " ";
  command << peer.python << " " << quoted(peer.script) << " " << quoted(file.path().string())
          << " --n " << task.labels.size() << " --device " << peer.device << " --threads "
          << threads << " --rounds " << task.rounds << " --least-ms " << task.least_ms;
  const Output output = output_of(command.str());
  constexpr int not_there = 3, timed_out = 124;
  PeerRows result;
  if (output.exit_code == not_there) return result;
  if (output.exit_code != 0) {
    const char* how = output.exit_code == timed_out ? " took too long" : " failed";
    throw Error(command.str() + how, "leave it out with --no-" + peer.module);
  }
  std::istringstream lines(output.text);
  for (std::string line; std::getline(lines, line);) {
    const nlohmann::json json = nlohmann::json::parse(line);
    result.rows.push_back(parsed_row(json));
    result.version =
        json.at("version").get<std::string>() + " with BLAS " + json.at("blas").get<std::string>();
  }
  return result;
}

}  // namespace levelgrad::bench
