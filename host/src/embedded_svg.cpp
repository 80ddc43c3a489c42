// SPDX-License-Identifier: MIT
#include "embedded_svg.h"

#include <array>

#include "levelgrad/error.h"
#include "xml_text.h"

namespace levelgrad::host {
namespace {

/// Writes the prefix behind each of the marks, which end where an id begins.
std::string with_prefix(std::string_view tag, std::string_view prefix) {
  constexpr std::array<std::string_view, 4> marks{" id=\"", "href=\"#", "url(#", "url('#"};
  std::string text;
  while (!tag.empty()) {
    std::size_t taken = 1;
    std::string_view added;
    for (const std::string_view mark : marks) {
      if (tag.starts_with(mark)) {
        taken = mark.size();
        added = prefix;
      }
    }
    text += tag.substr(0, taken);
    text += added;
    tag.remove_prefix(taken);
  }
  return text;
}

}  // namespace

std::string embedded_svg(std::string_view svg, std::string_view prefix,
                         std::string_view description) {
  constexpr std::string_view open = "<svg";
  const std::size_t start = svg.find(open);
  constexpr std::string_view close = "</svg>";
  const std::size_t end = svg.rfind(close);
  if (start == svg.npos || end == svg.npos || end < start) {
    throw DataError("a figure of a report has no <svg> element", "pass a whole SVG file");
  }
  svg = svg.substr(start, end + close.size() - start);
  std::string text =
      std::string(open) + " role=\"img\" aria-label=\"" + escape_xml(description) + "\"";
  // Only tags have ids: in a text the same letters are just letters.
  for (std::size_t tag = open.size(); tag != svg.npos;) {
    const std::size_t content = svg.find('>', tag);
    text += with_prefix(svg.substr(tag, content - tag), prefix);
    tag = svg.find('<', content);
    text += svg.substr(content, tag - content);
  }
  return text;
}

}  // namespace levelgrad::host
