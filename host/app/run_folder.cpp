// SPDX-License-Identifier: MIT
#include "run_folder.h"

#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "levelgrad/error.h"
#include "levelgrad/host/files.h"
#include "levelgrad/host/kept_file.h"
#include "levelgrad/host/parameter_tensors.h"

namespace levelgrad::app {
namespace {

constexpr const char* model_file = "model.safetensors";
constexpr const char* checkpoint_file = "checkpoint.safetensors";

host::TensorFile read_tensors(const std::filesystem::path& path) {
  return host::parse_safetensors(host::read_file(path), path.string());
}

}  // namespace

template <class T>
void RunFolder::write(const host::Checkpoint<T>& checkpoint) const {
  const auto verify = [](std::string_view bytes, const std::string& name) {
    (void)host::parse_safetensors(bytes, name);
  };
  host::save_keeping_previous(file(checkpoint_file),
                              host::safetensors_bytes(to_tensors(checkpoint)), verify);
}

void RunFolder::write(const host::TrainedModel& model) const {
  host::write_file(file(model_file), host::safetensors_bytes(to_tensors(model)));
}

void RunFolder::write_config(const std::string& toml) const {
  host::write_file(file("config.toml"), toml);
}

StoredCheckpoint RunFolder::checkpoint() const {
  if (!std::filesystem::is_directory(path_)) {
    throw FileError(path_.string() + " is not the folder of a run",
                    "name the folder that --save named, or the training said at its end");
  }
  auto [content, note] = host::read_or_previous(file(checkpoint_file), host::parse_safetensors);
  if (!note.empty()) fmt::print(stderr, "levelgrad: {}\n", note);
  return {file(checkpoint_file).string(), std::move(content)};
}

host::TrainedModel read_model(const std::filesystem::path& path) {
  if (!std::filesystem::is_directory(path)) {
    return host::trained_model_from(read_tensors(path), path.string());
  }
  const std::filesystem::path model = path / model_file;
  if (std::filesystem::exists(model)) {
    return host::trained_model_from(read_tensors(model), model.string());
  }
  const StoredCheckpoint checkpoint = RunFolder(path).checkpoint();
  return host::trained_model_from(checkpoint.tensors, checkpoint.name);
}

std::string config_json(const OptionValues& values) { return nlohmann::json(values).dump(); }

OptionValues config_of(const StoredCheckpoint& checkpoint) {
  const auto found = checkpoint.tensors.metadata.find("config");
  if (found == checkpoint.tensors.metadata.end()) {
    throw DataError(checkpoint.name + ": not a checkpoint that training can resume");
  }
  try {
    return nlohmann::json::parse(found->second).get<OptionValues>();
  } catch (const nlohmann::json::exception&) {
    throw DataError(checkpoint.name + ": options that cannot be read");
  }
}

template <class T>
std::vector<T> parameters_in(const std::filesystem::path& named, const Program& program) {
  const bool is_folder = std::filesystem::is_directory(named);
  const std::filesystem::path path = is_folder ? named / model_file : named;
  const host::TensorFile file = read_tensors(path);
  const auto of_other = [&]<class Other>() {
    const auto numbers = host::parameters_of<Other>(program, file.tensors, path.string());
    return std::vector<T>(numbers.begin(), numbers.end());
  };
  const bool f32 = !file.tensors.empty() && std::ranges::none_of(file.tensors, [](const auto& t) {
    return t.dtype == "F64" && !t.name.starts_with("input.") && !t.name.starts_with("history.");
  });
  return f32 ? of_other.template operator()<float>() : of_other.template operator()<double>();
}

template void RunFolder::write(const host::Checkpoint<float>&) const;
template void RunFolder::write(const host::Checkpoint<double>&) const;
template std::vector<float> parameters_in(const std::filesystem::path&, const Program&);
template std::vector<double> parameters_in(const std::filesystem::path&, const Program&);

}  // namespace levelgrad::app
