// SPDX-License-Identifier: MIT
#include "target_classes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "levelgrad/error.h"

namespace levelgrad::host {
namespace {

constexpr std::size_t most_classes = 65536;
/// More different numbers than these are no classes unless somebody says so.
constexpr std::size_t most_likely_classes = 20;

/// How often each number is there, whatever it looks like: 1, 1.0, 01.
std::map<double, std::uint64_t> counted_numbers(
    const std::map<std::string, std::uint64_t, std::less<>>& counts) {
  std::map<double, std::uint64_t> numbers;
  for (const auto& [text, count] : counts) {
    const Cell cell = cell_of(text);
    if (cell.kind == Cell::Kind::Number) numbers[cell.number] += count;
  }
  return numbers;
}

bool are_likely_classes(const std::map<double, std::uint64_t>& numbers) {
  return numbers.size() <= most_likely_classes && std::ranges::all_of(numbers, [](const auto& n) {
           return std::floor(n.first) == n.first && n.second >= 2;
         });
}

}  // namespace

void TargetCensus::add(const ExampleReader& example) {
  const Cell cell = example.target();
  const bool only_numbers = classes_ == false || many_numbers_;
  if (cell.kind == Cell::Kind::Text) {
    if (first_text_.empty()) first_text_ = example.target_place() + ": " + shown(cell.text);
    if (only_numbers) throw DataError(first_text_ + " is no number");
  }
  if (only_numbers) return;
  ++counts_[text_of(cell)];
  if (counts_.size() <= most_classes) return;
  if (classes_ == true || !first_text_.empty()) {
    throw DataError(fmt::format("{}: more than {} classes", example.target_place(), most_classes),
                    "is this the right target column?");
  }
  many_numbers_ = true;
  counts_.clear();
}

std::vector<std::string> TargetCensus::class_names(const std::string& target_name) const {
  if (classes_ == false || many_numbers_) return {};
  const std::map<double, std::uint64_t> numbers = counted_numbers(counts_);
  std::vector<std::string> names;
  if (first_text_.empty()) {
    if (!classes_ && !are_likely_classes(numbers)) return {};
    for (const auto& [number, count] : numbers) names.push_back(plain(number));
  } else {
    if (!classes_ && numbers.size() > most_likely_classes) {
      throw DataError(
          fmt::format("{} is no number, and {} other targets are", first_text_, numbers.size()),
          "mend the cell, or say that the target names classes");
    }
    for (const auto& [text, count] : counts_) names.push_back(text);
  }
  if (names.size() == 1) {
    throw DataError(fmt::format("the target {} is {} in all examples", shown(target_name),
                                shown(names.front())),
                    "two classes are needed at least: is this the right column?");
  }
  return names;
}

TargetLabels::TargetLabels(const std::vector<std::string>& class_names)
    : regression_(class_names.empty()) {
  const bool numbers = std::ranges::all_of(class_names, [](const std::string& name) {
    return cell_of(name).kind == Cell::Kind::Number;
  });
  for (std::size_t k = 0; k < class_names.size(); ++k) {
    const auto label = static_cast<double>(k);
    if (numbers) {
      by_number_.emplace(cell_of(class_names[k]).number, label);
    } else {
      by_text_.emplace(class_names[k], label);
    }
  }
}

std::optional<double> TargetLabels::label(const Cell& cell) const {
  const bool is_number = cell.kind == Cell::Kind::Number;
  if (regression_) return is_number ? std::optional(cell.number) : std::nullopt;
  if (!by_text_.empty()) {
    const auto found = by_text_.find(text_of(cell));
    return found != by_text_.end() ? std::optional(found->second) : std::nullopt;
  }
  const auto found = is_number ? by_number_.find(cell.number) : by_number_.end();
  return found != by_number_.end() ? std::optional(found->second) : std::nullopt;
}

}  // namespace levelgrad::host
