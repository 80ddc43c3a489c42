// SPDX-License-Identifier: MIT
#include "levelgrad/host/csv.h"

#include <gtest/gtest.h>

#include <sstream>

#include "levelgrad/error.h"

namespace levelgrad::host {
namespace {

using Records = std::vector<std::vector<std::string>>;

Records records_of(const std::string& text, char delimiter = ',') {
  std::istringstream in(text);
  CsvReader reader(in, "points.csv", delimiter);
  CsvRecord record;
  Records records;
  while (reader.read(record)) {
    records.emplace_back();
    for (std::size_t k = 0; k < record.size(); ++k) records.back().emplace_back(record[k]);
  }
  return records;
}

std::vector<std::uint64_t> lines_of(const std::string& text) {
  std::istringstream in(text);
  CsvReader reader(in, "points.csv");
  CsvRecord record;
  std::vector<std::uint64_t> lines;
  while (reader.read(record)) lines.push_back(record.line());
  return lines;
}

std::string error_of(const std::string& text) {
  try {
    (void)records_of(text);
  } catch (const DataError& error) {
    EXPECT_FALSE(error.hint().empty());
    return error.message();
  }
  return "no DataError";
}

const Records two_rows = {{"a", "b"}, {"1", "2"}};

TEST(Csv, ReadsLineEndsOfBothKindsAndNoneAtTheEnd) {
  EXPECT_EQ(two_rows, records_of("a,b\n1,2\n"));
  EXPECT_EQ(two_rows, records_of("a,b\r\n1,2\r\n"));
  EXPECT_EQ(two_rows, records_of("a,b\r\n1,2"));
  EXPECT_EQ(two_rows, records_of("a,b\n1,2\r"));
  EXPECT_EQ(Records{}, records_of(""));
}

TEST(Csv, KeepsEmptyCellsAndSkipsBlankLines) {
  EXPECT_EQ((Records{{"", "b", ""}, {"", ""}}), records_of("\n\r\n,b,\n\n,\n\n"));
  EXPECT_EQ((Records{{"a", ""}}), records_of("a,"));
  EXPECT_EQ((Records{{""}, {" "}}), records_of("\"\"\n \n"));
}

TEST(Csv, ReadsQuotes) {
  EXPECT_EQ((Records{{"a,b", "say \"hi\"", "\""}}),
            records_of("\"a,b\",\"say \"\"hi\"\"\",\"\"\"\"\n"));
  EXPECT_EQ((Records{{"one\ntwo\r\n\rthree", "4"}, {"5", ""}}),
            records_of("\"one\ntwo\r\n\rthree\",4\r\n\"5\",\"\"\r\n"));
  EXPECT_EQ((Records{{"a"}}), records_of("\"a\""));
}

TEST(Csv, SkipsTheByteOrderMark) {
  EXPECT_EQ(two_rows, records_of("\xEF\xBB\xBF\"a\",b\n1,2\n"));
  EXPECT_EQ(Records{}, records_of("\xEF\xBB\xBF"));
  EXPECT_EQ((Records{{"\xEF\xBB"}}), records_of("\xEF\xBB"));
}

TEST(Csv, TakesOtherDelimiters) {
  for (const char delimiter : {';', '\t', ' ', '|'}) {
    const std::string d(1, delimiter);
    EXPECT_EQ(two_rows, records_of("a" + d + "b\n1" + d + "2", delimiter));
  }
  EXPECT_EQ((Records{{"1,5", "2"}}), records_of("1,5;2", ';'));
  for (const char delimiter : {'"', '\n', '\r', '\0'}) {
    EXPECT_THROW((void)records_of("", delimiter), ArgumentError);
  }
}

TEST(Csv, CountsTheLinesOfTheFile) {
  EXPECT_EQ((std::vector<std::uint64_t>{1, 2, 5, 8}), lines_of("a\n\"b\nb\nb\"\n\"c\n\"\n\nd\n"));
}

TEST(Csv, ReadsAcrossBlocks) {
  // Quotes, line ends and cells fall upon every place of a block's end.
  for (std::size_t shift = 0; shift < 12; ++shift) {
    const std::string row = "1,\"x\"\"\r\n\",3\r\n";
    std::string text = std::string(shift, 'h') + "\r\n";
    while (text.size() < 200000) text += row;
    const Records records = records_of(text);
    ASSERT_EQ(records.size(), (text.size() - shift - 2) / row.size() + (shift > 0 ? 1 : 0));
    for (std::size_t i = shift > 0 ? 1 : 0; i < records.size(); ++i) {
      ASSERT_EQ((std::vector<std::string>{"1", "x\"\r\n", "3"}), records[i]) << shift << " " << i;
    }
  }
}

TEST(Csv, LooksBehindACrThatEndsABlock) {
  const std::string block = std::string(65535, 'x') + "\r";
  EXPECT_EQ(1U, records_of(block + "\n").size());
  EXPECT_EQ(1U, records_of(block).size());
  EXPECT_NE("no DataError", error_of(block + "y"));
}

TEST(Csv, NamesThePlaceOfWhatIsWrong) {
  EXPECT_EQ(
      "points.csv, line 2, column 2: a quote that never ends: '2\xEF\xBF\xBD"
      "3,4'",
      error_of("a,b\n1,\"2\n3,4"));
  EXPECT_EQ("points.csv, line 3, column 2: a quote inside an unquoted cell: '5'",
            error_of("a,b\n\n4,5\"6\""));
  EXPECT_EQ("points.csv, line 1, column 1: text behind a closing quote: 'a'", error_of("\"a\"b,c"));
  EXPECT_EQ("points.csv, line 1, column 1: text behind a closing quote: 'a'", error_of("\"a\" ,c"));
  EXPECT_EQ("points.csv, line 1, column 2: a CR that ends no line: 'b'", error_of("a,b\rc,d\r"));
  EXPECT_EQ("points.csv, line 1, column 1: a NUL byte: '1'", error_of(std::string("1\0,2", 4)));
  EXPECT_EQ("points.csv, line 1, column 1: a NUL byte: ''", error_of(std::string("\"\0\"", 3)));
}

TEST(Csv, ShortensWhatItShows) {
  EXPECT_EQ(
      "points.csv, line 1, column 1: a quote that never ends: '" + std::string(40, 'x') + "...'",
      error_of("\"" + std::string(100, 'x')));
  std::string umlauts;
  for (int i = 0; i < 41; ++i) umlauts += "\xC3\xBC";
  EXPECT_EQ(
      "points.csv, line 1, column 1: a quote that never ends: '" + umlauts.substr(0, 80) + "...'",
      error_of("\"" + umlauts));
}

TEST(Csv, RefusesARecordWithoutEnd) {
  const std::string line = "1,\"" + std::string(CsvReader::longest_record - 4, 'x') + "\"";
  EXPECT_EQ(1U, records_of(line).size());
  EXPECT_EQ("points.csv, line 1, column 2: the record is longer than 64 MiB: '" +
                std::string(40, 'x') + "...'",
            error_of("1,\"" + std::string(CsvReader::longest_record, 'x') + "\""));
}

TEST(Csv, RefusesARecordOfTooManyCells) {
  const std::string delimiters(CsvReader::most_cells - 1, ',');
  EXPECT_EQ(CsvReader::most_cells, records_of(delimiters).at(0).size());
  EXPECT_EQ("points.csv, line 1, column 1048577: the record has more than 1,048,576 cells: ''",
            error_of(delimiters + ","));
}

TEST(Csv, SaysThatItCannotRead) {
  std::istringstream in("a,b");
  in.setstate(std::ios::badbit);
  EXPECT_THROW(CsvReader(in, "points.csv"), FileError);
}

}  // namespace
}  // namespace levelgrad::host
