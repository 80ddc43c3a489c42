// SPDX-License-Identifier: MIT
#include "support/batch_case.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <sstream>

#include "levelgrad/error.h"
#include "levelgrad/program_text.h"

namespace levelgrad::testing {
namespace {

template <class T>
std::vector<T> read_numbers(std::istream& line, const std::string& place) {
  std::vector<T> numbers;
  for (std::string word; line >> word;) {
    char* end = nullptr;
    const double number = std::strtod(word.c_str(), &end);
    if (*end != '\0') throw DataError(place + ": '" + word + "' is not a number");
    numbers.push_back(static_cast<T>(number));
  }
  return numbers;
}

}  // namespace

std::string hex(double number) {
  if (number != number) return "nan";
  std::array<char, 40> text{};
  (void)std::snprintf(text.data(), text.size(), "%a", number);
  return text.data();
}

template <class T>
std::string to_text(const BatchCase<T>& test) {
  std::string text = "levelgrad case 1\nname " + test.name + "\n";
  for (const Program& program : test.programs) {
    text += "program\n" + levelgrad::to_text(program) + "end\n";
  }
  text += "parameters";
  for (const T number : test.parameters) text += " " + hex(static_cast<double>(number));
  const std::size_t width = test.programs.front().input_count();
  for (std::size_t i = 0; i < test.example_count; ++i) {
    text += "\nexample " + std::to_string(test.which.empty() ? 0 : test.which[i]);
    for (std::size_t k = 0; k < width; ++k) {
      text += " " + hex(static_cast<double>(test.inputs[i * width + k]));
    }
  }
  return text + "\n";
}

template <class T>
BatchCase<T> parse_case(std::string_view text, const std::string& name) {
  BatchCase<T> test;
  std::istringstream lines{std::string(text)};
  std::string line;
  std::size_t number = 0;
  const auto place = [&] { return name + ":" + std::to_string(number); };
  while (std::getline(lines, line)) {
    ++number;
    std::istringstream words(line);
    std::string key;
    words >> key;
    if (key == "levelgrad" || key.empty() || key.front() == ';') {
      continue;
    } else if (key == "name") {
      test.name = line.substr(5);
    } else if (key == "program") {
      std::string program;
      while (std::getline(lines, line) && line != "end") program += line + "\n";
      test.programs.push_back(parse_program(program, place()));
    } else if (key == "parameters") {
      test.parameters = read_numbers<T>(words, place());
    } else if (key == "example") {
      std::uint32_t which = 0;
      if (!(words >> which)) throw DataError(place() + ": no Program's index");
      const std::vector<T> row = read_numbers<T>(words, place());
      test.inputs.insert(test.inputs.end(), row.begin(), row.end());
      test.which.push_back(which);
    } else {
      throw DataError(place() + ": '" + key + "'");
    }
  }
  test.example_count = test.which.size();
  if (test.programs.empty()) throw DataError(name + ": no Program");
  return test;
}

template std::string to_text(const BatchCase<float>&);
template std::string to_text(const BatchCase<double>&);
template BatchCase<float> parse_case(std::string_view, const std::string&);
template BatchCase<double> parse_case(std::string_view, const std::string&);

}  // namespace levelgrad::testing
