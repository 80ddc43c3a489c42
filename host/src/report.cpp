// SPDX-License-Identifier: MIT
#include "levelgrad/host/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "embedded_svg.h"
#include "levelgrad/error.h"
#include "xml_text.h"

namespace levelgrad::host {
namespace {

// The browser itself keeps the page's promise: it would load nothing and run nothing.
constexpr std::string_view head =
    R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" )"
    R"(content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
)";

// Pictures are drawn for white paper. In the dark their lightness is turned over and their hues
// are turned back, so that colors keep their meaning. On a phone they stay wide enough to be
// read, and scroll.
constexpr std::string_view style = R"(<style>
:root {
  --page: #f4f5f7; --card: #fff; --ink: #282c34; --soft: #60666f; --line: #dfe2e7;
}
* { box-sizing: border-box; }
body {
  margin: 0; padding: 1.5rem 1rem 3rem; background: var(--page); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans",
    "DejaVu Sans", Arial, sans-serif;
  overflow-wrap: break-word;
}
main { max-width: 82rem; margin: 0 auto; }
h1 { margin: 0; font-size: 1.7rem; line-height: 1.25; }
h2 { margin: 0; font-size: 1.1rem; }
p { margin: .2rem 0 0; color: var(--soft); }
dl, figure, section {
  margin: 0; padding: 1rem 1.2rem; background: var(--card); border: 1px solid var(--line);
  border-radius: .6rem; min-width: 0;
}
dl {
  display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 13rem), 1fr));
  gap: .8rem 1.2rem; margin: 1.2rem 0;
}
dl div { min-width: 0; }
dt { color: var(--soft); font-size: .85rem; }
dd { margin: 0; font-weight: 600; font-variant-numeric: tabular-nums; }
.cards {
  display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 34rem), 1fr));
  gap: 1.2rem; margin-bottom: 1.2rem;
}
.wide { overflow-x: auto; margin-top: .8rem; }
svg { display: block; margin: 0 auto; max-width: max(100%, 28rem); height: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .9rem .3rem 0; border-bottom: 1px solid var(--line); text-align: left; }
th { font-weight: 600; }
td { min-width: 4rem; overflow-wrap: anywhere; }
.number { text-align: right; white-space: nowrap; }
@media (max-width: 40rem) {
  dl { grid-template-columns: repeat(auto-fill, minmax(8rem, 1fr)); }
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #0f1012; --card: #1a1a1a; --ink: #e4e6ea; --soft: #a3a9b3; --line: #33363c;
  }
  svg { filter: invert(.9) hue-rotate(180deg); }
}
@media print {
  body { padding: 0; background: none; font-size: 10pt; }
  dl, figure, section { border: 0; padding: .5rem 0; }
  .cards { display: block; }
  .wide { overflow: visible; }
  svg { max-width: 100%; width: auto; max-height: 10cm; }
  figure, section, tr { break-inside: avoid; }
}
</style>
)";

/// Whether a cell is right-aligned, so that the digits of a column stand below each other.
bool is_number(std::string_view text) {
  const bool digits = text.find_first_not_of("0123456789.,+-e% ") == text.npos;
  return digits && text.find_first_of("0123456789") != text.npos;
}

/// A column is one of numbers if all its cells are.
std::string_view align(const Report::Table& table, std::size_t column) {
  const bool numbers =
      std::ranges::all_of(table.rows, [column](const auto& row) { return is_number(row[column]); });
  return numbers && column > 0 && !table.rows.empty() ? " class=\"number\"" : "";
}

std::string facts(const Report& report) {
  if (report.facts.empty()) return {};
  std::string html = "<dl>\n";
  for (const auto& [name, value] : report.facts) {
    html += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", escape_xml(name), escape_xml(value));
  }
  return html + "</dl>\n";
}

std::string figure(const Report::Figure& figure, std::size_t number) {
  const std::string description =
      figure.title + (figure.caption.empty() ? "" : ": " + figure.caption);
  const std::string caption =
      figure.caption.empty() ? "" : "<p>" + escape_xml(figure.caption) + "</p>";
  return fmt::format(
      "<figure>\n<figcaption><h2>{}</h2>{}</figcaption>\n<div class=\"wide\">\n{}\n</div>\n"
      "</figure>\n",
      escape_xml(figure.title), caption,
      embedded_svg(figure.svg, fmt::format("f{}-", number), description));
}

void check(const Report::Table& table) {
  for (const std::vector<std::string>& row : table.rows) {
    if (row.size() != table.header.size()) {
      throw ShapeError(fmt::format("a row of the table \"{}\" has {} cells below {} headings",
                                   table.title, row.size(), table.header.size()));
    }
  }
}

std::string table(const Report::Table& table) {
  check(table);
  std::string html =
      fmt::format("<section>\n<h2>{}</h2>\n<div class=\"wide\">\n<table>\n<thead><tr>",
                  escape_xml(table.title));
  for (std::size_t k = 0; k < table.header.size(); ++k) {
    html +=
        fmt::format("<th scope=\"col\"{}>{}</th>", align(table, k), escape_xml(table.header[k]));
  }
  html += "</tr></thead>\n<tbody>\n";
  for (const std::vector<std::string>& row : table.rows) {
    html += "<tr>";
    for (std::size_t k = 0; k < row.size(); ++k) {
      html += k == 0 ? fmt::format("<th scope=\"row\">{}</th>", escape_xml(row[k]))
                     : fmt::format("<td{}>{}</td>", align(table, k), escape_xml(row[k]));
    }
    html += "</tr>\n";
  }
  return html + "</tbody>\n</table>\n</div>\n</section>\n";
}

/// In a grid of one or two columns, as the window is wide.
std::string cards(const std::string& content) {
  return content.empty() ? "" : "<div class=\"cards\">\n" + content + "</div>\n";
}

}  // namespace

std::string report_html(const Report& report) {
  const std::string title = escape_xml(report.title);
  std::string figures, tables;
  for (std::size_t k = 0; k < report.figures.size(); ++k) {
    figures += figure(report.figures[k], k + 1);
  }
  for (const Report::Table& each : report.tables) tables += table(each);
  std::string html(head);
  html += fmt::format("<title>{}</title>\n{}</head>\n<body>\n<main>\n<h1>{}</h1>\n", title, style,
                      title);
  if (!report.summary.empty()) html += fmt::format("<p>{}</p>\n", escape_xml(report.summary));
  return html + facts(report) + cards(figures) + cards(tables) + "</main>\n</body>\n</html>\n";
}

}  // namespace levelgrad::host
