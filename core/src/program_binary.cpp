// SPDX-License-Identifier: MIT
//
// The binary form: magic, version, structure (what the hash counts), details (initial numbers,
// source lines), the hash, and a checksum of all that.
#include <algorithm>
#include <utility>

#include "fnv.h"
#include "levelgrad/contribution.h"
#include "levelgrad/program_text.h"
#include "op_names.h"
#include "program_bytes.h"

namespace levelgrad {
namespace detail {

void write_structure(const ProgramParts& parts, ByteWriter& out) {
  out.u32(static_cast<std::uint32_t>(parts.parameters.size()));
  for (const auto& parameter : parts.parameters) out.text(parameter.name);
  out.u32(static_cast<std::uint32_t>(parts.inputs.size()));
  for (const auto& input : parts.inputs) out.text(input.name);
  out.u32(static_cast<std::uint32_t>(parts.constants.size()));
  for (const auto& constant : parts.constants) out.f64(constant.number);
  out.u32(static_cast<std::uint32_t>(parts.operations.size()));
  for (const auto& operation : parts.operations) {
    // Names, not opcodes: those change when an op is added.
    out.text(info(operation.op).name);
    for (int k = 0; k < arity(operation.op); ++k) {
      out.u32(operation.operand[static_cast<std::size_t>(k)]);
    }
  }
  out.u32(static_cast<std::uint32_t>(parts.outputs.size()));
  for (const auto& output : parts.outputs) {
    out.text(output.name);
    out.u32(output.node);
  }
}

}  // namespace detail

namespace {

constexpr std::string_view magic = "levelgrad\x89P\n";
constexpr std::uint32_t version = 1;
constexpr std::size_t digest_size = 16;

/// Calls f(where) for the source line of each node, in the order of the nodes.
template <class Parts, class F>
void for_each_line(Parts& parts, const F& f) {
  for (auto& parameter : parts.parameters) f(parameter.where);
  for (auto& input : parts.inputs) f(input.where);
  for (auto& constant : parts.constants) f(constant.where);
  for (auto& operation : parts.operations) f(operation.where);
}

void write_details(const ProgramParts& parts, detail::ByteWriter& out) {
  for (const auto& parameter : parts.parameters) out.f64(parameter.initial);
  std::vector<std::string> files;
  const auto file_index = [&](const std::string& file) {
    const auto found = std::ranges::find(files, file);
    if (found != files.end()) return static_cast<std::uint32_t>(found - files.begin());
    files.push_back(file);
    return static_cast<std::uint32_t>(files.size() - 1);
  };
  for_each_line(parts, [&](const SourceLine& where) { file_index(where.file); });
  out.u32(static_cast<std::uint32_t>(files.size()));
  for (const std::string& file : files) out.text(file);
  for_each_line(parts, [&](const SourceLine& where) {
    out.u32(file_index(where.file));
    out.u32(where.line);
  });
}

ProgramParts read_structure(detail::ByteReader& in, const std::string& name) {
  ProgramParts parts;
  parts.parameters.resize(in.count(4));
  for (auto& parameter : parts.parameters) parameter.name = in.text();
  parts.inputs.resize(in.count(4));
  for (auto& input : parts.inputs) input.name = in.text();
  parts.constants.resize(in.count(8));
  for (auto& constant : parts.constants) constant.number = in.f64();
  parts.operations.resize(in.count(8));
  for (auto& operation : parts.operations) {
    const std::string op = in.text();
    const std::optional<Op> found = detail::op_of_name(op);
    if (!found) throw DataError(name + ": no op is named '" + op + "'");
    operation.op = *found;
    for (int k = 0; k < arity(operation.op); ++k) {
      operation.operand[static_cast<std::size_t>(k)] = in.u32();
    }
  }
  parts.outputs.resize(in.count(8));
  for (auto& output : parts.outputs) {
    output.name = in.text();
    output.node = in.u32();
  }
  return parts;
}

void read_details(ProgramParts& parts, detail::ByteReader& in, const std::string& name) {
  for (auto& parameter : parts.parameters) parameter.initial = in.f64();
  std::vector<std::string> files(in.count(4));
  for (std::string& file : files) file = in.text();
  for_each_line(parts, [&](SourceLine& where) {
    const std::uint32_t file = in.u32();
    if (file >= files.size()) throw DataError(name + ": a source line without a file");
    where = {files[file], in.u32()};
  });
}

}  // namespace

std::string to_binary(const Program& program) {
  detail::ByteWriter out;
  out.raw(magic);
  out.u32(version);
  detail::write_structure(program.parts(), out);
  write_details(program.parts(), out);
  out.text(program.hash());
  std::string bytes = out.take();
  return bytes + detail::fnv1a_128(bytes);
}

Program from_binary(std::string_view bytes, const std::string& name) {
  if (!bytes.starts_with(magic)) throw DataError(name + ": not a Program in binary form");
  if (bytes.size() < magic.size() + 4 + digest_size) {
    throw DataError(name + ": the file is cut short");
  }
  const std::string_view content = bytes.substr(0, bytes.size() - digest_size);
  detail::ByteReader in(content.substr(magic.size()), name);
  if (const std::uint32_t found = in.u32(); found != version) {
    throw DataError(name + ": a Program of version " + std::to_string(found) + ", not " +
                        std::to_string(version),
                    "write it again with this version of levelgrad");
  }
  if (detail::fnv1a_128(content) != bytes.substr(content.size())) {
    throw DataError(name + ": the file is damaged or cut short: its checksum is wrong");
  }
  ProgramParts parts = read_structure(in, name);
  read_details(parts, in, name);
  const std::string hash = in.text();
  if (!in.at_end()) throw DataError(name + ": the file is longer than its Program");
  Program program(std::move(parts));
  if (program.hash() != hash) throw DataError(name + ": the hash is not that of the nodes");
  return program;
}

Program read_program(std::string_view bytes, const std::string& name) {
  return bytes.starts_with(magic) ? from_binary(bytes, name) : parse_program(bytes, name);
}

}  // namespace levelgrad
