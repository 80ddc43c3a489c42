// SPDX-License-Identifier: MIT
#include "levelgrad/host/npy.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <limits>
#include <vector>

#include "levelgrad/error.h"
#include "levelgrad/host/files.h"
#include "support/environment.h"

namespace levelgrad::host {
namespace {

using namespace std::string_literals;

/// A file as numpy.save writes it: header and bytes of the array.
std::string npy(const std::string& dictionary, const std::string& data, char major = 1) {
  std::string text = dictionary;
  const std::size_t start = major == 1 ? 10 : 12;
  while ((start + text.size() + 1) % 64 != 0) text += ' ';
  text += '\n';
  std::string bytes = "\x93NUMPY" + std::string(1, major) + '\0';
  for (std::size_t k = 0; k < (major == 1 ? 2U : 4U); ++k) {
    bytes += static_cast<char>(text.size() >> (8 * k));
  }
  return bytes + text + data;
}

std::string npy_of(const std::string& type, const std::string& shape, const std::string& data,
                   const std::string& fortran = "False") {
  return npy(
      "{'descr': '" + type + "', 'fortran_order': " + fortran + ", 'shape': " + shape + ", }",
      data);
}

std::vector<double> numbers_of(const std::string& bytes) {
  const NpyFile file(bytes, "x.npy");
  std::vector<double> numbers, row(file.column_count());
  for (std::uint64_t i = 0; i < file.row_count(); ++i) {
    file.read_row(i, row);
    numbers.insert(numbers.end(), row.begin(), row.end());
  }
  return numbers;
}

std::string error_of(const std::string& bytes) {
  try {
    (void)numbers_of(bytes);
  } catch (const DataError& error) {
    return error.message();
  }
  return "no DataError";
}

using Numbers = std::vector<double>;

TEST(Npy, ReadsEachType) {
  EXPECT_EQ((Numbers{1.5, -2}), numbers_of(npy_of("<f8", "(2,)",
                                                  "\0\0\0\0\0\0\xF8\x3F"
                                                  "\0\0\0\0\0\0\0\xC0"s)));
  EXPECT_EQ((Numbers{1.5}), numbers_of(npy_of("<f4", "(1,)", "\0\0\xC0\x3F"s)));
  EXPECT_EQ((Numbers{-2, 127}), numbers_of(npy_of("|i1", "(2,)", "\xFE\x7F")));
  EXPECT_EQ((Numbers{-2}), numbers_of(npy_of("<i2", "(1,)", "\xFE\xFF")));
  EXPECT_EQ((Numbers{-2147483648.0}), numbers_of(npy_of("<i4", "(1,)", "\0\0\0\x80"s)));
  EXPECT_EQ((Numbers{-3}), numbers_of(npy_of("<i8", "(1,)", "\xFD\xFF\xFF\xFF\xFF\xFF\xFF\xFF")));
  EXPECT_EQ((Numbers{254}), numbers_of(npy_of("|u1", "(1,)", "\xFE")));
  EXPECT_EQ((Numbers{65534}), numbers_of(npy_of("<u2", "(1,)", "\xFE\xFF")));
  EXPECT_EQ((Numbers{4294967295.0}), numbers_of(npy_of("<u4", "(1,)", "\xFF\xFF\xFF\xFF")));
  EXPECT_EQ((Numbers{258}), numbers_of(npy_of("<u8", "(1,)", "\2\1\0\0\0\0\0\0"s)));
  EXPECT_EQ((Numbers{0, 1}), numbers_of(npy_of("|b1", "(2,)", "\0\1"s)));
}

TEST(Npy, ReadsBigEndianNumbers) {
  EXPECT_EQ((Numbers{1.5}), numbers_of(npy_of(">f8", "(1,)", "\x3F\xF8\0\0\0\0\0\0"s)));
  EXPECT_EQ((Numbers{1.5}), numbers_of(npy_of(">f4", "(1,)", "\x3F\xC0\0\0"s)));
  EXPECT_EQ((Numbers{-2, 258}), numbers_of(npy_of(">i2", "(2,)", "\xFF\xFE\1\2")));
}

TEST(Npy, ReadsRowsOfBothOrders) {
  EXPECT_EQ((Numbers{1, 2, 3, 4, 5, 6}), numbers_of(npy_of("|u1", "(2, 3)", "\1\2\3\4\5\6")));
  EXPECT_EQ((Numbers{1, 3, 5, 2, 4, 6}),
            numbers_of(npy_of("|u1", "(2, 3)", "\1\2\3\4\5\6", "True")));
}

TEST(Npy, ReadsAllFormats) {
  const std::string dictionary = "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }";
  for (const char major : {'\1', '\2', '\3'}) {
    EXPECT_EQ((Numbers{7, 8}), numbers_of(npy(dictionary, "\7\10", major)));
  }
  EXPECT_EQ((Numbers{7}),
            numbers_of(npy("{\"shape\":(1,),'fortran_order':True,'descr':'|u1'}", "\7")));
}

TEST(Npy, RefusesWholeNumbersThatDoubleCannotHold) {
  EXPECT_EQ(Numbers{9007199254740992.0}, numbers_of(npy_of("<u8", "(1,)", "\0\0\0\0\0\0\x20\0"s)));
  EXPECT_EQ(Numbers{-0x1p63}, numbers_of(npy_of("<i8", "(1,)", "\0\0\0\0\0\0\0\x80"s)));
  EXPECT_EQ("x.npy, row 1, column 1: 9007199254740993 is a whole number that double cannot hold",
            error_of(npy_of("<u8", "(1,)", "\1\0\0\0\0\0\x20\0"s)));
  EXPECT_EQ("x.npy, row 1, column 1: -9007199254740993 is a whole number that double cannot hold",
            error_of(npy_of("<i8", "(1,)", "\xFF\xFF\xFF\xFF\xFF\xFF\xDF\xFF")));
  EXPECT_EQ("x.npy, row 1, column 2: 2 is no bool", error_of(npy_of("|b1", "(1, 2)", "\0\2"s)));
}

TEST(Npy, RefusesWhatAreNoNumbers) {
  for (const char* type : {"|O", "<U5", "|S3", "<f2", "<c16", "<M8[ns]", "|V8", "<i3", "<i9", "|i4",
                           "=f8", "f8", "<b2", "", "<f16"}) {
    const std::string error = error_of(npy_of(type, "(1,)", "12345678"));
    EXPECT_NE(std::string::npos, error.find("not numbers that can be read")) << type << error;
  }
  EXPECT_EQ("x.npy: the array holds a structure, not numbers that can be read",
            error_of(npy("{'descr': [('x', '<f8')], 'fortran_order': False, 'shape': (1,)}", "")));
}

TEST(Npy, RefusesOtherDimensionsThanOneAndTwo) {
  EXPECT_EQ("x.npy: the array has 0 dimensions", error_of(npy_of("|u1", "()", "\1")));
  EXPECT_EQ("x.npy: the array has 3 dimensions", error_of(npy_of("|u1", "(1, 1, 1)", "\1")));
  EXPECT_EQ("x.npy: the array is empty", error_of(npy_of("|u1", "(1, 0)", "")));
  EXPECT_EQ("x.npy: the array is empty", error_of(npy_of("|u1", "(0, 1000000000000000)", "")));
}

TEST(Npy, ComparesTheShapeWithTheLength) {
  EXPECT_EQ("x.npy: 3 bytes of numbers are there, but the shape is (2, 2) of 1 bytes each",
            error_of(npy_of("|u1", "(2, 2)", "\1\2\3")));
  EXPECT_NE("no DataError", error_of(npy_of("|u1", "(2, 2)", "\1\2\3\4\5")));
  EXPECT_NE("no DataError", error_of(npy_of("<f8", "(1,)", "1234567")));
  // Products that come out right in 64 bits.
  EXPECT_NE("no DataError", error_of(npy_of("<f8", "(2305843009213693952, 8)", "")));
  EXPECT_NE("no DataError", error_of(npy_of("|u1", "(4294967296, 4294967296)", "")));
  EXPECT_NE("no DataError", error_of(npy_of("|u1", "(18446744073709551616,)", "")));
}

TEST(Npy, RefusesDamagedHeaders) {
  const std::string good = "{'descr': '|u1', 'fortran_order': False, 'shape': (1,), }";
  EXPECT_EQ((Numbers{7}), numbers_of(npy(good, "\7")));
  for (const char* bad : {"", "{}", "{'descr': '|u1', 'fortran_order': False}",
                          "{'descr': '|u1', 'fortran_order': False, 'shape': (1,), 'more': 1}",
                          "{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': (1,)}",
                          "{'descr': '|u1', 'fortran_order': 0, 'shape': (1,)}",
                          "{'descr': '|u1', 'fortran_order': False, 'shape': (1)}",
                          "{'descr': '|u1', 'fortran_order': False, 'shape': (-1,)}",
                          "{'descr': '|u1', 'fortran_order': False, 'shape': (1,), } x",
                          "{'descr': '|u1', 'fortran_order': False 'shape': (1,)}",
                          "{'descr': '|u1', 'fortran_order: False, shape: (1,)}"}) {
    EXPECT_NE(std::string::npos, error_of(npy(bad, "\7")).find("header of this .npy file")) << bad;
  }
  EXPECT_EQ("x.npy: this is no .npy file", error_of(""));
  EXPECT_EQ("x.npy: this is no .npy file", error_of("PK\3\4"));
  EXPECT_EQ("x.npy: a .npy format that is not 1.0, 2.0 or 3.0", error_of(npy(good, "\7", 4)));
  EXPECT_EQ("x.npy: the header of this .npy file is longer than 64 KiB",
            error_of("\x93NUMPY\2\0\1\0\1\0"s + std::string(70000, ' ')));
}

TEST(Npy, RefusesEveryTruncation) {
  const std::string bytes = npy_of("<f8", "(2, 1)", "1234567812345678");
  EXPECT_EQ(2U, numbers_of(bytes).size());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_NE("no DataError", error_of(bytes.substr(0, size))) << size;
  }
  EXPECT_NE("no DataError", error_of(bytes + "x"));
}

TEST(Npy, ReadsOnlyRowsThatAreThere) {
  const std::string bytes = npy_of("|u1", "(2, 1)", "\1\2");
  const NpyFile file(bytes, "x.npy");
  Numbers one(1), two(2);
  EXPECT_THROW(file.read_row(2, one), ShapeError);
  EXPECT_THROW(file.read_row(0, two), ShapeError);
}

class NpyOnDisk : public levelgrad::testing::FolderTest {};

TEST_F(NpyOnDisk, WritesTheBytesOfNumPy) {
  const Numbers numbers = {1.5, -2, 0.1, 3};
  std::size_t next = 0;
  const auto next_row = [&](std::span<double> row) {
    for (double& number : row) number = numbers[next++];
  };
  write_npy(folder_ / "f8.npy", 2, 2, false, next_row);
  EXPECT_EQ(npy_of("<f8", "(2, 2)",
                   "\0\0\0\0\0\0\xF8\x3F\0\0\0\0\0\0\0\xC0"
                   "\x9A\x99\x99\x99\x99\x99\xB9\x3F\0\0\0\0\0\0\x08\x40"s),
            read_file(folder_ / "f8.npy"));
  next = 0;
  write_npy(folder_ / "f4.npy", 4, 1, true, next_row);
  EXPECT_EQ((Numbers{1.5, -2, double{0.1F}, 3}), numbers_of(read_file(folder_ / "f4.npy")));
  EXPECT_THROW(write_npy(folder_ / "none.npy", 1, 0, true, next_row), ArgumentError);
}

TEST_F(NpyOnDisk, WritesMoreThanOnePartAndMapsIt) {
  constexpr std::uint64_t rows = 300000;
  double next = 0;
  write_npy(folder_ / "long.npy", rows, 4, false, [&](std::span<double> row) {
    for (double& number : row) number = next++;
  });
  const NpyFile file(folder_ / "long.npy");
  ASSERT_EQ(rows, file.row_count());
  Numbers row(4);
  for (const std::uint64_t i : {std::uint64_t{0}, rows / 2, rows - 1}) {
    file.read_row(i, row);
    const auto first = static_cast<double>(4 * i);
    EXPECT_EQ((Numbers{first, first + 1, first + 2, first + 3}), row);
  }
}

TEST_F(NpyOnDisk, KeepsTheOldFileWhenRowsFail) {
  write_file(folder_ / "x.npy", "old");
  const auto failing = [](std::span<double>) { throw DataError("row 1 is bad"); };
  EXPECT_THROW(write_npy(folder_ / "x.npy", 2, 1, false, failing), DataError);
  EXPECT_EQ("old", read_file(folder_ / "x.npy"));
  EXPECT_EQ(1, std::distance(std::filesystem::directory_iterator(folder_), {}));
}

TEST_F(NpyOnDisk, SaysWhichFileCannotBeMapped) {
  EXPECT_THROW(NpyFile(folder_ / "missing.npy"), FileError);
  EXPECT_THROW(NpyFile{folder_}, FileError);
  write_file(folder_ / "empty.npy", "");
  EXPECT_THROW(NpyFile(folder_ / "empty.npy"), DataError);
}

}  // namespace
}  // namespace levelgrad::host
