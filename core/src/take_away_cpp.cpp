// SPDX-License-Identifier: MIT
#include "embedded.h"
#include "levelgrad/uniform_text.h"
#include "native_parts.h"
#include "take_away_parts.h"

namespace levelgrad {
namespace {

constexpr detail::TakeAwayLanguage cpp = {
    "cpp", ".cpp", "g++ -std=c++20 -O2 -march=native -ffp-contract=off",
    "#include <algorithm>\n#include <array>\n#include <cstddef>\n#include <cstdio>\n"
    "#include <new>\n#include <utility>\n#include <vector>\n",
    "// Functions return 0; 1 where n is 0 or memory is short; 2 where the compiler contracts "
    "a * b + c.\n"};

/// The vectors of whatever processor the file will be compiled for; bits do not depend on them.
constexpr const char* vectors =
    "\n#if defined(__AVX512F__)\nconstexpr std::size_t vector_bytes = 64;\n"
    "#elif defined(__AVX__)\nconstexpr std::size_t vector_bytes = 32;\n"
    "#else\nconstexpr std::size_t vector_bytes = 16;\n#endif\n";
constexpr std::size_t sub_block = 64;

std::string sum_table(const NativeCode& layout) {
  std::vector<std::string> items;
  for (const std::uint32_t sum : layout.sum_of) {
    items.push_back(sum == NativeCode::unused ? "unused" : std::to_string(sum));
  }
  return detail::constant("frame_rows", layout.rows) +
         detail::constant("sum_count", layout.sum_of.size()) +
         "\n// Whose grads fold_lanes() folds: an index of u and d.\n"
         "constexpr unsigned unused = ~0U;\n" +
         detail::array_text("constexpr unsigned sum_of", items);
}

}  // namespace

TakeAway take_away_cpp(const Schedule& schedule, const TakeAwayOptions& options) {
  const LaneCode code(schedule, {});
  const NativeTarget target = {
      .f64 = options.f64, .vector_bytes = 32, .registers = 16, .sub_block = sub_block};
  const detail::NativeParts native = detail::native_parts(code, target);
  const detail::TakeAwayParts parts(code, options, cpp);
  const std::string open = "\nnamespace levelgrad {\n\n", close = "\n}  // namespace levelgrad\n";

  TakeAway file;
  file.parts.push_back({false, parts.head()});
  file.parts.push_back({true, "\n" + op_headers_text()});
  file.parts.push_back({false, open + parts.constants() + vectors +
                                   detail::constant("sub_block", sub_block) +
                                   "\n// Rows of a frame, the memory of some lanes.\n" +
                                   native.constants + sum_table(native.layout) + close});
  file.parts.push_back(
      {true, "\n" + std::string(embedded::formulas) + "\n" + std::string(embedded::native_lanes)});
  file.parts.push_back({false, open + native.graph + "\n" + uniform_text(schedule) + "\n" +
                                   parts.outputs() + close});
  file.parts.push_back({true, "\n" + std::string(embedded::native_batch) + "\n" +
                                  std::string(embedded::stdin_main)});
  file.parts.push_back({false, parts.interface()});
  return file;
}

}  // namespace levelgrad
