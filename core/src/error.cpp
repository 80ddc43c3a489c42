// SPDX-License-Identifier: MIT
#include "levelgrad/error.h"

#include <utility>

namespace levelgrad {

Error::Error(std::string what_failed, std::string hint)
    : message_(std::move(what_failed)), hint_(std::move(hint)), text_(message_) {
  if (!hint_.empty()) {
    text_ += "\nhint: " + hint_;
  }
}

InternalError::InternalError(std::string_view broken, std::source_location where)
    : Error("internal error: " + std::string(broken) + at(where),
            "this is a bug in levelgrad; please report it with the command that you ran") {}

std::string at(std::source_location where) {
  if (where.line() == 0) {
    return {};
  }
  std::string_view file = where.file_name();
  file.remove_prefix(file.find_last_of('/') + 1);  // npos + 1 == 0: no folder, nothing to remove
  return " at " + std::string(file) + ":" + std::to_string(where.line());
}

}  // namespace levelgrad
