# SPDX-License-Identifier: MIT
# Compiler flags, in one place.
#
# levelgrad_numerics  what the numerics contract needs of everybody who compiles an op: no
#                     contraction of a * b + c. A build with fast-math cannot keep the contract.
# levelgrad_private   warnings as errors and value-safe optimisation, for our own code only.

add_library(levelgrad_numerics INTERFACE)
target_compile_options(levelgrad_numerics INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-ffp-contract=off>)

add_library(levelgrad_private INTERFACE)
target_compile_options(levelgrad_private INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wdouble-promotion -Wold-style-cast
  -Wnon-virtual-dtor -Werror
  # GCC 12 sees overlapping copies in std::string's operator+ where there are none (GCC bug 105329).
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
  -fno-math-errno -fno-trapping-math)

if(LEVELGRAD_SANITIZE)
  set(sanitizers -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_compile_options(levelgrad_numerics INTERFACE ${sanitizers})
  target_link_options(levelgrad_numerics INTERFACE ${sanitizers})
  # The checks that sanitizers put in make GCC see uninitialised reads where there are none.
  target_compile_options(levelgrad_private INTERFACE -Wno-maybe-uninitialized)
endif()
