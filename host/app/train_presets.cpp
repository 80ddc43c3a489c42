// SPDX-License-Identifier: MIT
#include "train_presets.h"

#include <algorithm>
#include <utility>

#include "levelgrad/error.h"

namespace levelgrad::app {
namespace {

struct Preset {
  std::string name;
  OptionValues values;
};

const std::vector<Preset>& presets() {
  static const std::vector<Preset> list = {
      // micrograd's demo: the same numbers in every bit.
      {"moons",
       {{"hidden", {"16", "16"}},
        {"activation", {"relu"}},
        {"loss", {"hinge"}},
        {"optimizer", {"sgd"}},
        {"lr", {"1"}},
        {"schedule", {"linear"}},
        {"l2", {"1e-4"}},
        {"batch", {"full"}},
        {"shuffle", {"false"}},
        {"epochs", {"100"}},
        {"weights", {"micrograd"}},
        {"seed", {"1337"}},
        {"noise", {"0.1"}},
        {"split", {"1", "0", "0"}},
        {"standardize", {"false"}}}},
      // EurekaLabs' program: the lines that it prints.
      {"yinyang",
       {{"hidden", {"8"}},
        {"activation", {"tanh"}},
        {"loss", {"cross-entropy"}},
        {"optimizer", {"adamw"}},
        {"lr", {"0.1"}},
        {"beta2", {"0.95"}},
        {"weight-decay", {"1e-4"}},
        {"batch", {"full"}},
        {"shuffle", {"false"}},
        {"epochs", {"100"}},
        {"weights", {"eureka"}},
        {"seed", {"42"}},
        {"standardize", {"false"}},
        {"lines", {"eureka"}}}},
      {"circles", {{"hidden", {"8"}}, {"lr", {"0.02"}}, {"epochs", {"100"}}, {"noise", {"0.05"}}}},
      {"xor", {{"hidden", {"8"}}, {"lr", {"0.02"}}, {"epochs", {"100"}}, {"noise", {"0.1"}}}},
      {"spiral",
       {{"hidden", {"16", "16"}}, {"lr", {"0.02"}}, {"epochs", {"200"}}, {"noise", {"0.03"}}}},
      {"blobs", {{"hidden", {"8"}}, {"lr", {"0.02"}}, {"epochs", {"50"}}, {"noise", {"1"}}}},
      {"regression",
       {{"hidden", {"16"}}, {"lr", {"0.02"}}, {"epochs", {"200"}}, {"noise", {"0.1"}}}},
  };
  return list;
}

}  // namespace

const std::vector<std::string>& preset_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> made;
    for (const Preset& preset : presets()) made.push_back(preset.name);
    return made;
  }();
  return names;
}

const OptionValues& preset_values(const std::string& name) {
  const auto found = std::ranges::find(presets(), name, &Preset::name);
  if (found == presets().end()) throw UsageError("no preset is named '" + name + "'");
  return found->values;
}

const OptionValues& default_values() {
  static const OptionValues values = {
      {"hidden", {"16"}},        {"activation", {"tanh"}}, {"loss", {"auto"}},
      {"optimizer", {"adamw"}},  {"lr", {"0.01"}},         {"schedule", {"constant"}},
      {"epochs", {"200"}},       {"batch", {"auto"}},      {"shuffle", {"true"}},
      {"weights", {"scaled"}},   {"seed", {"1"}},          {"split", {"0.8", "0.1", "0.1"}},
      {"standardize", {"true"}}, {"dtype", {"f64"}},       {"lines", {"plain"}}};
  return values;
}

}  // namespace levelgrad::app
