// SPDX-License-Identifier: MIT
#include "process_cache.h"

#include <map>
#include <mutex>

namespace levelgrad::cuda {
namespace {

class ProcessCache : public CodeCache {
public:
  std::optional<std::string> find(const std::string& key) override {
    const std::scoped_lock lock(mutex_);
    const auto found = code_.find(key);
    return found == code_.end() ? std::nullopt : std::optional(found->second);
  }
  void keep(const std::string& key, std::string_view bytes) override {
    const std::scoped_lock lock(mutex_);
    constexpr std::size_t most = std::size_t{64} << 20;
    if (bytes_ + bytes.size() > most) {
      code_.clear();
      bytes_ = 0;
    }
    bytes_ += bytes.size();
    code_[key] = bytes;
  }

private:
  std::mutex mutex_;
  std::map<std::string, std::string> code_;
  std::size_t bytes_ = 0;
};

}  // namespace

CodeCache& process_cache() {
  static ProcessCache cache;
  return cache;
}

}  // namespace levelgrad::cuda
