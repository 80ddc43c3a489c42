// SPDX-License-Identifier: MIT
//
// The errors that levelgrad throws. Each says what failed and, in hint(), what to do about it.
// Not for NaN or infinity: those are data to the engine.
#pragma once

#include <exception>
#include <source_location>
#include <string>
#include <string_view>

namespace levelgrad {

/// Base of everything that levelgrad throws.
class Error : public std::exception {
public:
  /// what_failed   one sentence without a full stop, with the place where it happened if known.
  /// hint          what the caller can do; may be empty.
  explicit Error(std::string what_failed, std::string hint = {});

  /// "what failed", and on a second line "hint: ..." if there is one.
  [[nodiscard]] const char* what() const noexcept override { return text_.c_str(); }
  [[nodiscard]] const std::string& message() const noexcept { return message_; }
  [[nodiscard]] const std::string& hint() const noexcept { return hint_; }

private:
  std::string message_;
  std::string hint_;
  std::string text_;
};

/// A Value was used where it has no meaning: another Graph, another thread, after its scope ended.
class GraphError : public Error {
  using Error::Error;
};

/// What cannot be recorded as a Program: it would be wrong for other examples, or has no meaning.
class RecordingError : public Error {
  using Error::Error;
};

/// A Program that breaks a rule; the message shows the node.
class ProgramError : public Error {
  using Error::Error;
};

/// More nodes than the memory, or a Graph, can hold.
class MemoryError : public Error {
  using Error::Error;
};

/// An argument outside the function's domain: an exponent, a rate, a size.
class ArgumentError : public Error {
  using Error::Error;
};

/// Lengths that do not fit each other.
class ShapeError : public Error {
  using Error::Error;
};

/// Data that cannot be read as what it should be.
class DataError : public Error {
  using Error::Error;
};

/// A file or folder that cannot be read or written.
class FileError : public Error {
  using Error::Error;
};

/// A command line that cannot be understood.
class UsageError : public Error {
  using Error::Error;
};

/// Training met a loss, a grad or a parameter that is not finite.
class DivergedError : public Error {
  using Error::Error;
};

/// No GPU that can be used, or one that failed.
class DeviceError : public Error {
  using Error::Error;
};

/// A compiler of generated code that is missing, or that failed; the message has what it said.
class CompilerError : public Error {
  using Error::Error;
};

/// The processor or the build does not do IEEE-754 arithmetic: no bits can be promised.
class ArithmeticError : public Error {
  using Error::Error;
};

/// A broken promise inside levelgrad: always a bug of ours.
class InternalError : public Error {
public:
  explicit InternalError(std::string_view broken,
                         std::source_location where = std::source_location::current());
};

/// " at file.cpp:12", with the folders left out; "" where the line is not known.
[[nodiscard]] std::string at(std::source_location where);

}  // namespace levelgrad
