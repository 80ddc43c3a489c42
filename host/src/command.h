// SPDX-License-Identifier: MIT
//
// Other programs, run without a shell.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace levelgrad::host {

struct CommandResult {
  int start_error = 0;   // errno, if the program could not be started
  int wait_error = 0;    // errno, if nobody can say how it ended
  int status = -1;       // as waitpid() gives it
  std::string out, err;  // the first 64 KiB of each

  [[nodiscard]] bool succeeded() const;
  /// The signal, or 0.
  [[nodiscard]] int killed_by() const;
  /// What stands behind the program's name: "was killed by signal 9 (Killed)".
  [[nodiscard]] std::string how_it_ended() const;
};

/// Runs the program of the first word, a path, and waits for its end. It gets the other words, no
/// input, our environment and all signals unblocked; as it stays in our group of processes, Ctrl-C
/// ends it as well.
///
/// variables   of its environment, as "NAME=value".
/// errors      all in the result, but FileError where there is no place for the output.
[[nodiscard]] CommandResult run_command(const std::vector<std::string>& words,
                                        const std::vector<std::string>& variables);

/// The absolute path of the program that a shell would run for the word, or an empty one.
[[nodiscard]] std::filesystem::path path_of_program(const std::string& word);

}  // namespace levelgrad::host
