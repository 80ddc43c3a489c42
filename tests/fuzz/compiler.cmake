# SPDX-License-Identifier: MIT
# Finds a clang++ of 16 or newer that has libFuzzer, and makes it the project's compiler. As a
# script (cmake -P) it says by its exit status whether there is one.

function(lg_has_libfuzzer result compiler)
  execute_process(
    COMMAND ${CMAKE_COMMAND} -E echo "static_assert(__clang_major__ >= 16, \"too old\"); \
extern \"C\" int LLVMFuzzerTestOneInput(const unsigned char*, unsigned long) { return 0; }"
    COMMAND ${compiler} -fsanitize=fuzzer,address,undefined -x c++ - -o /dev/null
    RESULT_VARIABLE failed OUTPUT_QUIET ERROR_QUIET)
  if(failed)
    set(${result} FALSE PARENT_SCOPE)
  endif()
endfunction()

find_program(CMAKE_CXX_COMPILER
  NAMES clang++ clang++-16 clang++-17 clang++-18 clang++-19 clang++-20 clang++-21 clang++-22
  VALIDATOR lg_has_libfuzzer)
if(NOT CMAKE_CXX_COMPILER)
  message(FATAL_ERROR "The fuzz targets need clang++ 16 or newer with libFuzzer "
    "(Debian has them as clang-16 and libclang-rt-16-dev)")
endif()
