// SPDX-License-Identifier: MIT
#include "cell_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <map>
#include <system_error>
#include <utility>

#include "levelgrad/error.h"
#include "levelgrad/host/csv.h"
#include "levelgrad/host/npy.h"
#include "read_error.h"

namespace levelgrad::host {
namespace {

std::vector<std::string> numbered_names(std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t k = 1; k <= count; ++k) names.push_back(fmt::format("column {}", k));
  return names;
}

std::optional<std::size_t> column_number(const std::string& text) {
  std::size_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

/// As Header::Auto says. records   the first one, and the second if there is one.
bool looks_like_header(std::span<const CsvRecord> records, const DataOptions& options,
                       std::span<const std::string> expected) {
  const CsvRecord& record = records.front();
  const std::optional<std::size_t> number = column_number(options.target);
  if (!options.target.empty() && !number) return true;
  const std::size_t target = number ? *number - 1 : record.size() - 1;
  for (std::size_t k = 0; k < record.size(); ++k) {
    if (std::ranges::find(expected, record[k]) != expected.end()) return true;
    const bool above_number = records.size() > 1 && k < records[1].size() &&
                              cell_of(records[1][k]).kind == Cell::Kind::Number;
    const bool tells = k != target || above_number;
    if (tells && cell_of(record[k]).kind == Cell::Kind::Text) return true;
  }
  return false;
}

std::vector<std::string> names_in(const CsvRecord& record, const std::string& file_name) {
  std::vector<std::string> names = numbered_names(record.size());
  std::map<std::string, std::size_t> places;
  for (std::size_t k = 0; k < record.size(); ++k) {
    if (!record[k].empty()) names[k] = record[k];
    const auto [first, is_new] = places.emplace(names[k], k);
    if (!is_new) {
      throw DataError(fmt::format("{}, line {}: columns {} and {} are both called {}", file_name,
                                  record.line(), first->second + 1, k + 1, shown(names[k])),
                      "give each column a name of its own");
    }
  }
  return names;
}

class CsvRows : public CellRows {
public:
  /// owner     of what the reader reads; null: somebody else.
  /// waiting   rows that were read already, the last one first.
  CsvRows(std::unique_ptr<std::istream> owner, std::string file_name,
          std::vector<std::string> names, bool has_header, std::unique_ptr<CsvReader> reader,
          std::vector<CsvRecord> waiting)
      : CellRows(std::move(file_name), std::move(names), has_header),
        owner_(std::move(owner)),
        reader_(std::move(reader)),
        waiting_(std::move(waiting)) {}

  bool next() override {
    if (!waiting_.empty()) {
      record_ = std::move(waiting_.back());
      waiting_.pop_back();
    } else if (!reader_->read(record_)) {
      return false;
    }
    if (record_.size() != names().size()) {
      throw DataError(
          fmt::format("{}, {}: {} cells where the {} has {}", file_name(), row_text(),
                      record_.size(), has_header() ? "header" : "first row", names().size()),
          "is the delimiter right, and is text that holds it in quotes?");
    }
    return true;
  }

  [[nodiscard]] Cell cell(std::size_t column) const override { return cell_of(record_[column]); }

private:
  [[nodiscard]] std::string row_text() const override {
    return fmt::format("line {}", record_.line());
  }

  std::unique_ptr<std::istream> owner_;
  std::unique_ptr<CsvReader> reader_;
  std::vector<CsvRecord> waiting_;
  CsvRecord record_;
};

std::unique_ptr<CellRows> make_csv_rows(std::unique_ptr<std::istream> owner, std::istream& text,
                                        const std::string& name, const DataOptions& options,
                                        std::span<const std::string> expected) {
  auto reader = std::make_unique<CsvReader>(text, name, options.delimiter);
  std::vector<CsvRecord> records;
  CsvRecord record;
  while (records.size() < 2 && reader->read(record)) records.push_back(record);
  if (records.empty()) throw DataError(name + ": no examples", "the file is empty");
  const bool has_header =
      options.header == Header::Yes ||
      (options.header == Header::Auto && looks_like_header(records, options, expected));
  std::vector<std::string> names =
      has_header ? names_in(records.front(), name) : numbered_names(records.front().size());
  if (has_header) records.erase(records.begin());
  std::ranges::reverse(records);
  return std::make_unique<CsvRows>(std::move(owner), name, std::move(names), has_header,
                                   std::move(reader), std::move(records));
}

class NpyRows : public CellRows {
public:
  NpyRows(std::string name, NpyFile file)
      : CellRows(std::move(name), numbered_names(file.column_count()), false),
        file_(std::move(file)),
        row_(file_.column_count()) {}

  bool next() override {
    if (next_ == file_.row_count()) return false;
    file_.read_row(next_++, row_);
    return true;
  }

  [[nodiscard]] Cell cell(std::size_t column) const override { return cell_of(row_[column]); }

private:
  [[nodiscard]] std::string row_text() const override { return fmt::format("row {}", next_); }

  NpyFile file_;
  std::vector<double> row_;
  std::uint64_t next_ = 0;
};

}  // namespace

CellRows::CellRows(std::string file_name, std::vector<std::string> names, bool has_header)
    : file_name_(std::move(file_name)), names_(std::move(names)), has_header_(has_header) {}

std::string CellRows::place(std::size_t column) const {
  const std::string name = has_header_ ? fmt::format(" ({})", shown(names_[column])) : "";
  return fmt::format("{}, {}, column {}{}", file_name_, row_text(), column + 1, name);
}

std::unique_ptr<CellRows> csv_rows(std::istream& text, const std::string& name,
                                   const DataOptions& options,
                                   std::span<const std::string> expected) {
  return make_csv_rows(nullptr, text, name, options, expected);
}

std::unique_ptr<CellRows> open_rows(const std::filesystem::path& file, const DataOptions& options,
                                    std::span<const std::string> expected) {
  errno = 0;
  auto text = std::make_unique<std::ifstream>(file, std::ios::binary);
  constexpr int first_of_npy = 0x93;  // no UTF-8 begins with it
  if (text->peek() == first_of_npy) {
    return std::make_unique<NpyRows>(file.string(), NpyFile(file));
  }
  if (!text->is_open() || text->bad()) fail_to_read(file.string(), errno);
  text->clear();  // an empty file is at its end
  std::istream& borrowed = *text;
  return make_csv_rows(std::move(text), borrowed, file.string(), options, expected);
}

std::optional<std::size_t> find_column(std::span<const std::string> names,
                                       const std::string& wanted) {
  if (wanted.empty()) return names.size() - 1;
  const auto found = std::ranges::find(names, wanted);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  const std::optional<std::size_t> number = column_number(wanted);
  if (!number || *number == 0 || *number > names.size()) return std::nullopt;
  return *number - 1;
}

}  // namespace levelgrad::host
