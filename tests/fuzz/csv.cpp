// SPDX-License-Identifier: MIT
#include "levelgrad/host/csv.h"

#include <sstream>
#include <vector>

#include "fuzz.h"

namespace {

using Table = std::vector<std::vector<std::string>>;

Table read(std::string_view bytes) {
  std::istringstream text{std::string(bytes)};
  levelgrad::host::CsvReader reader(text, "fuzzed");
  levelgrad::host::CsvRecord record;
  Table table;
  while (reader.read(record)) {
    std::vector<std::string>& row = table.emplace_back();
    for (std::size_t k = 0; k < record.size(); ++k) row.emplace_back(record[k]);
  }
  return table;
}

/// Every cell in quotes: what a cell holds must not matter.
std::string written(const Table& table) {
  std::string text;
  for (const std::vector<std::string>& row : table) {
    for (std::size_t k = 0; k < row.size(); ++k) {
      text += k == 0 ? "\"" : ",\"";
      for (const char c : row[k]) text += c == '"' ? "\"\"" : std::string(1, c);
      text += '"';
    }
    text += '\n';
  }
  return text;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return levelgrad::fuzz::round_trip(data, size, read, written);
}
