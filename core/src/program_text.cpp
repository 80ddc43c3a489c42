// SPDX-License-Identifier: MIT
#include "levelgrad/program_text.h"

#include <charconv>
#include <utility>

#include "levelgrad/contribution.h"
#include "levelgrad/error.h"
#include "levelgrad/number_text.h"
#include "op_names.h"

namespace levelgrad {
namespace {

constexpr std::string_view header = "levelgrad program 1";

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    if (c == '\n') {
      result += "\\n";
    } else {
      result += c;
    }
  }
  return result + "\"";
}

std::string place(NodeIndex node) { return "%" + std::to_string(node); }

std::string comment(const SourceLine& where) {
  if (where.line == 0) return "\n";
  return " ; " + where.file + ":" + std::to_string(where.line) + "\n";
}

std::string line_of(const Program& program, NodeIndex node) {
  std::string text = place(node) + " = ";
  if (program.parameters().holds(node)) {
    text += "parameter " + quoted(program.name(node)) + " " + shortest(program.initial(node));
  } else if (program.inputs().holds(node)) {
    text += "input " + quoted(program.name(node));
  } else if (program.constants().holds(node)) {
    text += "constant " + shortest(program.constant(node));
  } else {
    text += info(program.op(node)).name;
    for (const NodeIndex operand : program.operands(node)) text += " " + place(operand);
  }
  return text + comment(program.where(node));
}

/// The words of one line, and what is wrong with it.
class Line {
public:
  Line(std::string_view text, std::size_t number, const std::string& name)
      : rest_(text), place_(name + ", line " + std::to_string(number)) {
    skip_blanks();
  }

  [[noreturn]] void refuse(const std::string& what) const { throw DataError(place_ + ": " + what); }
  /// Nothing but a comment is left.
  [[nodiscard]] bool at_end() const { return rest_.empty() || rest_.front() == ';'; }
  void expect_end() const {
    if (!at_end()) refuse("'" + std::string(rest_) + "' is too much");
  }

  std::string_view word() {
    if (at_end()) refuse("something is missing at the end");
    const std::string_view word = rest_.substr(0, rest_.find_first_of(" \t"));
    return take(word.size());
  }
  /// A text in quotes.
  std::string text() {
    if (at_end() || rest_.front() != '"') refuse("a name in quotes is missing");
    std::string result;
    std::size_t i = 1;
    for (; i < rest_.size() && rest_[i] != '"'; ++i) {
      if (rest_[i] == '\\' && i + 1 < rest_.size()) {
        ++i;
        result += rest_[i] == 'n' ? '\n' : rest_[i];
      } else {
        result += rest_[i];
      }
    }
    if (i == rest_.size()) refuse("a quote is not closed");
    take(i + 1);
    return result;
  }
  NodeIndex node() {
    const std::string_view text = word();
    NodeIndex number = 0;
    if (!text.starts_with('%') || !read(text.substr(1), number)) {
      refuse("'" + std::string(text) + "' is not a node such as %12");
    }
    return number;
  }
  double number() {
    const std::string_view text = word();
    double number = 0;
    if (!read(text, number)) refuse("'" + std::string(text) + "' is not a number");
    return number;
  }
  /// "; file:12", or a comment of another kind.
  [[nodiscard]] SourceLine where() const {
    SourceLine where;
    const std::size_t colon = rest_.rfind(':');
    if (rest_.empty() || colon == std::string_view::npos) return {};
    std::string_view file = rest_.substr(1, colon - 1);
    file.remove_prefix(std::min(file.find_first_not_of(" \t"), file.size()));
    if (file.empty() || !read(rest_.substr(colon + 1), where.line)) return {};
    where.file = file;
    return where;
  }

private:
  template <class N>
  static bool read(std::string_view text, N& number) {
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    return error == std::errc() && stop == end;
  }
  std::string_view take(std::size_t size) {
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    skip_blanks();
    return taken;
  }
  void skip_blanks() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r"), rest_.size()));
    while (!rest_.empty() && (rest_.back() == ' ' || rest_.back() == '\r')) rest_.remove_suffix(1);
  }

  std::string_view rest_;
  std::string place_;
};

/// Takes the lines of a text, one after the other.
class Parser {
public:
  void take(Line line) {
    if (line.at_end()) return;
    if (!has_header_) {
      take_header(line);
      return;
    }
    const std::string_view word = line.word();
    if (word == "hash") {
      hash_ = line.word();
      line.expect_end();
    } else if (word == "output") {
      std::string name = line.text();
      parts_.outputs.push_back({std::move(name), line.node()});
      line.expect_end();
    } else if (word.starts_with('%')) {
      take_node(word, line);
    } else {
      line.refuse("'" + std::string(word) + "' begins no line of a Program");
    }
  }

  [[nodiscard]] Program finish(const std::string& name) {
    if (!has_header_) throw DataError(name + ": not a Program: it is empty");
    Program program(std::move(parts_));
    if (!hash_.empty() && hash_ != program.hash()) {
      throw DataError(name + ": the hash is not that of the nodes, which is " + program.hash(),
                      "if the text was changed on purpose, take the line with the hash out");
    }
    return program;
  }

private:
  void take_header(Line& line) {
    const bool program = line.word() == "levelgrad" && !line.at_end() && line.word() == "program";
    if (!program) line.refuse("a Program begins with '" + std::string(header) + "'");
    if (const std::string_view version = line.word(); version != "1") {
      line.refuse("a Program of version " + std::string(version) + ", not 1");
    }
    line.expect_end();
    has_header_ = true;
  }

  void take_node(std::string_view node, Line& line) {
    if (node != place(next_)) line.refuse("the next node is " + place(next_));
    ++next_;
    if (line.word() != "=") line.refuse("'=' is missing");
    const std::string_view kind = line.word();
    if (kind == "parameter") {
      require_order(0, line);
      std::string name = line.text();
      parts_.parameters.push_back({std::move(name), line.number(), {}});
      parts_.parameters.back().where = end_of(line);
    } else if (kind == "input") {
      require_order(1, line);
      std::string name = line.text();
      parts_.inputs.push_back({std::move(name), end_of(line)});
    } else if (kind == "constant") {
      require_order(2, line);
      const double number = line.number();
      parts_.constants.push_back({number, end_of(line)});
    } else {
      require_order(3, line);
      take_operation(kind, line);
    }
  }

  void take_operation(std::string_view kind, Line& line) {
    const std::optional<Op> op = detail::op_of_name(kind);
    if (!op) line.refuse("no op is named '" + std::string(kind) + "'");
    ProgramParts::Operation operation{*op, {}, {}};
    for (int k = 0; k < arity(*op); ++k) {
      operation.operand[static_cast<std::size_t>(k)] = line.node();
    }
    operation.where = end_of(line);
    parts_.operations.push_back(operation);
  }

  static SourceLine end_of(const Line& line) {
    line.expect_end();
    return line.where();
  }

  void require_order(int kind, const Line& line) {
    if (kind < kind_)
      line.refuse("parameters, inputs, constants and operations come in this order");
    kind_ = kind;
  }

  ProgramParts parts_;
  std::string hash_;
  NodeIndex next_ = 0;
  int kind_ = 0;
  bool has_header_ = false;
};

}  // namespace

std::string to_text(const Program& program) {
  std::string text = std::string(header) + "\nhash " + program.hash() + "\n";
  for (NodeIndex node = 0; node < program.node_count(); ++node) {
    for (const auto& [part, name] :
         {std::pair{program.prologue(), "; prologue\n"}, std::pair{program.body(), "; body\n"},
          std::pair{program.epilogue(), "; epilogue\n"}}) {
      if (part.size() > 0 && node == part.begin) text += name;
    }
    text += line_of(program, node);
  }
  for (const ProgramParts::Output& output : program.outputs()) {
    text += "output " + quoted(output.name) + " " + place(output.node) + "\n";
  }
  return text;
}

Program parse_program(std::string_view text, const std::string& name) {
  Parser parser;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    parser.take(Line(text.substr(0, end), number, name));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return parser.finish(name);
}

}  // namespace levelgrad
