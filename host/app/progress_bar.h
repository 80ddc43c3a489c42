// SPDX-License-Identifier: MIT
//
// A progress bar on stderr, on a terminal only.
#pragma once

#include <string>

namespace levelgrad::app {

/// Keeps one line at the bottom of the terminal up to date. Does nothing where stderr is not a
/// terminal that can move its cursor.
class ProgressBar {
public:
  ProgressBar();
  ~ProgressBar() { clear(); }
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  /// Draws the bar with done of total steps, and the text behind it.
  void show(int done, int total, const std::string& text);
  /// Takes the bar away; call it before anything else is printed.
  void clear();

private:
  bool enabled_;
  bool visible_ = false;
};

}  // namespace levelgrad::app
