// SPDX-License-Identifier: MIT
#include "fitted_text.h"

#include "plot_layout.h"
#include "schedule_style.h"
#include "stroke_font.h"
#include "utf8.h"

namespace levelgrad::host {
namespace {

/// How much wider the bold letters of readers' fonts are than ours.
constexpr double bold_font = 1.12;

double safe_width(char32_t character, double size, bool bold) {
  std::string text;
  append_utf8(text, character);
  // What is not in our font may be as wide as high: Chinese, Japanese and Korean are.
  if (!has_glyph(character)) return size;
  return reader_font * (bold ? bold_font : 1) * text_width(text, size, bold);
}

}  // namespace

double safe_text_width(std::string_view text, double size, bool bold) {
  double width = 0;
  for (const char32_t character : decode_utf8(text)) width += safe_width(character, size, bold);
  return width;
}

std::string fitted(std::string_view text, double room, double size, bool bold) {
  if (safe_text_width(text, size, bold) <= room) return std::string(text);
  double width = safe_text_width("...", size, bold);
  std::string start;
  for (const char32_t character : decode_utf8(text)) {
    width += safe_width(character, size, bold);
    if (width > room) break;
    append_utf8(start, character);
  }
  return start + "...";
}

double heading_height(std::string_view title, std::string_view subtitle) {
  return 16 + (title.empty() ? 0 : 36) + (subtitle.empty() ? 0 : 22);
}

void draw_heading(std::string_view title, std::string_view subtitle, Canvas& canvas) {
  const double room = canvas.size().width - 2 * heading_margin;
  const double title_end = heading_height(title, {});
  if (!title.empty()) {
    canvas.text({heading_margin, title_end - 12}, fitted(title, room, 20, true),
                {.size = 20, .color = ink, .bold = true});
  }
  if (!subtitle.empty()) {
    canvas.text({heading_margin, title_end + 11}, fitted(subtitle, room, 13),
                {.size = 13, .color = soft_ink});
  }
}

}  // namespace levelgrad::host
