// SPDX-License-Identifier: MIT
#include "levelgrad/host/npy.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <bit>
#include <cerrno>
#include <utility>
#include <vector>

#include "descriptor.h"
#include "levelgrad/error.h"
#include "levelgrad/host/files.h"
#include "npy_header.h"
#include "read_error.h"

namespace levelgrad::host {
namespace {

struct Mapping {
  std::shared_ptr<const void> owner;
  std::string_view bytes;
};

Mapping map_file(const std::filesystem::path& path) {
  const auto check = [&](bool good) {
    if (!good) fail_to_read(path.string(), errno);
  };
  const Descriptor file(open_file(path, O_RDONLY));
  check(static_cast<bool>(file));
  struct stat state {};
  check(::fstat(file.number(), &state) == 0);
  if (!S_ISREG(state.st_mode)) {
    throw FileError("cannot read " + path.string() + ": not a file", "pipes cannot be mapped");
  }
  const auto size = static_cast<std::size_t>(state.st_size);
  if (size == 0) return {};  // cannot be mapped, and is refused for its missing header
  void* const begin = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.number(), 0);
  check(begin != MAP_FAILED);
  std::shared_ptr<const void> owner(begin, [begin, size](const void*) { ::munmap(begin, size); });
  return {std::move(owner), {static_cast<const char*>(begin), size}};
}

/// The bits of a number, the highest byte first or last in the file.
std::uint64_t load(const char* bytes, const NpyType& type) {
  std::uint64_t bits = 0;
  for (std::size_t k = 0; k < type.size; ++k) {
    const std::size_t place = type.big_endian ? k : type.size - 1 - k;
    bits = bits << 8 | static_cast<unsigned char>(bytes[place]);
  }
  return bits;
}

/// Whether double holds a whole number of this size.
bool is_exact(std::uint64_t magnitude) {
  return static_cast<int>(std::bit_width(magnitude)) - std::countr_zero(magnitude) <= 53;
}

void append(std::string& bytes, std::uint64_t bits, std::size_t size) {
  for (std::size_t k = 0; k < size; ++k) bytes.push_back(static_cast<char>(bits >> (8 * k)));
}

}  // namespace

NpyFile::NpyFile(const std::filesystem::path& path) : name_(path.string()) {
  Mapping mapping = map_file(path);
  mapping_ = std::move(mapping.owner);
  read_header(mapping.bytes);
}

NpyFile::NpyFile(std::string_view bytes, std::string name) : name_(std::move(name)) {
  read_header(bytes);
}

void NpyFile::read_header(std::string_view bytes) {
  const NpyHeader header = parse_npy_header(bytes, name_);
  const std::size_t dimensions = header.shape.size();
  if (dimensions != 1 && dimensions != 2) {
    throw DataError(fmt::format("{}: the array has {} dimensions", name_, dimensions),
                    "reshape it to [examples, columns]");
  }
  const std::uint64_t columns = dimensions == 2 ? header.shape[1] : 1;
  if (header.shape[0] == 0 || columns == 0) throw DataError(name_ + ": the array is empty");
  data_ = bytes.substr(header.size);
  // Divided, not multiplied: a shape may be anything.
  const std::uint64_t numbers = data_.size() / header.type.size;
  if (data_.size() % header.type.size != 0 || numbers % columns != 0 ||
      numbers / columns != header.shape[0]) {
    throw DataError(
        fmt::format("{}: {} bytes of numbers are there, but the shape is ({}) of {} bytes each",
                    name_, data_.size(), fmt::join(header.shape, ", "), header.type.size),
        "the file is damaged, or its end is missing");
  }
  type_ = header.type;
  by_columns_ = header.by_columns;
  row_count_ = header.shape[0];
  column_count_ = static_cast<std::size_t>(columns);
}

void NpyFile::read_row(std::uint64_t row, std::span<double> numbers) const {
  if (row >= row_count_ || numbers.size() != column_count_) {
    throw ShapeError(fmt::format("{}: row {} with {} numbers of an array of {} rows and {} columns",
                                 name_, row, numbers.size(), row_count_, column_count_));
  }
  for (std::size_t column = 0; column < column_count_; ++column) {
    numbers[column] = number_at(row, column);
  }
}

double NpyFile::number_at(std::uint64_t row, std::size_t column) const {
  const std::uint64_t place =
      by_columns_ ? column * row_count_ + row : row * column_count_ + column;
  const std::uint64_t bits = load(data_.data() + place * type_.size, type_);
  const auto fail = [&](const auto& number, const char* problem) {
    throw DataError(
        fmt::format("{}, row {}, column {}: {} {}", name_, row + 1, column + 1, number, problem));
  };
  constexpr const char* too_large = "is a whole number that double cannot hold";
  const unsigned unused = 64 - 8 * static_cast<unsigned>(type_.size);
  switch (type_.kind) {
    case NpyType::Kind::Float:
      return type_.size == 8
                 ? std::bit_cast<double>(bits)
                 : static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
    case NpyType::Kind::Signed: {
      const std::int64_t number = static_cast<std::int64_t>(bits << unused) >> unused;
      const auto magnitude = static_cast<std::uint64_t>(number);
      if (!is_exact(number < 0 ? 0 - magnitude : magnitude)) fail(number, too_large);
      return static_cast<double>(number);
    }
    case NpyType::Kind::Unsigned:
      if (!is_exact(bits)) fail(bits, too_large);
      return static_cast<double>(bits);
    case NpyType::Kind::Bool:
      if (bits > 1) fail(bits, "is no bool");
      return static_cast<double>(bits);
  }
  throw InternalError("a number of no kind");
}

void write_npy(const std::filesystem::path& path, std::uint64_t row_count, std::size_t column_count,
               bool single, const std::function<void(std::span<double>)>& next_row) {
  if (column_count == 0) throw ArgumentError("an array without columns cannot be written");
  constexpr std::size_t part_size = std::size_t{8} << 20;
  write_file_in_parts(path, [&](const ByteSink& write) {
    std::string bytes = npy_header_text(row_count, column_count, single);
    std::vector<double> row(column_count);
    for (std::uint64_t i = 0; i < row_count; ++i) {
      next_row(row);
      for (const double number : row) {
        if (single) {
          append(bytes, std::bit_cast<std::uint32_t>(static_cast<float>(number)), 4);
        } else {
          append(bytes, std::bit_cast<std::uint64_t>(number), 8);
        }
      }
      if (bytes.size() < part_size) continue;
      write(bytes);
      bytes.clear();
    }
    write(bytes);
  });
}

}  // namespace levelgrad::host
