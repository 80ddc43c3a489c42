// SPDX-License-Identifier: MIT
#include "levelgrad/host/examples.h"

#include <limits>
#include <memory>
#include <span>
#include <utility>

#include "example_reader.h"
#include "levelgrad/error.h"
#include "target_classes.h"

namespace levelgrad::host {
namespace {

/// Appends the features of all examples, and hands each example to `take`.
template <class Take>
void read_features(ExampleReader& reader, Missing missing, Examples& examples, Take take) {
  Dataset& data = examples.data;
  ColumnMeans means(data.feature_count);
  while (reader.next()) {
    const std::span<const double> row = reader.features();
    data.inputs.insert(data.inputs.end(), row.begin(), row.end());
    if (missing == Missing::Mean) means.add(row);
    take();
  }
  if (missing != Missing::Mean) return;
  const std::size_t columns = data.feature_count;
  for (std::size_t begin = 0; begin < data.inputs.size(); begin += columns) {
    means.fill(std::span(data.inputs).subspan(begin, columns), examples.feature_names);
  }
}

Examples read(CellRows& rows, const DataOptions& options) {
  ExampleReader reader(rows, columns_of(rows, options), options.missing);
  Examples examples = reader.without_data();
  TargetCensus census(options.classes);
  std::vector<std::string> targets;  // what they mean is known when all have been seen
  read_features(reader, options.missing, examples, [&] {
    census.add(reader);
    targets.push_back(text_of(reader.target()));
  });
  examples.class_names = census.class_names(examples.target_name);
  const TargetLabels labels(examples.class_names);
  for (const std::string& target : targets) {
    examples.data.labels.push_back(labels.label(cell_of(target)).value());
  }
  return examples;
}

double label_of(const ExampleReader& reader, const TargetLabels& labels,
                const std::vector<std::string>& class_names) {
  const std::optional<double> label = labels.label(reader.target());
  if (label) return *label;
  const std::string place = reader.target_place() + ": " + shown(text_of(reader.target()));
  if (class_names.empty()) throw DataError(place + " is no number, as the model's target is");
  throw DataError(place + " is no class of the model", "its classes are " + listed(class_names));
}

Examples read_for(const ModelColumns& model, CellRows& rows, const DataOptions& options,
                  bool with_target) {
  ExampleReader reader(rows, columns_of(rows, options, model, with_target), options.missing);
  Examples examples = reader.without_data();
  examples.feature_names = model.feature_names;
  examples.target_name = model.target_name;
  examples.class_names = model.class_names;
  const TargetLabels labels(model.class_names);
  read_features(reader, options.missing, examples, [&] {
    examples.data.labels.push_back(with_target ? label_of(reader, labels, model.class_names)
                                               : std::numeric_limits<double>::quiet_NaN());
  });
  return examples;
}

}  // namespace

Examples read_examples(const std::filesystem::path& file, const DataOptions& options) {
  return read(*open_rows(file, options), options);
}

Examples read_examples(std::istream& text, const std::string& name, const DataOptions& options) {
  return read(*csv_rows(text, name, options), options);
}

Examples read_examples_for(const ModelColumns& model, const std::filesystem::path& file,
                           const DataOptions& options, bool with_target) {
  return read_for(model, *open_rows(file, options, model.feature_names), options, with_target);
}

Examples read_examples_for(const ModelColumns& model, std::istream& text, const std::string& name,
                           const DataOptions& options, bool with_target) {
  return read_for(model, *csv_rows(text, name, options, model.feature_names), options, with_target);
}

}  // namespace levelgrad::host
