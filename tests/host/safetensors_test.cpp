// SPDX-License-Identifier: MIT
#include "levelgrad/host/safetensors.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <random>

#include "levelgrad/error.h"
#include "levelgrad/host/sha256.h"

namespace levelgrad::host {
namespace {

template <class N>
Tensor tensor(const std::string& name, std::vector<N> numbers,
              std::optional<std::vector<std::uint64_t>> shape = {}) {
  return to_tensor<N>(name, numbers, std::move(shape));
}

/// A file with all that files have, in the order that parse_safetensors() gives.
TensorFile sample() {
  TensorFile file;
  file.tensors.push_back(tensor<double>("layers.0.weight", {1, -2, 3, 4, 5, 6}, {{2, 3}}));
  file.tensors.push_back(tensor<std::int64_t>("steps", {-7}, {{}}));
  file.tensors.push_back(tensor<std::uint64_t>("z", {~std::uint64_t{0}}));
  file.tensors.push_back(tensor<float>("b", {0.5F, -0.0F}));
  file.tensors.push_back(tensor<std::uint32_t>("c", {7, 8, 9}));
  file.tensors.push_back({"\"a\" \\ \n \xC3\xA4", "U8", {3}, "xyz"});
  file.tensors.push_back({"none", "F4", {0, 5}, ""});
  file.metadata = {{"step", "12"}, {"a\"b\n", "\xE2\x82\xAC \x7F"}};
  return file;
}

TEST(Safetensors, ReadsWhatItWrites) {
  EXPECT_EQ(sample(), parse_safetensors(safetensors_bytes(sample()), "f"));
  const TensorFile empty;
  EXPECT_EQ(empty, parse_safetensors(safetensors_bytes(empty), "f"));
}

TEST(Safetensors, BytesDependOnTheContentAlone) {
  const std::string bytes = safetensors_bytes(sample());
  std::mt19937 random(1);
  for (int round = 0; round < 20; ++round) {
    TensorFile file = sample();
    std::shuffle(file.tensors.begin(), file.tensors.end(), random);
    EXPECT_EQ(bytes, safetensors_bytes(file));
  }
}

// The digest is one that Python's hashlib computed.
TEST(Safetensors, BytesAreTheseForEver) {
  TensorFile file;
  file.tensors.push_back(tensor<float>("w", {1.5F, -2}, {{1, 2}}));
  file.tensors.push_back(tensor<std::uint64_t>("n", {258}, {{}}));
  file.metadata = {{"step", "3"}};
  const std::string header = R"({"__metadata__":{"checksum":"sha256","sha256":")"
                             "2f98490a2bfa30aacfd9178b473c387e14ed5cdef3b5c025ad05c21e6d150286"
                             R"(","step":"3"},)"
                             R"("n":{"dtype":"U64","shape":[],"data_offsets":[0,8]},)"
                             R"("w":{"dtype":"F32","shape":[1,2],"data_offsets":[8,16]}})";
  EXPECT_EQ(std::string("\xF0\0\0\0\0\0\0\0", 8) + header + std::string(7, ' ') +
                std::string("\2\1\0\0\0\0\0\0\0\0\xC0\x3F\0\0\0\xC0", 16),
            safetensors_bytes(file));
}

TEST(Safetensors, ChecksumIsThatOfTheFileWithZerosInItsPlace) {
  std::string bytes = safetensors_bytes(sample());
  const std::size_t place = bytes.find("\"sha256\":\"") + 10;
  const std::string digest = bytes.substr(place, 64);
  bytes.replace(place, 64, std::string(64, '0'));
  EXPECT_EQ(sha256_hex(bytes), digest);
}

TEST(Safetensors, MetadataCannotStandInForTheChecksum) {
  TensorFile file = sample();
  file.metadata["A\",\"sha256"] = std::string(64, '0');
  file.metadata["B"] = ",\"sha256\":\"" + std::string(64, '0') + "\"";
  EXPECT_EQ(file, parse_safetensors(safetensors_bytes(file), "f"));
}

TEST(Safetensors, DataIsAlignedToItsWidth) {
  for (std::size_t length = 0; length < 20; ++length) {
    TensorFile file = sample();
    file.metadata["name"] = std::string(length, 'x');
    const std::string bytes = safetensors_bytes(file);
    const auto header = static_cast<unsigned char>(bytes[0]) +
                        std::size_t{256} * static_cast<unsigned char>(bytes[1]);
    EXPECT_EQ(0U, header % 8);
    EXPECT_EQ(file.tensors[0].bytes, bytes.substr(8 + header, 48));
  }
}

TEST(Safetensors, KeepsAllBitsOfNumbers) {
  const std::vector<double> numbers = {std::bit_cast<double>(0xFFF8000000001234),
                                       std::bit_cast<double>(0x7FF0000000000001),
                                       -0.0,
                                       std::numeric_limits<double>::denorm_min(),
                                       -std::numeric_limits<double>::infinity(),
                                       std::numeric_limits<double>::max()};
  const TensorFile file{{tensor<double>("x", numbers)}, {}};
  const auto read = numbers_of<double>(parse_safetensors(safetensors_bytes(file), "f").tensors[0]);
  ASSERT_EQ(numbers.size(), read.size());
  for (std::size_t k = 0; k < numbers.size(); ++k) {
    EXPECT_EQ(std::bit_cast<std::uint64_t>(numbers[k]), std::bit_cast<std::uint64_t>(read[k]));
  }
}

TEST(Safetensors, NumbersComeBackInTheirOwnTypeOnly) {
  const std::vector<float> numbers = {1.5F, 2.5F};
  const Tensor floats = tensor<float>("w", numbers);
  EXPECT_EQ("F32", floats.dtype);
  EXPECT_EQ((std::vector<std::uint64_t>{2}), floats.shape);
  EXPECT_EQ(numbers, numbers_of<float>(floats));
  try {
    (void)numbers_of<double>(floats);
    ADD_FAILURE() << "not refused";
  } catch (const DataError& error) {
    EXPECT_EQ("the tensor \"w\" has 8 bytes of F32, and no numbers of F64", error.message());
  }
  EXPECT_THROW((void)numbers_of<double>({"w", "F64", {1}, "1234567"}), DataError);
  EXPECT_TRUE(numbers_of<double>(tensor<double>("none", {})).empty());
}

/// The file must not be written, for a reason that has these words.
void expect_refused(const TensorFile& file, const std::string& words) {
  try {
    (void)safetensors_bytes(file);
    ADD_FAILURE() << "not refused: " << words;
  } catch (const ArgumentError& error) {
    EXPECT_NE(std::string::npos, error.message().find(words)) << error.message();
  }
}

TEST(Safetensors, WritesNothingThatItWouldNotRead) {
  const Tensor good = tensor<float>("w", {1});
  expect_refused({{good, tensor<double>("a", {1}), tensor<double>("w", {1})}, {}},
                 "two tensors are called \"w\"");
  expect_refused({{tensor<float>("__metadata__", {1})}, {}}, "the metadata's name");
  expect_refused({{tensor<float>("\xFF", {1})}, {}}, "not UTF-8");
  expect_refused({{{"w", "F33", {1}, "1234"}}, {}}, "the 4 bytes of the tensor \"w\"");
  expect_refused({{{"w", "F32", {1}, "123"}}, {}}, "are not F32 of [1]");
  expect_refused({{{"w", "F4", {3}, "1"}}, {}}, "are not F4 of [3]");
  expect_refused({{{"w", "F32", {1ULL << 63, 4}, ""}}, {}}, "the 0 bytes");
  expect_refused({{{"w", "U8", std::vector<std::uint64_t>(33, 1), "1"}}, {}},
                 "more than 32 dimensions");
  expect_refused({{good}, {{"\xC0\x80", ""}}}, "not UTF-8");
  expect_refused({{good}, {{"a", "\xED\xA0\x80"}}}, "not UTF-8");
  expect_refused({{good}, {{"sha256", ""}}}, "the checksum's name");
  expect_refused({{good}, {{"checksum", ""}}}, "the checksum's name");
  expect_refused({{good}, {{"a", std::string(SafetensorsLimits::header_bytes, 'a')}}},
                 "a header of 16777");
  TensorFile many;
  for (std::size_t k = 0; k <= SafetensorsLimits::tensors; ++k) {
    many.tensors.push_back({std::to_string(k), "U8", {0}, ""});
  }
  expect_refused(many, "more than 65536 tensors");
  many.tensors.pop_back();
  EXPECT_EQ(SafetensorsLimits::tensors,
            parse_safetensors(safetensors_bytes(many), "f").tensors.size());
}

}  // namespace
}  // namespace levelgrad::host
