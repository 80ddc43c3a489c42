// SPDX-License-Identifier: MIT
#include "levelgrad/host/sha256.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>

#include "levelgrad/error.h"

namespace levelgrad::host {
namespace {

constexpr std::size_t digest_size = 32;

/// libcrypto fails where its configuration forbids a hash, or memory is out.
void require(int success) {
  if (success != 1) throw InternalError("libcrypto computes no SHA-256");
}

}  // namespace

struct Sha256::State {
  State() { begin(); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { EVP_MD_CTX_free(context); }

  void begin() { require(EVP_DigestInit_ex(context, EVP_sha256(), nullptr)); }

  EVP_MD_CTX* context = EVP_MD_CTX_new();
};

Sha256::Sha256() : state_(std::make_unique<State>()) {}

Sha256::~Sha256() = default;

void Sha256::add(std::string_view bytes) {
  require(EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()));
}

std::string Sha256::take_hex() {
  std::array<unsigned char, digest_size> digest{};
  require(EVP_DigestFinal_ex(state_->context, digest.data(), nullptr));
  state_->begin();
  return fmt::format("{:02x}", fmt::join(digest, ""));
}

std::string sha256_hex(std::string_view bytes) {
  Sha256 hash;
  hash.add(bytes);
  return hash.take_hex();
}

}  // namespace levelgrad::host
