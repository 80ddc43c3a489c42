// SPDX-License-Identifier: MIT
#include "levelgrad/host/report.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <set>

#include "embedded_svg.h"
#include "levelgrad/error.h"
#include "levelgrad/host/svg_canvas.h"
#include "xml_error.h"
#include "xml_text.h"

namespace levelgrad::host {
namespace {

constexpr const char* attack = "\"><script>alert(1)</script>&amp;'\x01\xff\xc2\x85";

std::string small_svg() {
  SvgCanvas canvas({40, 30});
  canvas.text({1, 20}, attack, {});
  return canvas.svg();
}

/// With the attack in each place that holds text.
Report hostile_report() {
  return {.title = attack,
          .summary = attack,
          .facts = {{attack, attack}},
          .figures = {{attack, small_svg(), attack}, {"second", small_svg(), ""}},
          .tables = {{attack, {attack, "count"}, {{attack, "3"}, {"b", attack}}}}};
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

/// The page as XML: what HTML leaves open is closed, and what is no XML is left out.
std::string as_xml(std::string html) {
  html = html.substr(html.find("<html"));
  html = std::regex_replace(html, std::regex("<(meta[^>]*)>"), "<$1/>");
  return std::regex_replace(html, std::regex("<style>[^<]*</style>"), "");
}

TEST(Report, EscapesTextWhereverItComesFrom) {
  const std::string html = report_html(hostile_report());
  EXPECT_FALSE(contains(html, "<script"));
  EXPECT_FALSE(contains(html, "\x01"));
  EXPECT_FALSE(contains(html, "\xff"));
  EXPECT_EQ(xml_error(as_xml(html)), "");
  EXPECT_EQ(escape_xml(attack),
            "&quot;&gt;&lt;script&gt;alert(1)&lt;/"
            "script&gt;&amp;amp;'\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
  EXPECT_TRUE(contains(html, "<h1>" + escape_xml(attack) + "</h1>"));
}

TEST(Report, ShowsAllThatItIsGiven) {
  Report report;
  report.title = "iris";
  report.summary = "It went well.";
  report.facts = {{"accuracy", "0.97"}, {"seed", "1"}};
  report.figures = {{"Losses", small_svg(), "Over 100 steps."}};
  report.tables = {{"Classes", {"class", "F1"}, {{"setosa", "0.98"}, {"virginica", "1e-05"}}}};
  const std::string html = report_html(report);
  EXPECT_EQ(html, report_html(report));
  for (const char* part :
       {"<title>iris</title>", "<h1>iris</h1>", "<p>It went well.</p>",
        "<dt>accuracy</dt><dd>0.97</dd>", "<dt>seed</dt><dd>1</dd>",
        "<h2>Losses</h2><p>Over 100 steps.</p>",
        "role=\"img\" aria-label=\"Losses: Over 100 steps.\"", "<h2>Classes</h2>",
        "<th scope=\"col\">class</th><th scope=\"col\" class=\"number\">F1</th>",
        "<th scope=\"row\">setosa</th><td class=\"number\">0.98</td>",
        "<th scope=\"row\">virginica</th><td class=\"number\">1e-05</td>"}) {
    EXPECT_TRUE(contains(html, part)) << part;
  }
}

TEST(Report, AlignsColumnsOfNumbersOnly) {
  Report report;
  report.tables = {{"Options", {"option", "value"}, {{"lr", "0.01"}, {"weights", "scaled"}}}};
  EXPECT_FALSE(contains(report_html(report), "class=\"number\""));
  report.tables[0].rows.pop_back();
  EXPECT_TRUE(contains(report_html(report), "<td class=\"number\">0.01</td>"));
}

TEST(Report, NeedsNoNetworkAndNoScript) {
  const std::string html = report_html(hostile_report());
  EXPECT_TRUE(html.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"));
  EXPECT_TRUE(contains(html, "content=\"default-src 'none'; style-src 'unsafe-inline'"));
  EXPECT_TRUE(contains(html, "prefers-color-scheme: dark"));
  EXPECT_TRUE(contains(html, "@media print"));
  for (const char* loading : {"<link", "@import", "src=", "url(", "href="}) {
    EXPECT_FALSE(contains(html, loading)) << loading;
  }
  const std::regex address("https?://[^\"]*");
  for (std::sregex_iterator it(html.begin(), html.end(), address), end; it != end; ++it) {
    EXPECT_EQ(it->str(), "http://www.w3.org/2000/svg");  // a name, which nobody loads
  }
}

TEST(Report, RefusesWhatItCannotShow) {
  Report report;
  report.figures = {{"a", "<p>no picture</p>", ""}};
  EXPECT_THROW((void)report_html(report), DataError);
  report.figures.clear();
  report.tables = {{"t", {"a", "b"}, {{"1"}}}};
  EXPECT_THROW((void)report_html(report), ShapeError);
  EXPECT_EQ(xml_error(as_xml(report_html(Report{}))), "");
}

TEST(EmbeddedSvg, KeepsIdsApart) {
  const std::string svg =
      "<?xml version=\"1.0\"?>\n<!DOCTYPE svg>\n<svg width=\"9\"><g id=\"a\" fill=\"url(#b)\">"
      "<text> id=\"a\" url(#b)</text><use href=\"#a\" xlink:href=\"#b\"/></g></svg>\n";
  EXPECT_EQ(embedded_svg(svg, "f2-", "what <it> shows"),
            "<svg role=\"img\" aria-label=\"what &lt;it&gt; shows\" width=\"9\">"
            "<g id=\"f2-a\" fill=\"url(#f2-b)\"><text> id=\"a\" url(#b)</text>"
            "<use href=\"#f2-a\" xlink:href=\"#f2-b\"/></g></svg>");
  Report report;
  report.figures = {{"a", svg, ""}, {"b", svg, ""}};
  const std::string html = report_html(report);
  const std::regex id("<g id=\"([^\"]*)\"");
  std::set<std::string> ids;
  for (std::sregex_iterator it(html.begin(), html.end(), id), end; it != end; ++it) {
    ids.insert(it->str(1));
  }
  EXPECT_EQ(ids, (std::set<std::string>{"f1-a", "f2-a"}));
}

}  // namespace
}  // namespace levelgrad::host
