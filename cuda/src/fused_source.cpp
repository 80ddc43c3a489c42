// SPDX-License-Identifier: MIT
#include "fused_source.h"

#include "embedded.h"
#include "levelgrad/lane_text.h"
#include "levelgrad/op_headers.h"

namespace levelgrad::cuda {
namespace {

/// Calls of long functions up to which each is a part of the code.
constexpr std::size_t most_long_calls = 48;

std::size_t long_calls(const Program& program) {
  std::size_t count = 0;
  for (NodeIndex n = program.body().begin; n < program.body().end; ++n) {
    const bool has = dispatch(program.op(n), [](auto o) {
      return std::string_view(decltype(o)::value_text).find("math::") != std::string_view::npos;
    });
    if (has) ++count;
  }
  return count;
}

std::string constant(const char* name, std::size_t number) {
  return std::string("constexpr unsigned ") + name + " = " + std::to_string(number) + ";\n";
}

}  // namespace

JitSource fused_source(const LaneCode& code, const FusedPlan& plan, const FusedNumbers& numbers,
                       bool f64) {
  const Program& program = code.program();
  const bool pieces = code.pieces().size() > 1;
  const bool calls = long_calls(program) > most_long_calls;
  std::string text = "#include \"levelgrad/ops.h\"\n\n";
  text +=
      std::string("#define LG_IN_CONSTANT_BANK ") + (numbers.in_constant_bank ? "1" : "0") + "\n";
  text += std::string("#define LG_LONG __device__ ") +
          (calls ? "__noinline__" : "__forceinline__") + "\n";
  text += std::string("#define LG_PIECE __device__ ") +
          (pieces ? "__noinline__" : "__forceinline__") + "\n";
  text += "\nnamespace levelgrad {\n\n";
  text += std::string("using Number = ") + (f64 ? "double" : "float") + ";\n";
  text += constant("pass_lanes", plan.pass_lanes);
  text += constant("chunks_of_block", plan.chunks_of_block);
  text += constant("block_threads", plan.threads);
  text += constant("blocks_at_once", plan.blocks_at_once);
  text += constant("slot_count", code.slot_count());
  text += constant("join_count", program.joins().size());
  text += constant("number_count", numbers.count);
  text += constant("first_seed", numbers.first_seed);
  text += constant("fold_width", numbers.fold_width);
  text += "\n}  // namespace levelgrad\n\n";
  text += embedded::fused_kernel;
  text += "\nnamespace levelgrad {\n\n" + lane_text(code) + "\n";
  text += "__device__ __forceinline__ void run_lane(const FusedLane lane) {\n";
  for (std::size_t k = 0; k < code.pieces().size(); ++k) {
    text += "  piece_" + std::to_string(k) + "(lane);\n";
  }
  text += "}\n\n}  // namespace levelgrad\n";
  text += embedded::fused_main;
  JitSource source{"fused.cu", std::move(text), {}};
  for (const OpHeader& header : op_headers()) source.headers.emplace_back(header.name, header.text);
  return source;
}

}  // namespace levelgrad::cuda
