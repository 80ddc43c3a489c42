// SPDX-License-Identifier: MIT
//
// SHA-256: fingerprints of runs, checksums of files.
//
// source   FIPS 180-4; computed by OpenSSL's libcrypto.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace levelgrad::host {

/// The hash of bytes that come piece by piece.
class Sha256 {
public:
  Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  ~Sha256();

  void add(std::string_view bytes);
  /// The hash of all that was added, as 64 lower-case hexadecimal digits. Then it begins anew.
  [[nodiscard]] std::string take_hex();

private:
  struct State;
  std::unique_ptr<State> state_;
};

[[nodiscard]] std::string sha256_hex(std::string_view bytes);

}  // namespace levelgrad::host
