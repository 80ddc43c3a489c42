// SPDX-License-Identifier: MIT
//
// A peer in Python that waits to be asked for samples, so that its samples and ours can take turns.
// The protocol is described in peers/moons_peer.py.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace levelgrad::bench {

/// What one of a peer's lines is.
struct PeerLine {
  std::string name, dtype, version;
  int threads = 1;
};

/// A child process. It is stopped (SIGSTOP) while it is not asked: threads that spin for more work
/// would disturb the others. It ends with this object, and with this program.
class PeerProcess {
public:
  /// Starts it and waits until it has compiled, checked its grads and warmed up.
  ///
  /// words     the command
  /// threads   it is kept to so many processors; 0: to none
  /// errors    Error, with a reason in one line: it did not start, has no lines, or took too long
  PeerProcess(const std::vector<std::string>& words, int threads, double seconds);
  PeerProcess(const PeerProcess&) = delete;
  PeerProcess& operator=(const PeerProcess&) = delete;
  ~PeerProcess();

  [[nodiscard]] const std::vector<PeerLine>& lines() const { return lines_; }
  /// What it has to say of ways that do not work, a line each.
  [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }

  /// ns per example of one of its lines. Errors: Error.
  double sample(std::size_t line, double least_ms, double seconds);

private:
  void end();
  std::string read_line(double seconds);
  [[nodiscard]] std::string how_it_ended();
  void read_head(double seconds);

  pid_t child_ = -1;
  int to_ = -1, from_ = -1;
  std::string received_;  ///< not yet a whole line
  std::vector<PeerLine> lines_;
  std::vector<std::string> notes_;
};

}  // namespace levelgrad::bench
