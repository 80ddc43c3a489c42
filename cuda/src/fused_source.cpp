// SPDX-License-Identifier: MIT
#include "fused_source.h"

#include "embedded.h"
#include "levelgrad/error.h"
#include "levelgrad/lane_text.h"
#include "levelgrad/op_headers.h"
#include "levelgrad/uniform_text.h"

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

/// What stands before the kits: what the kernel is made for.
std::string head(const LaneCode& code, const FusedPlan& plan, const FusedNumbers& numbers,
                 bool f64) {
  const bool pieces = code.pieces().size() > 1;
  const bool calls = long_calls(code.program()) > most_long_calls;
  const auto define = [](const char* name, const char* as) {
    return std::string("#define ") + name + " " + as + "\n";
  };
  std::string text;
  for (const char* header : {"clipping.h", "ops.h", "optimizers.h"}) {
    text += std::string("#include \"levelgrad/") + header + "\"\n";
  }
  text += "\n";
  text += define("LG_IN_CONSTANT_BANK", numbers.in_constant_bank ? "1" : "0");
  text += define("LG_LONG", calls ? "__device__ __noinline__" : "__device__ __forceinline__");
  text += define("LG_PIECE", pieces ? "__device__ __noinline__" : "__device__ __forceinline__");
  text += "\nnamespace levelgrad {\n\n";
  text += std::string("using Number = ") + (f64 ? "double" : "float") + ";\n";
  text += constant("pass_lanes", plan.pass_lanes);
  text += constant("chunks_of_block", plan.chunks_of_block);
  text += constant("block_threads", plan.threads);
  text += constant("blocks_at_once", plan.blocks_at_once);
  text += constant("slot_count", code.slot_count());
  text += constant("join_count", code.program().joins().size());
  text += constant("number_count", numbers.count);
  text += constant("first_seed", numbers.first_seed);
  text += constant("fold_width", numbers.fold_width);
  return text + "\n}  // namespace levelgrad\n\n";
}

/// The body: the kit, the pieces, and who calls them.
std::string body(const LaneCode& code) {
  std::string text = std::string(embedded::formulas) + "\n" + std::string(embedded::fused_kernel);
  text += "\nnamespace levelgrad {\n\n" + lane_text(code) + "\n";
  text += "template <class Lane>\n__device__ __forceinline__ void run_lane(const Lane lane) {\n";
  for (std::size_t k = 0; k < code.pieces().size(); ++k) {
    text += "  piece_" + std::to_string(k) + "(lane);\n";
  }
  return text + "}\n\n}  // namespace levelgrad\n\n";
}

/// The uniform part, and what is to be known of it.
std::string uniform_part(const Schedule& schedule) {
  const Program& program = schedule.program();
  std::string text = constant("parameter_count", program.parameter_count());
  text += constant("shared_count", program.shared_count());
  text += constant("uniform_count", uniform_count(program));
  text += std::string("constexpr bool backward_reads_epilogue = ") +
          (backward_reads_epilogue(program) ? "true" : "false") + ";\n\n";
  return text + uniform_text(schedule) + "\n";
}

JitSource with_headers(std::string name, std::string text) {
  JitSource source{std::move(name), std::move(text), {}};
  for (const OpHeader& header : op_headers()) source.headers.emplace_back(header.name, header.text);
  return source;
}

}  // namespace

LaneCode fused_code(const Schedule& schedule, const StorageNeeds& needs) {
  // Numbers of a lane above which compiling takes too long to be worth it, and of one function.
  constexpr std::size_t most_numbers = 20'000, piece_numbers = 2'500;
  const std::size_t nodes = schedule.program().body().size();
  if (2 * nodes > most_numbers) {
    throw CompilerError("a body of " + std::to_string(nodes) + " nodes is too large to compile");
  }
  return LaneCode(schedule, {needs.backward, needs.input_grads, piece_numbers});
}

bool uniform_part_compiles_soon(const Schedule& schedule) {
  // A thousand lines, most of them a call of an op; NVRTC takes minutes for ten times as many.
  constexpr std::size_t most_text = 64 * 1024;
  return uniform_text(schedule).size() <= most_text;
}

JitSource fused_source(const LaneCode& code, const FusedPlan& plan, const FusedNumbers& numbers,
                       bool f64) {
  std::string text =
      head(code, plan, numbers, f64) + body(code) + std::string(embedded::fused_main);
  if (numbers.with_uniform_part) {
    const Program& program = code.program();
    std::string outputs;
    std::size_t count = 0;
    for (const ProgramParts::Output& output : program.outputs()) {
      if (!program.epilogue().holds(output.node)) continue;
      outputs += std::to_string(output.node - program.epilogue().begin) + ", ";
      ++count;
    }
    text += "\nnamespace levelgrad {\n\n" + uniform_part(code.schedule());
    text += constant("uniform_threads", fused_uniform_threads);
    text += constant("epilogue_output_count", count);
    // One more than there are, as no array is empty.
    text += "__device__ constexpr unsigned epilogue_outputs[] = {" + outputs + "0};\n\n";
    text += "}  // namespace levelgrad\n\n" + std::string(embedded::fused_uniform);
  }
  return with_headers("fused.cu", std::move(text));
}

JitSource fused_steps_source(const LaneCode& code, const FusedPlan& plan,
                             const UniformLayout& layout, const std::string& optimizer,
                             std::size_t most_chunks, bool f64) {
  std::size_t levels = 1;
  while ((most_chunks >> levels) != 0) ++levels;
  const FusedNumbers numbers = {0, 0, layout.join_count() + layout.folded().size(), false};
  std::string text = head(code, plan, numbers, f64) + body(code);
  text += "namespace levelgrad {\n\n";
  text += "using Optimizer = optimizer::" + optimizer + ";\n";
  text += constant("root_index", uniform_index(code.program(), code.program().root()));
  text += constant("most_chunks", most_chunks) + constant("most_levels", levels);
  text += uniform_part(code.schedule()) + "\n}  // namespace levelgrad\n\n";
  text += embedded::fused_steps;
  return with_headers("fused_steps.cu", std::move(text));
}

}  // namespace levelgrad::cuda
