// SPDX-License-Identifier: MIT
//
// The peers that the scoreboard asks for. A new one is a script in peers/ and a line here.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace levelgrad::bench {

struct PeerEntry {
  std::string name;
  std::string script;  ///< in the folder of the peers
  bool on_gpu;         ///< whether it can use one
  bool all_threads;    ///< whether it can use more than one thread on the CPU
  std::size_t most_examples = static_cast<std::size_t>(-1);
};

[[nodiscard]] inline std::vector<PeerEntry> peer_list() {
  return {
      {"torch", "torch_moons.py", true, true},
      {"jax", "jax_moons.py", true, true},
      {"numpy", "numpy_moons.py", false, true},
      {"tinygrad", "tinygrad_moons.py", true, true},
      {"warp", "warp_moons.py", true, false},
      {"drjit", "drjit_moons.py", true, true},
      {"casadi", "casadi_moons.py", false, true},
      {"micrograd", "micrograd_moons.py", false, false, 100},
  };
}

}  // namespace levelgrad::bench
