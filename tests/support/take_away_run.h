// SPDX-License-Identifier: MIT
//
// Files to take away, compiled: what they compute beside the reference executor.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "levelgrad/reference_executor.h"
#include "levelgrad/take_away.h"
#include "native_library.h"
#include "support/batch_case.h"
#include "support/golden.h"
#include "support/same_numbers.h"
#include "temporary_folder.h"

namespace levelgrad::testing {

/// The text as a shared object, whatever compiles it; the command gets "source -o object".
inline host::NativeLibrary compiled_file(const std::string& command, const std::string& extension,
                                         const std::string& text) {
  const host::TemporaryFolder folder;
  const std::string source = folder.path() / ("file" + extension),
                    object = folder.path() / "file.so";
  const std::string log = folder.path() / "log";
  std::ofstream(source) << text;
  const std::string line = command + " " + source + " -o " + object + " >" + log + " 2>&1";
  if (std::system(line.c_str()) != 0) ADD_FAILURE() << line << "\n" << read_file(log);
  return host::NativeLibrary(read_file(object));
}

/// Runs NAME_step and NAME_outputs for the case and compares all bits with the reference.
template <class T>
void expect_reference_bits(const host::NativeLibrary& library, const std::string& name,
                           const BatchCase<T>& test) {
  const Program& program = test.programs[0];
  BasicReferenceExecutor<T> reference;
  reference.load(program);
  reference.set_parameters(test.parameters);
  const BasicBatch<T> batch = {.example_count = test.example_count, .inputs = test.inputs};
  std::vector<T> loss(1), grads(program.parameter_count());
  std::vector<std::vector<T>> outputs;
  for (const ProgramParts::Output& output : program.outputs()) {
    outputs.emplace_back(program.varying(output.node) ? test.example_count : 1);
  }
  std::vector<std::vector<T>> own_outputs = outputs;
  std::vector<T> own_loss(1), own_grads(grads.size());
  BasicResults<T> results = {.loss = loss, .grads = grads};
  for (std::vector<T>& output : outputs) results.outputs.emplace_back(output);
  reference.run(batch, results);

  using Step = int(const T*, const T*, std::size_t, T*, T*);
  using Outputs = int(const T*, const T*, std::size_t, T* const*);
  ASSERT_EQ(0, library.function<Step>((name + "_step").c_str())(
                   test.parameters.data(), test.inputs.data(), test.example_count, own_loss.data(),
                   own_grads.data()));
  EXPECT_TRUE(same_numbers(own_loss, loss)) << test.name << ", loss, n = " << test.example_count;
  EXPECT_TRUE(same_numbers(own_grads, grads)) << test.name << ", grads, n = " << test.example_count;
  std::vector<T*> pointers;
  for (std::vector<T>& output : own_outputs) pointers.push_back(output.data());
  const auto run = library.function<Outputs>((name + "_outputs").c_str());
  ASSERT_EQ(0,
            run(test.parameters.data(), test.inputs.data(), test.example_count, pointers.data()));
  for (std::size_t k = 0; k < outputs.size(); ++k) {
    EXPECT_TRUE(same_numbers(own_outputs[k], outputs[k]))
        << test.name << ", output " << k << ", n = " << test.example_count;
    pointers[k] = nullptr;  // what is not wanted
  }
  EXPECT_EQ(0,
            run(test.parameters.data(), test.inputs.data(), test.example_count, pointers.data()));
  EXPECT_NE(0, run(test.parameters.data(), test.inputs.data(), 0, pointers.data()));
}

}  // namespace levelgrad::testing
