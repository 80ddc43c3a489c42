# SPDX-License-Identifier: MIT
# Compiler flags, in one place.
#
# levelgrad_numerics  what the numerics contract needs of everybody who compiles an op: no
#                     contraction of a * b + c. A build with fast-math cannot keep the contract.
# levelgrad_private   warnings as errors and value-safe optimisation, for our own code only.
#
# lg_host_numerics, lg_device_numerics, lg_fast_and_safe: the same as lists, for the tests that call
# a compiler themselves.

set(lg_host_numerics -ffp-contract=off)
set(lg_device_numerics --fmad=false --prec-div=true --prec-sqrt=true --ftz=false)
set(lg_fast_and_safe -fno-math-errno -fno-trapping-math)

# nvcc's own flags, then those that it hands to the host's compiler. The language standard is an
# explicit flag, as CMake 3.25 knows none for CUDA 13.
set(lg_nvcc_flags -std=c++20 ${lg_device_numerics})
list(TRANSFORM lg_host_numerics PREPEND -Xcompiler= OUTPUT_VARIABLE host_flags)
list(APPEND lg_nvcc_flags ${host_flags})

add_library(levelgrad_numerics INTERFACE)
target_compile_options(levelgrad_numerics INTERFACE
  "$<$<COMPILE_LANGUAGE:CXX>:${lg_host_numerics}>"
  "$<$<COMPILE_LANGUAGE:CUDA>:${lg_nvcc_flags}>")

add_library(levelgrad_private INTERFACE)
set(warnings
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wdouble-promotion -Wold-style-cast
  -Wnon-virtual-dtor)
# Errors with the compilers that the tests know. What a newer one warns of must not stop a newcomer.
if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU" OR CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  list(APPEND warnings -Werror)
endif()
target_compile_options(levelgrad_private INTERFACE
  "$<$<COMPILE_LANGUAGE:CXX>:${warnings};${lg_fast_and_safe}>"
  # GCC 12 sees overlapping copies in std::string's operator+ where there are none (GCC bug 105329).
  $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-restrict>
  "$<$<COMPILE_LANGUAGE:CUDA>:--Werror=all-warnings;-Xcompiler=-Wall,-Wextra,-Wshadow>")

if(LEVELGRAD_SANITIZE)
  # -O1 -g1: compiled in half the time, and reports still name lines.
  set(sanitizers
    -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -O1 -g1)
  target_compile_options(levelgrad_numerics INTERFACE
    "$<$<COMPILE_LANGUAGE:CXX>:${sanitizers}>")
  target_link_options(levelgrad_numerics INTERFACE ${sanitizers})
  # The checks that sanitizers put in make GCC see uninitialised reads where there are none.
  target_compile_options(levelgrad_private INTERFACE -Wno-maybe-uninitialized)
endif()
