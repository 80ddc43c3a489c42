// SPDX-License-Identifier: MIT
#include "progress_bar.h"

#include <cstdio>

#include "terminal.h"

namespace levelgrad::app {
namespace {

constexpr int width = 30;

}  // namespace

ProgressBar::ProgressBar() : enabled_(stderr_is_terminal()) {}

void ProgressBar::show(int done, int total, const std::string& text) {
  if (!enabled_ || total <= 0) return;
  const int filled = static_cast<int>(static_cast<long>(width) * done / total);
  std::string bar;
  for (int i = 0; i < width; ++i) bar += i < filled ? "━" : "─";
  std::fprintf(stderr, "%s%s %d/%d  %s", erase_line, bar.c_str(), done, total, text.c_str());
  std::fflush(stderr);
  visible_ = true;
}

void ProgressBar::clear() {
  if (!visible_) return;
  std::fputs(erase_line, stderr);
  std::fflush(stderr);
  visible_ = false;
}

}  // namespace levelgrad::app
