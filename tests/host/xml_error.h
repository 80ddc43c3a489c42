// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace levelgrad::host {

/// Empty if every tag is closed, every attribute is quoted and no entity is unknown; else the
/// first thing that is wrong. Knows just the XML that a picture needs.
inline std::string xml_error(std::string_view xml) {
  std::vector<std::string> open;
  for (std::size_t at = 0; at < xml.size();) {
    if (xml[at] == '&') {
      bool known = false;
      for (const char* entity : {"&amp;", "&lt;", "&gt;", "&quot;"}) {
        known = known || xml.substr(at).starts_with(entity);
      }
      if (!known) return "unknown entity";
    }
    if (static_cast<unsigned char>(xml[at]) < 0x20 && xml[at] != '\n') return "control character";
    if (xml[at] != '<') {
      if (xml[at] != '\n' && open.empty()) return "text outside of the root";
      ++at;
      continue;
    }
    std::size_t end = at;
    bool quoted = false;
    while (end < xml.size() && (quoted || xml[end] != '>')) {
      quoted ^= xml[end++] == '"';
      if (quoted && xml[end] == '<') return "< in an attribute";
    }
    if (end == xml.size()) return "tag without an end";
    const std::string_view tag = xml.substr(at + 1, end - at - 1);
    const std::string name(tag.substr(0, tag.find_first_of(" >")));
    if (tag.front() == '/') {
      if (open.empty() || "/" + open.back() != name) return "unexpected </" + name + ">";
      open.pop_back();
    } else if (tag.back() != '/') {
      open.push_back(name);
    }
    at = end + 1;
  }
  return open.empty() ? "" : "<" + open.back() + "> is left open";
}

}  // namespace levelgrad::host
