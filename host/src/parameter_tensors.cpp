// SPDX-License-Identifier: MIT
#include "levelgrad/host/parameter_tensors.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string_view>

#include "levelgrad/error.h"

namespace levelgrad::host {
namespace {

/// Where a parameter stands: "layers.0.weight[3][1]" is {"layers.0.weight", {3, 1}}.
struct Place {
  std::string_view tensor;
  std::vector<std::uint64_t> index;
};

Place place_of(std::string_view name) {
  const std::size_t bracket = name.find('[');
  Place place = {name.substr(0, bracket), {}};
  std::string_view rest = bracket == std::string_view::npos ? "" : name.substr(bracket);
  while (!rest.empty()) {
    std::uint64_t index = 0;
    const std::size_t end = rest.find(']');
    const auto read = std::from_chars(rest.data() + 1, rest.data() + rest.size(), index);
    const bool good = rest.front() == '[' && end != std::string_view::npos &&
                      read.ec == std::errc() && read.ptr == rest.data() + end;
    if (!good) return {name, {}};
    place.index.push_back(index);
    rest.remove_prefix(end + 1);
  }
  return place;
}

/// A tensor, and which parameter each of its places has.
struct Layout {
  std::string tensor;
  std::vector<std::uint64_t> shape;
  std::vector<NodeIndex> parameters;  // row-major
};

constexpr NodeIndex nobody = ~NodeIndex{0};

std::uint64_t count_of(const std::vector<std::uint64_t>& shape) {
  std::uint64_t count = 1;
  for (const std::uint64_t size : shape) count *= size;
  return count;
}

[[noreturn]] void refuse(std::string_view tensor) {
  throw ArgumentError("the parameters of " + std::string(tensor) + " do not fill a tensor");
}

/// shape   grows until it holds the index.
void widen(std::vector<std::uint64_t>& shape, const Place& place) {
  if (shape.size() != place.index.size()) refuse(place.tensor);
  for (std::size_t d = 0; d < shape.size(); ++d) {
    shape[d] = std::max(shape[d], place.index[d] + 1);
  }
}

std::vector<Layout> layouts_of(const Program& program) {
  std::vector<Layout> layouts;
  std::vector<std::size_t> which;  // [parameter]
  std::vector<Place> places;
  for (NodeIndex p = 0; p < program.parameter_count(); ++p) {
    places.push_back(place_of(program.name(p)));
    // Neighbours are of one tensor, so the last is looked at first.
    const auto found = std::find_if(layouts.rbegin(), layouts.rend(), [&](const Layout& layout) {
      return layout.tensor == places.back().tensor;
    });
    if (found == layouts.rend()) {
      layouts.push_back({std::string(places.back().tensor),
                         std::vector<std::uint64_t>(places.back().index.size()),
                         {}});
      which.push_back(layouts.size() - 1);
    } else {
      which.push_back(static_cast<std::size_t>(layouts.rend() - found) - 1);
    }
    widen(layouts[which.back()].shape, places.back());
  }
  for (Layout& layout : layouts) {
    // A tensor with holes could be of any size.
    if (count_of(layout.shape) > program.parameter_count()) refuse(layout.tensor);
    layout.parameters.assign(count_of(layout.shape), nobody);
  }
  for (NodeIndex p = 0; p < program.parameter_count(); ++p) {
    Layout& layout = layouts[which[p]];
    std::uint64_t at = 0;
    for (std::size_t d = 0; d < layout.shape.size(); ++d) {
      at = at * layout.shape[d] + places[p].index[d];
    }
    if (layout.parameters[at] != nobody) refuse(layout.tensor);
    layout.parameters[at] = p;
  }
  for (const Layout& layout : layouts) {
    if (std::ranges::find(layout.parameters, nobody) != layout.parameters.end()) {
      refuse(layout.tensor);
    }
  }
  return layouts;
}

std::string shape_text(const std::vector<std::uint64_t>& shape) {
  std::string text = "[";
  for (const std::uint64_t size : shape)
    text += (text.size() > 1 ? ", " : "") + std::to_string(size);
  return text + "]";
}

}  // namespace

template <class T>
std::vector<Tensor> parameter_tensors(const Program& program, std::span<const T> numbers,
                                      const std::string& prefix) {
  std::vector<Tensor> tensors;
  for (const Layout& layout : layouts_of(program)) {
    std::vector<T> own;
    for (const NodeIndex p : layout.parameters) own.push_back(numbers[p]);
    tensors.push_back(to_tensor<T>(prefix + layout.tensor, own, layout.shape));
  }
  return tensors;
}

template <class T>
std::vector<T> parameters_of(const Program& program, std::span<const Tensor> tensors,
                             const std::string& name, const std::string& prefix) {
  std::vector<T> numbers(program.parameter_count());
  for (const Layout& layout : layouts_of(program)) {
    const std::string wanted = prefix + layout.tensor;
    const auto tensor = std::ranges::find(tensors, wanted, &Tensor::name);
    if (tensor == tensors.end()) throw DataError(name + ": no tensor '" + wanted + "'");
    if (tensor->shape != layout.shape) {
      throw DataError(name + ": the tensor '" + wanted + "' is of " + shape_text(tensor->shape) +
                      ", and the model needs " + shape_text(layout.shape));
    }
    if (tensor->dtype != dtype_of<T>) {
      throw DataError(name + ": the tensor '" + wanted + "' is of " + tensor->dtype + ", not " +
                      std::string(dtype_of<T>));
    }
    const std::vector<T> own = numbers_of<T>(*tensor);
    for (std::size_t i = 0; i < own.size(); ++i) numbers[layout.parameters[i]] = own[i];
  }
  return numbers;
}

#define LG_INSTANTIATE(T)                                                            \
  template std::vector<Tensor> parameter_tensors(const Program&, std::span<const T>, \
                                                 const std::string&);                \
  template std::vector<T> parameters_of(const Program&, std::span<const Tensor>,     \
                                        const std::string&, const std::string&);
LG_INSTANTIATE(float)
LG_INSTANTIATE(double)
#undef LG_INSTANTIATE

}  // namespace levelgrad::host
