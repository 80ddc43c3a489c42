// SPDX-License-Identifier: MIT
#include "levelgrad/host/npy.h"

#include <vector>

#include "fuzz.h"

namespace {

/// All numbers of the file.
std::vector<double> numbers_in(std::string_view bytes) {
  const levelgrad::host::NpyFile file(bytes, "fuzzed");
  std::vector<double> row(file.column_count()), numbers;
  for (std::uint64_t i = 0; i < file.row_count(); ++i) {
    file.read_row(i, row);
    numbers.insert(numbers.end(), row.begin(), row.end());
  }
  return numbers;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(data, data + size);
  const auto numbers = levelgrad::fuzz::value_of(bytes, numbers_in);
  if (numbers && numbers->size() > size) std::abort();  // each takes a byte, at least
  return 0;
}
