// SPDX-License-Identifier: MIT
#include "safetensors_header.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "json_text.h"
#include "levelgrad/error.h"
#include "levelgrad/host/safetensors.h"

namespace levelgrad::host {
namespace {

/// Takes the JSON event by event. So nothing is built that the format does not know: each event
/// has its places, and anywhere else it is refused.
class HeaderReader final : public nlohmann::json_sax<nlohmann::json> {
public:
  explicit HeaderReader(const std::string& name) : name_(name) {}

  [[nodiscard]] SafetensorsHeader take() { return std::move(header_); }

  bool start_object(std::size_t /*size*/) override {
    if (place_ == Place::Start) return go(Place::Header);
    if (place_ != Place::Header) refuse("an object");
    if (key_ == metadata_key) return go(Place::Metadata);
    if (header_.entries.size() == SafetensorsLimits::tensors) {
      refuse_file(name_, fmt::format("more than {} tensors", SafetensorsLimits::tensors));
    }
    header_.entries.push_back({key_, {}, {}, 0, 0});
    return go(Place::Tensor);
  }

  bool key(std::string& key) override {
    const bool in_tensor = place_ == Place::Tensor;
    std::set<std::string>& known = in_tensor                   ? fields_
                                   : place_ == Place::Metadata ? metadata_keys_
                                                               : names_;
    if (!known.insert(key).second) refuse(json_string(key) + " a second time");
    (in_tensor ? field_ : key_) = key;
    if (in_tensor && key != "dtype" && key != "shape" && key != "data_offsets") {
      refuse("the unknown word " + json_string(key));
    }
    return true;
  }

  bool string(std::string& text) override {
    if (place_ == Place::Metadata) {
      header_.metadata.emplace(key_, text);
    } else if (place_ == Place::Tensor && field_ == "dtype") {
      header_.entries.back().dtype = text;
    } else {
      refuse("a string");
    }
    return true;
  }

  bool start_array(std::size_t /*size*/) override {
    if (place_ != Place::Tensor || field_ == "dtype") refuse("an array");
    numbers_.clear();
    return go(Place::Numbers);
  }

  bool number_unsigned(std::uint64_t number) override {
    if (place_ != Place::Numbers) refuse("a number");
    if (numbers_.size() == SafetensorsLimits::dimensions) {
      refuse(fmt::format("more than {} numbers", SafetensorsLimits::dimensions));
    }
    numbers_.push_back(number);
    return true;
  }

  bool end_array() override {
    HeaderEntry& entry = header_.entries.back();
    if (field_ == "shape") {
      entry.shape = numbers_;
    } else {
      if (numbers_.size() != 2) refuse("data_offsets that are not two numbers");
      entry.begin = numbers_[0];
      entry.end = numbers_[1];
    }
    return go(Place::Tensor);
  }

  bool end_object() override {
    if (place_ == Place::Header) return go(Place::End);
    if (place_ == Place::Tensor && fields_.size() != 3) {
      refuse("not all of dtype, shape and data_offsets");
    }
    fields_.clear();
    return go(Place::Header);
  }

  bool number_integer(std::int64_t /*number*/) override { refuse("a negative number"); }
  bool number_float(double /*number*/, const std::string& text) override {
    refuse("the number " + text + ", which is no integer of 64 bits");
  }
  bool null() override { refuse("null"); }
  bool boolean(bool truth) override { refuse(truth ? "true" : "false"); }
  bool binary(nlohmann::json::binary_t& /*bytes*/) override { refuse("bytes"); }
  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const nlohmann::detail::exception& /*error*/) override {
    refuse_file(name_, fmt::format("the header is not JSON at its byte {}", position));
  }

private:
  enum class Place { Start, Header, Metadata, Tensor, Numbers, End };

  bool go(Place place) {
    place_ = place;
    return true;
  }

  [[noreturn]] void refuse(const std::string& what) const {
    const bool somewhere = place_ != Place::Start && !key_.empty();
    refuse_file(name_,
                "the header has " + (somewhere ? "at " + json_string(key_) + " " : "") + what);
  }

  std::string name_;
  SafetensorsHeader header_;
  Place place_ = Place::Start;
  std::string key_;    // the tensor, or the member of the metadata
  std::string field_;  // of the tensor
  std::set<std::string> names_, metadata_keys_, fields_;
  std::vector<std::uint64_t> numbers_;
};

}  // namespace

SafetensorsHeader parse_header(std::string_view json, const std::string& name) {
  // The format has spaces behind the object, and no other blanks. nlohmann's parser takes a NUL for
  // the end, whatever follows.
  const bool framed = json.starts_with('{') && json.find_last_not_of(' ') == json.rfind('}');
  if (!framed || json.find('\0') != std::string_view::npos) {
    refuse_file(name, "the header is not one JSON object with spaces behind it");
  }
  HeaderReader reader(name);
  nlohmann::json::sax_parse(json, &reader);
  return reader.take();
}

void refuse_file(const std::string& name, const std::string& what) {
  throw DataError(name + ": " + what, "the file is damaged, or no safetensors file");
}

}  // namespace levelgrad::host
