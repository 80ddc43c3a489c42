// SPDX-License-Identifier: MIT
#include "levelgrad/host/convert.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cell.h"
#include "example_reader.h"
#include "levelgrad/error.h"
#include "levelgrad/host/npy.h"
#include "levelgrad/number_text.h"
#include "target_classes.h"

namespace levelgrad::host {
namespace {

/// Numbers stay what they are: the array names the classes that the text named, and the last column
/// of a file without target is no other one for having few different numbers.
std::vector<std::string> texts_only(std::vector<std::string> class_names) {
  const bool numbers = std::ranges::all_of(class_names, [](const std::string& name) {
    return cell_of(name).kind == Cell::Kind::Number;
  });
  if (numbers) class_names.clear();
  return class_names;
}

}  // namespace

Examples convert_csv_to_npy(const std::filesystem::path& from, const DataOptions& options,
                            const std::filesystem::path& to, bool single) {
  const std::unique_ptr<CellRows> rows = open_rows(from, options);
  ExampleReader reader(*rows, columns_of(*rows, options), options.missing);
  Examples examples = reader.without_data();
  const std::size_t feature_count = examples.data.feature_count;
  ColumnMeans means(feature_count);
  TargetCensus census(options.classes);
  std::uint64_t row_count = 0;
  while (reader.next()) {
    means.add(reader.features());
    census.add(reader);
    ++row_count;
  }
  examples.class_names = texts_only(census.class_names(examples.target_name));

  const TargetLabels labels(examples.class_names);
  const std::unique_ptr<CellRows> again = open_rows(from, options);
  ExampleReader second(*again, columns_of(*again, options), options.missing);
  write_npy(to, row_count, feature_count + 1, single, [&](std::span<double> row) {
    const std::optional<double> label =
        second.next() ? labels.label(second.target()) : std::nullopt;
    if (!label || second.features().size() != feature_count) {
      throw DataError(from.string() + " changed while it was read");
    }
    std::ranges::copy(second.features(), row.begin());
    means.fill(row.first(feature_count), examples.feature_names);
    row.back() = *label;
    for (const double number : row) {
      if (!single || std::isfinite(static_cast<float>(number))) continue;
      throw DataError(from.string() + ": " + shortest(number) + " is too large for f4", "write f8");
    }
  });
  return examples;
}

}  // namespace levelgrad::host
