// SPDX-License-Identifier: MIT
//
// Peers in Python: runs a script of bench/peers to its end, as a child process. The protocol is
// described in peers/moons_peer.py.
#pragma once

#include <string>
#include <vector>

#include "levelgrad/host/dataset.h"
#include "timing.h"

namespace levelgrad::bench {

/// What a peer is given.
struct PeerTask {
  std::vector<double> parameters;  ///< [337]
  std::vector<double> grads;       ///< [337], what the peer's must agree with
  const host::Dataset* data = nullptr;
  std::size_t count = 0;  ///< of its first examples
  int rounds = 0;
  double least_ms = 0;  ///< of a sample
};

/// Rows with their samples, and the version of the peer that they come from.
struct PeerRows {
  std::vector<Row> rows;  ///< none: the peer does not run on this device
  std::string version;
};

struct Peer {
  std::string module;          ///< that the script imports: "torch"
  std::string script;          ///< path
  std::string device = "cpu";  ///< or "cuda"
  std::string python = "";     ///< a Python that has the module
  double timeout_seconds = 0;  ///< for a run; 0: none
};

/// A Python that can import the module: python3, or else the system's own. Empty: there is none.
[[nodiscard]] std::string find_python(const std::string& module);

/// Runs the peer with that many threads.
///
/// errors   FileError where the data cannot be written; Error where the script fails, which has
///          then said why on stderr.
[[nodiscard]] PeerRows run_peer(const Peer& peer, const PeerTask& task, int threads);

}  // namespace levelgrad::bench
