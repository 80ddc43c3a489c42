// SPDX-License-Identifier: MIT
//
// A fold goes over lanes one after the other, so vectors must run over parameters: the columns of a
// tile are laid side by side first, 16 to a block, and a row's number of one lane is multiplied
// with all of them. A loop over the lanes takes as many rows as the registers hold sums.
#include "native_folds.h"

#include <algorithm>
#include <map>
#include <span>

namespace levelgrad::detail {
namespace {

constexpr std::size_t block = LaneFold::column_block;

/// Fewer columns than this are not worth laying side by side.
constexpr std::size_t least_columns = 4;
/// A fold of more products in one lane is no text but a loop over tables.
constexpr std::size_t most_products = 16'384;
/// More terms than this are not worth it either: each takes a block of its own.
constexpr std::size_t most_terms = 256;

/// Sums that a loop carries: a row of a fold with a block of its columns, or with one column.
struct Strip {
  const LaneFold* fold;
  std::size_t row, first_column, column_count;
};

bool by_table(const LaneFold& fold) {
  const std::size_t products = fold.term_count * fold.row_count * fold.column_count;
  return fold.term_count > most_terms || products > most_products;
}
bool is_turned(const LaneFold& fold) {
  return !by_table(fold) && fold.column_count >= least_columns &&
         std::ranges::find(fold.column, LaneFold::one) == fold.column.end();
}

/// An array of slots in the text, `one` as the kit has it.
std::string table(const std::string& name, const std::vector<LaneSlot>& slots) {
  std::string text = "constexpr unsigned " + name + "[] = {";
  for (std::size_t i = 0; i < slots.size(); ++i) {
    text += i % 16 == 0 ? "\n    " : " ";
    text += (slots[i] == LaneFold::one ? "one" : std::to_string(slots[i])) + ",";
  }
  return text + "};\n";
}

class Folds {
public:
  Folds(const LaneCode& code, const NativeTarget& target)
      : code_(code),
        registers_of_block_(
            std::max<std::size_t>(1, block * (target.f64 ? 8 : 4) / target.vector_bytes)),
        most_registers_(target.registers - target.registers / 8) {}

  NativeFolds run() {
    // Blocks come first, so that all of them are aligned.
    add_loops(strips(true), registers_of_block_);
    add_loops(strips(false), 1);
    for (const LaneFold& fold : code_.folds()) {
      if (by_table(fold)) add_table(fold);
    }
    finish();
    return std::move(result_);
  }

private:
  [[nodiscard]] std::vector<Strip> strips(bool turned) const {
    std::vector<Strip> result;
    const std::size_t step = turned ? block : 1;
    for (const LaneFold& fold : code_.folds()) {
      if (by_table(fold) || is_turned(fold) != turned) continue;
      for (std::size_t c = 0; c < fold.column_count; c += step) {
        for (std::size_t r = 0; r < fold.row_count; ++r) {
          result.push_back({&fold, r, c, std::min(step, fold.column_count - c)});
        }
      }
    }
    return result;
  }

  /// As few loops as the registers allow, and all alike: one with few sums would wait for them.
  void add_loops(const std::vector<Strip>& strips, std::size_t registers_of_strip) {
    if (strips.empty()) return;
    const std::size_t most = std::max<std::size_t>(1, most_registers_ / registers_of_strip);
    const std::size_t loops = (strips.size() + most - 1) / most;
    const std::size_t each = (strips.size() + loops - 1) / loops;
    for (std::size_t first = 0; first < strips.size(); first += each) {
      add_loop(std::span(strips).subspan(first, std::min(each, strips.size() - first)));
    }
  }

  /// The block of a fold's columns in one term, laid side by side; the last column fills it up.
  std::string turned_block(const LaneFold& fold, std::size_t term, std::size_t first) {
    std::vector<LaneSlot> slots;
    for (std::size_t c = first; c < first + block; ++c) {
      slots.push_back(fold.column[term * fold.column_count + std::min(c, fold.column_count - 1)]);
    }
    const std::size_t number = blocks_.emplace(std::move(slots), blocks_.size()).first->second;
    return "block_at(turned(frame, " + std::to_string(number) + ", l))";
  }
  [[nodiscard]] static std::string number_at(LaneSlot slot) {
    return slot == LaneFold::one ? "Number(1)" : "row(frame, " + std::to_string(slot) + ")[l]";
  }

  /// A function that carries the strips' sums over the lanes.
  void add_loop(std::span<const Strip> strips) {
    std::string before, inside, after;
    std::map<std::string, std::string> columns;  // of a lane, by expression
    for (std::size_t i = 0; i < strips.size(); ++i) {
      const Strip& strip = strips[i];
      const LaneFold& fold = *strip.fold;
      const bool turned = is_turned(fold);
      const std::string sum = "s" + std::to_string(i);
      const std::string place = "sums + " + std::to_string(result_.sum_of.size());
      before += "  auto " + sum + " = " + (turned ? "block_at(" : "*(") + place + ");\n";
      after += turned ? "  put_block(" + sum + ", " + place + ");\n"
                      : "  *(" + place + ") = " + sum + ";\n";
      for (std::size_t t = 0; t < fold.term_count; ++t) {
        const std::size_t at = t * fold.column_count + strip.first_column;
        const std::string column =
            turned ? turned_block(fold, t, strip.first_column) : number_at(fold.column[at]);
        const auto [known, fresh] = columns.emplace(column, "c" + std::to_string(columns.size()));
        if (fresh) inside += "    const auto " + known->second + " = " + column + ";\n";
        const LaneSlot row = fold.row[t * fold.row_count + strip.row];
        inside += "    " + sum + " = " + sum + " + ";
        if (row != LaneFold::one) inside += number_at(row) + " * ";
        inside += known->second + ";\n";
      }
      add_places(strip, turned ? block : 1);
    }
    add_function(before + "  for (std::size_t l = last; l-- > first;) {\n" + inside + "  }\n" +
                 after);
  }

  void add_table(const LaneFold& fold) {
    const std::string number = std::to_string(loop_count_);
    functions_ += table("rows_" + number, fold.row) + table("columns_" + number, fold.column);
    add_function("  fold_by_table(frame, rows_" + number + ", columns_" + number + ", " +
                 std::to_string(fold.term_count) + ", " + std::to_string(fold.row_count) + ", " +
                 std::to_string(fold.column_count) + ", first, last, sums + " +
                 std::to_string(result_.sum_of.size()) + ");\n");
    result_.sum_of.insert(result_.sum_of.end(), fold.sum.begin(), fold.sum.end());
  }

  void add_function(const std::string& body) {
    const std::string name = "fold_" + std::to_string(loop_count_++);
    functions_ += "void " + name +
                  "(const Number* frame, std::size_t first, std::size_t last, Number* sums) {\n" +
                  body + "}\n\n";
    calls_ += "  " + name + "(frame, first, last, sums);\n";
  }

  void add_places(const Strip& strip, std::size_t places) {
    const LaneFold& fold = *strip.fold;
    for (std::size_t k = 0; k < places; ++k) {
      result_.sum_of.push_back(
          k < strip.column_count ? fold.sum[strip.row * fold.column_count + strip.first_column + k]
                                 : NativeCode::unused);
    }
  }

  void finish() {
    std::vector<const std::vector<LaneSlot>*> by_number(blocks_.size());
    for (const auto& [slots, number] : blocks_) by_number[number] = &slots;
    std::vector<LaneSlot> all;
    for (const std::vector<LaneSlot>* slots : by_number)
      all.insert(all.end(), slots->begin(), slots->end());
    result_.turned_rows = blocks_.size() * block;
    // C++ knows no empty array.
    result_.text = functions_ + (all.empty() ? "" : table("turned_slots", all));
    const std::string turns =
        blocks_.empty() ? ""
                        : "  for (unsigned k = 0; k < " + std::to_string(blocks_.size()) +
                              "; ++k) {\n    turn(frame, turned_slots + 16 * k, width, k);\n  }\n";
    result_.text +=
        "\ninline void turn_columns([[maybe_unused]] Number* frame,\n"
        "                         [[maybe_unused]] std::size_t width) {\n" +
        turns +
        "}\n\n"
        "inline void fold_lanes([[maybe_unused]] const Number* frame,\n"
        "                       [[maybe_unused]] std::size_t first,\n"
        "                       [[maybe_unused]] std::size_t last,\n"
        "                       [[maybe_unused]] Number* sums) {\n" +
        calls_ + "}\n";
  }

  const LaneCode& code_;
  std::size_t registers_of_block_, most_registers_;
  std::map<std::vector<LaneSlot>, std::size_t> blocks_;
  std::size_t loop_count_ = 0;
  std::string functions_, calls_;
  NativeFolds result_;
};

}  // namespace

NativeFolds native_folds(const LaneCode& code, const NativeTarget& target) {
  return Folds(code, target).run();
}

}  // namespace levelgrad::detail
