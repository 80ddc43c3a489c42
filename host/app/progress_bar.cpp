// SPDX-License-Identifier: MIT
#include "progress_bar.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace levelgrad::app {
namespace {

constexpr int width = 30;

bool terminal() {
  const char* term = std::getenv("TERM");
  return isatty(STDERR_FILENO) != 0 && term != nullptr && std::string_view(term) != "dumb";
}

}  // namespace

ProgressBar::ProgressBar() : enabled_(terminal()) {}

void ProgressBar::show(int done, int total, const std::string& text) {
  if (!enabled_ || total <= 0) return;
  const int filled = static_cast<int>(static_cast<long>(width) * done / total);
  std::string bar;
  for (int i = 0; i < width; ++i) bar += i < filled ? "━" : "─";
  std::fprintf(stderr, "\r\033[K%s %d/%d  %s", bar.c_str(), done, total, text.c_str());
  std::fflush(stderr);
  visible_ = true;
}

void ProgressBar::clear() {
  if (!visible_) return;
  std::fputs("\r\033[K", stderr);
  std::fflush(stderr);
  visible_ = false;
}

}  // namespace levelgrad::app
