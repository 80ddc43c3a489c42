// SPDX-License-Identifier: MIT
//
// Who takes part in the scoreboard with a batch: checked, and ready to be sampled.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "levelgrad/host/dataset.h"
#include "levelgrad/program.h"
#include "score.h"
#include "steps.h"

namespace levelgrad::bench {

/// The recorded net.
struct Net {
  Program program;
  std::vector<double> parameters;
};

/// A batch, and what the first step over it gives.
struct Work {
  const Net& net;
  host::Dataset data;
  Examples<double> f64;
  Examples<float> f32;
  Outcome<double> expected;

  Work(const Net& its_net, std::size_t n);
  [[nodiscard]] std::size_t n() const { return f64.count(); }
};

/// What takes part.
struct Field {
  bool cpu = true, gpu = false, all_threads = true, peers = true;
  std::size_t most_on_cpu = 0;    ///< examples; a larger batch is for the GPU alone
  std::vector<std::string> only;  ///< peers by name; empty: all
  std::string python;             ///< for the peers; empty: the first that has the package
  double peer_seconds = 0;        ///< for its preparations, and for a sample
};

/// Lines of a batch, and a list of who has none.
class Lines {
public:
  explicit Lines(Field field) : field_(std::move(field)) {}

  /// Every executor beside the reference executor, bit for bit, in both dtypes: loss, grads, and
  /// parameters after three steps. Errors: InternalError where bits differ.
  void check_bits(const Net& net, std::size_t n);

  /// The lines of a batch. They refer to it. Errors: InternalError where our own numbers differ.
  [[nodiscard]] std::vector<Score> of(const Work& work);

  void leave_out(const std::string& line);
  /// Who has no line, and why; each once.
  [[nodiscard]] const std::vector<std::string>& left_out() const { return left_out_; }

private:
  [[nodiscard]] bool on_cpu(const Work& work) const {
    return field_.cpu && work.n() <= field_.most_on_cpu;
  }
  template <class T>
  void check_bits(const Net& net, const Examples<T>& examples);
  template <class T>
  void add_executors(std::vector<Score>& scores, const Work& work, const Examples<T>& examples);
  template <class T>
  void add_by_hand(std::vector<Score>& scores, const Work& work);
  void add_peers(std::vector<Score>& scores, const Work& work);
  /// returns  whether the peer can be asked again, for another batch or another place
  bool add_peer(std::vector<Score>& scores, const Work& work, const std::string& data,
                std::size_t peer, const Score& place);

  Field field_;
  std::vector<std::string> left_out_;
  std::map<std::string, std::string> pythons_;  ///< of a peer; empty: it is not there
};

}  // namespace levelgrad::bench
