// SPDX-License-Identifier: MIT
#include "peer.h"

#include <sys/wait.h>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <sstream>

#include "levelgrad/error.h"
#include "peer_data.h"

namespace levelgrad::bench {

namespace {

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
  const PeerData file(task.parameters, task.grads, *task.data, task.count);
  std::ostringstream command;
  command << "env PYTHONDONTWRITEBYTECODE=1 ";
  if (peer.timeout_seconds > 0) command << "timeout --foreground " << peer.timeout_seconds << " ";
  command << peer.python << " " << quoted(peer.script) << " " << quoted(file.path()) << " --n "
          << task.count << " --device " << peer.device << " --threads " << threads << " --rounds "
          << task.rounds << " --least-ms " << task.least_ms;
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
    result.version = json.at("version").get<std::string>();
  }
  return result;
}

}  // namespace levelgrad::bench
