// SPDX-License-Identifier: MIT
//
// What a peer is given, as a file. Its format is described in peers/moons_peer.py.
#pragma once

#include <unistd.h>

#include <bit>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "levelgrad/host/dataset.h"
#include "levelgrad/host/files.h"

namespace levelgrad::bench {

/// There as long as this object; one at a time in a process. Errors: FileError.
class PeerData {
public:
  /// grads  what the peer's must agree with
  /// count  of the first examples
  PeerData(const std::vector<double>& parameters, const std::vector<double>& grads,
           const host::Dataset& data, std::size_t count)
      : path_(std::filesystem::temp_directory_path() /
              ("levelgrad-bench-" + std::to_string(getpid()) + ".f64")) {
    static_assert(std::endian::native == std::endian::little);
    std::string bytes;
    const auto append = [&bytes](const double* numbers, std::size_t how_many) {
      bytes.append(reinterpret_cast<const char*>(numbers), how_many * sizeof(double));
    };
    append(parameters.data(), parameters.size());
    append(grads.data(), grads.size());
    for (std::size_t i = 0; i < count; ++i) {
      append(&data.inputs[2 * i], 2);
      append(&data.labels[i], 1);
    }
    host::write_file(path_, bytes);
  }
  PeerData(const PeerData&) = delete;
  PeerData& operator=(const PeerData&) = delete;
  ~PeerData() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }

  [[nodiscard]] std::string path() const { return path_.string(); }

private:
  std::filesystem::path path_;
};

}  // namespace levelgrad::bench
