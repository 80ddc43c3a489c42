// SPDX-License-Identifier: MIT
//
// Ctrl-C as a question that a loop can ask.
#pragma once

#include <csignal>

namespace levelgrad::app {

/// From construction on, the first SIGINT or SIGTERM is only noted; a second one ends the program.
class Interrupt {
public:
  Interrupt() {
    struct sigaction action = {};
    action.sa_handler = [](int) { noted_ = 1; };
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
  }

  [[nodiscard]] bool requested() const { return noted_ != 0; }

private:
  static inline volatile std::sig_atomic_t noted_ = 0;
};

}  // namespace levelgrad::app
