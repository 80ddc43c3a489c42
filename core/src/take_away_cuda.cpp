// SPDX-License-Identifier: MIT
#include <algorithm>

#include "embedded.h"
#include "levelgrad/lane_text.h"
#include "levelgrad/native_code.h"
#include "levelgrad/uniform_text.h"
#include "native_parts.h"
#include "take_away_parts.h"

namespace levelgrad {
namespace {

constexpr detail::TakeAwayLanguage cuda = {
    "cuda", ".cu", "nvcc -std=c++20 -O3 -arch=native --fmad=false",
    "#include <cstddef>\n#include <cstdio>\n#include <vector>\n",
    "// Pointers may be of the host or of the GPU, but outputs itself is an array of the host.\n"
    "// Functions return 0; an error of CUDA's; -1 where the compiler contracts a * b + c.\n"};

/// What a thread folds at once: as cuda_batch.h has it.
constexpr std::size_t tile_rows = 2, tile_columns = 4;

/// The folds as tiles for threads, in tables.
class Tiles {
public:
  explicit Tiles(const LaneCode& code)
      : ones_(static_cast<LaneSlot>(code.slot_count() + code.program().joins().size())) {
    for (const LaneFold& fold : code.folds()) {
      for (std::size_t r = 0; r < fold.row_count; r += tile_rows) {
        for (std::size_t c = 0; c < fold.column_count; c += tile_columns) add(fold, r, c);
      }
    }
  }

  [[nodiscard]] std::string text() const {
    return detail::constant("tile_count", tiles_.size()) +
           detail::constant("sum_count", sums_.size()) +
           "\n/// Sums that one thread folds: first_sum + r * columns + c is the sum of row r "
           "times "
           "column c.\n"
           "struct Tile {\n  unsigned terms, rows, columns, first_term, first_sum;\n};\n" +
           detail::array_text("__device__ const Tile tiles", tiles_) +
           "\n// The slots of each term, of two rows and four columns.\n" +
           detail::array_text("__device__ const unsigned tile_slot", slots_) +
           "\n// Whose grad a sum is: an index of u and d.\n" +
           detail::array_text("__device__ const unsigned sum_of", sums_);
  }
  [[nodiscard]] std::size_t sum_count() const { return sums_.size(); }

private:
  void add(const LaneFold& fold, std::size_t first_row, std::size_t first_column) {
    const std::size_t rows = std::min(tile_rows, fold.row_count - first_row);
    const std::size_t columns = std::min(tile_columns, fold.column_count - first_column);
    const auto number = [](std::size_t n) { return std::to_string(n); };
    tiles_.push_back("{" + number(fold.term_count) + ", " + number(rows) + ", " + number(columns) +
                     ", " + number(term_count_) + ", " + number(sums_.size()) + "}");
    term_count_ += fold.term_count;
    for (std::size_t t = 0; t < fold.term_count; ++t) {
      // Rows and columns that a small tile lacks are ones; nobody reads their sums.
      for (std::size_t r = 0; r < tile_rows; ++r) {
        add_slot(r < rows ? fold.row[t * fold.row_count + first_row + r] : LaneFold::one);
      }
      for (std::size_t c = 0; c < tile_columns; ++c) {
        add_slot(c < columns ? fold.column[t * fold.column_count + first_column + c]
                             : LaneFold::one);
      }
    }
    for (std::size_t r = first_row; r < first_row + rows; ++r) {
      for (std::size_t c = first_column; c < first_column + columns; ++c) {
        sums_.push_back(number(fold.sum[r * fold.column_count + c]));
      }
    }
  }
  void add_slot(LaneSlot slot) {
    slots_.push_back(std::to_string(slot == LaneFold::one ? ones_ : slot));
  }

  LaneSlot ones_;
  std::size_t term_count_ = 0;
  std::vector<std::string> tiles_, slots_, sums_;
};

}  // namespace

TakeAway take_away_cuda(const Schedule& schedule, const TakeAwayOptions& options) {
  const LaneCode code(schedule, {});
  const Tiles tiles(code);
  const detail::TakeAwayParts parts(code, options, cuda);
  const std::size_t folds = tiles.sum_count() + schedule.program().joins().size();
  const std::string open = "\nnamespace levelgrad {\n\n", close = "\n}  // namespace levelgrad\n";

  TakeAway file;
  file.parts.push_back({false, parts.head()});
  file.parts.push_back({true, "\n" + op_headers_text()});
  file.parts.push_back({false, open + parts.constants() +
                                   detail::constant("slot_count", code.slot_count()) +
                                   detail::constant("fold_width", std::max<std::size_t>(1, folds)) +
                                   tiles.text() + close});
  file.parts.push_back(
      {true, "\n" + std::string(embedded::formulas) + "\n" + std::string(embedded::cuda_lane)});
  file.parts.push_back({false, open + lane_text(code) + "\n" + uniform_text(schedule) + "\n" +
                                   parts.outputs() + close});
  file.parts.push_back(
      {true, "\n" + std::string(embedded::cuda_batch) + "\n" + std::string(embedded::stdin_main)});
  file.parts.push_back({false, parts.interface()});
  return file;
}

}  // namespace levelgrad
