// SPDX-License-Identifier: MIT
//
// What files to take away have in common, whatever they are written in.
#pragma once

#include <string>

#include "levelgrad/lane_code.h"
#include "levelgrad/take_away.h"

namespace levelgrad::detail {

/// What one language has instead of another.
struct TakeAwayLanguage {
  const char* word;       ///< "cpp"
  const char* extension;  ///< ".cpp"
  const char* compiler;   ///< with all flags that it needs
  const char* includes;
  const char* errors;  ///< what the functions return, as a comment
};

class TakeAwayParts {
public:
  TakeAwayParts(const LaneCode& code, const TakeAwayOptions& options,
                const TakeAwayLanguage& language);

  /// From the first comment to the namespace that all else stands in; a program may have several
  /// such files, whose functions must not be taken for each other.
  [[nodiscard]] std::string head() const;
  /// Number, and how many of everything there are.
  [[nodiscard]] std::string constants() const;
  /// Which outputs differ from example to example, and uniform_output(u, k), for those that do not.
  [[nodiscard]] std::string outputs() const;
  /// The functions that users call, and main().
  [[nodiscard]] std::string interface() const;

private:
  [[nodiscard]] std::string initial_numbers() const;
  [[nodiscard]] std::string place() const;

  const LaneCode& code_;
  const Schedule& schedule_;
  const Program& program_;
  TakeAwayLanguage language_;
  std::string title_, name_, type_;
  bool f64_;
};

/// "constexpr unsigned name[] = {1, 2};", never empty. before   "constexpr unsigned".
[[nodiscard]] std::string array_text(const std::string& before,
                                     const std::vector<std::string>& items);

}  // namespace levelgrad::detail
