// SPDX-License-Identifier: MIT
//
// The program's list of executors with a flawed one in it: a program made with this list instead of
// the real one must notice it.
#include "executors.h"
#include "levelgrad/error.h"
#include "support/flawed_executor.h"

namespace levelgrad::app {

std::vector<std::string> executor_names() { return {"flawed", "reference"}; }
std::vector<std::string> usable_executor_names() { return executor_names(); }
Place place_of(const std::string&) { return Place::Cpu; }
bool has_strategies(const std::string&) { return false; }
bool compiles(const std::string&) { return false; }
bool has_fast_mode(const std::string& name) { return compiles(name); }

template <class T>
std::unique_ptr<BasicExecutor<T>> make_executor(const std::string& name, const ExecutorOptions&) {
  const bool flawed = name == "flawed";
  return std::make_unique<testing::FlawedExecutor<T>>(flawed ? testing::Flaw::Grads
                                                             : testing::Flaw::None);
}

template std::unique_ptr<BasicExecutor<float>> make_executor(const std::string&,
                                                             const ExecutorOptions&);
template std::unique_ptr<BasicExecutor<double>> make_executor(const std::string&,
                                                              const ExecutorOptions&);

}  // namespace levelgrad::app
