// SPDX-License-Identifier: MIT
#include "peer_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>

#include "levelgrad/error.h"
#include "score.h"

namespace levelgrad::bench {

namespace {

/// In the child: becomes the command. What it writes to stderr is dropped; its reasons come as
/// JSON.
[[noreturn]] void become(const std::vector<std::string>& words, int threads, int in, int out) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (threads > 0) {
    cpu_set_t all;
    sched_getaffinity(0, sizeof all, &all);
    const cpu_set_t some = Pinned::first(all, threads);
    sched_setaffinity(0, sizeof some, &some);
    const std::string count = std::to_string(threads);
    for (const char* name : {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"}) {
      setenv(name, count.c_str(), 1);
    }
  }
  setenv("PYTHONDONTWRITEBYTECODE", "1", 1);
  dup2(in, STDIN_FILENO);
  dup2(out, STDOUT_FILENO);
  if (std::getenv("LEVELGRAD_PEERS_STDERR") == nullptr) {
    const int nowhere = open("/dev/null", O_WRONLY);
    dup2(nowhere, STDERR_FILENO);
  }
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  execvp(arguments.front(), arguments.data());
  _exit(127);
}

}  // namespace

PeerProcess::PeerProcess(const std::vector<std::string>& words, int threads, double seconds) {
  std::array<int, 2> in = {}, out = {};
  if (pipe2(in.data(), O_CLOEXEC) != 0) throw Error("no pipe to a peer");
  if (pipe2(out.data(), O_CLOEXEC) != 0) {
    close(in[0]);
    close(in[1]);
    throw Error("no pipe to a peer");
  }
  child_ = fork();
  if (child_ == 0) become(words, threads, in[0], out[1]);
  if (child_ > 0) setpgid(child_, child_);  // as the child does: whoever is first
  close(in[0]);
  close(out[1]);
  to_ = in[1];
  from_ = out[0];
  try {
    if (child_ < 0) throw Error("cannot start " + words.front());
    read_head(seconds);
  } catch (...) {
    end();
    throw;
  }
}

PeerProcess::~PeerProcess() { end(); }

void PeerProcess::end() {
  if (child_ > 0) {
    kill(-child_, SIGKILL);
    waitpid(child_, nullptr, 0);
    child_ = -1;
  }
  for (int* descriptor : {&to_, &from_}) {
    if (*descriptor >= 0) close(*descriptor);
    *descriptor = -1;
  }
}

std::string PeerProcess::how_it_ended() {
  int status = 0;
  // It has closed its end of the pipe, but may not have come to its own.
  constexpr int tries = 200;
  pid_t waited = 0;
  for (int i = 0; i < tries && waited == 0; ++i) {
    waited = waitpid(child_, &status, WNOHANG);
    if (waited == 0) usleep(10'000);
  }
  if (waited == 0) return "says nothing more";
  child_ = -1;
  if (WIFSIGNALED(status)) return std::string("ended by ") + strsignal(WTERMSIG(status));
  if (WEXITSTATUS(status) == 127) return "its Python cannot be started";
  return "ended with exit code " + std::to_string(WEXITSTATUS(status));
}

std::string PeerProcess::read_line(double seconds) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::duration<double>(seconds);
  while (true) {
    const std::size_t length = received_.find('\n');
    if (length != std::string::npos) {
      std::string line = received_.substr(0, length);
      received_.erase(0, length + 1);
      return line;
    }
    const std::chrono::duration<double, std::milli> left = end - Clock::now();
    pollfd waiting = {.fd = from_, .events = POLLIN, .revents = 0};
    const int ready = left.count() > 0 ? poll(&waiting, 1, static_cast<int>(left.count()) + 1) : 0;
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) {
      char text[64];
      std::snprintf(text, sizeof text, "took more than %g s", seconds);
      throw Error(text);
    }
    char buffer[4096];
    const ssize_t count = read(from_, buffer, sizeof buffer);
    if (count <= 0) throw Error(how_it_ended());
    received_.append(buffer, static_cast<std::size_t>(count));
  }
}

void PeerProcess::read_head(double seconds) {
  const std::string text = read_line(seconds);
  const nlohmann::json head = nlohmann::json::parse(text, nullptr, false);
  if (!head.is_object()) throw Error("answered: " + text.substr(0, 100));
  if (head.contains("why")) throw Error(head.at("why").get<std::string>());
  for (const nlohmann::json& line : head.at("rows")) {
    auto name = line.at("name").get<std::string>();
    const auto batch = line.at("batch").get<std::size_t>();
    if (batch < line.at("n").get<std::size_t>()) name += ", batches of " + std::to_string(batch);
    lines_.push_back({name, line.at("dtype").get<std::string>(),
                      line.at("version").get<std::string>(), line.at("threads").get<int>()});
  }
  for (const nlohmann::json& note : head.at("notes")) notes_.push_back(note.get<std::string>());
  kill(-child_, SIGSTOP);
}

double PeerProcess::sample(std::size_t line, double least_ms, double seconds) {
  if (child_ <= 0) throw Error("has ended");
  const std::string question = std::to_string(line) + " " + std::to_string(least_ms) + "\n";
  kill(-child_, SIGCONT);
  if (write(to_, question.data(), question.size()) < 0) throw Error(how_it_ended());
  std::string answer;
  try {
    answer = read_line(seconds);
  } catch (const Error&) {
    end();  // else the answer to this question would be taken for that to the next
    throw;
  }
  kill(-child_, SIGSTOP);
  char* end = nullptr;
  const double ns = std::strtod(answer.c_str(), &end);
  if (end == answer.c_str() || !(ns > 0)) throw Error(answer.substr(0, 160));
  return ns;
}

}  // namespace levelgrad::bench
