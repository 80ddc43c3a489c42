// SPDX-License-Identifier: MIT
//
// A run as one page to look at, to send and to print.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace levelgrad::host {

struct Report {
  struct Figure {
    std::string title;
    std::string svg;      ///< a whole SVG file, as SvgCanvas makes it; trusted, not escaped
    std::string caption;  ///< with the title, what is read to those who do not see the figure
  };
  struct Table {
    std::string title;
    std::vector<std::string> header;
    std::vector<std::vector<std::string>> rows;  ///< [rows][header]
  };

  std::string title;
  std::string summary;                                     ///< a sentence below the title
  std::vector<std::pair<std::string, std::string>> facts;  ///< name and value
  std::vector<Figure> figures;
  std::vector<Table> tables;
};

/// One HTML file that needs nothing else: no network, no script. Dark where the reader's system is,
/// light on paper, narrow on a phone.
///
/// text     UTF-8 without markup: it is escaped wherever it comes from.
/// ids      of a figure, and references to them, get a prefix of its own.
/// order    the same report gives the same bytes.
/// errors   ShapeError: a row that is not as long as the header; DataError: a figure without an
///          <svg> element.
[[nodiscard]] std::string report_html(const Report& report);

}  // namespace levelgrad::host
