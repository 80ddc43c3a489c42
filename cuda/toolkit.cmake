# SPDX-License-Identifier: MIT
# Looks for a CUDA toolkit and sets LEVELGRAD_HAS_CUDA. Without one, everything else is built.

set(LEVELGRAD_HAS_CUDA OFF)
if(LEVELGRAD_CUDA STREQUAL "OFF")
  return()
endif()

# Machine code for the GPU that is there; else for data centres of today, and PTX that a driver
# compiles for every GPU from Turing on.
if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
  if(EXISTS /dev/nvidiactl)
    set(CMAKE_CUDA_ARCHITECTURES native)
  else()
    set(CMAKE_CUDA_ARCHITECTURES 75-virtual 90-real)
  endif()
endif()

set(oldest 12.4)
find_package(CUDAToolkit QUIET)
# Only the header: the library is opened by programs that need it.
find_file(nvrtc_header nvrtc.h HINTS ${CUDAToolkit_INCLUDE_DIRS} NO_CACHE)
if(CUDAToolkit_FOUND AND CUDAToolkit_VERSION VERSION_LESS oldest)
  set(missing "CUDA ${CUDAToolkit_VERSION} is too old: levelgrad needs ${oldest}")
elseif(NOT CUDAToolkit_FOUND)
  find_program(nvcc nvcc NO_CACHE)
  set(missing "no toolkit found")
elseif(NOT CUDAToolkit_NVCC_EXECUTABLE)
  set(missing "the toolkit in ${CUDAToolkit_BIN_DIR} has no nvcc")
elseif(NOT nvrtc_header)
  set(missing "the toolkit has no nvrtc.h (package cuda-nvrtc-dev)")
else()
  # In a project of its own, so that a compiler that does not work here is no error of ours.
  set(nvcc ${CUDAToolkit_NVCC_EXECUTABLE})
  set(ENV{CUDACXX} ${nvcc})
  set(ENV{CUDAARCHS} "${CMAKE_CUDA_ARCHITECTURES}")
  include(CheckLanguage)
  check_language(CUDA)
  if(NOT CMAKE_CUDA_COMPILER)
    set(missing "${nvcc} compiles nothing here: see CMakeFiles/CMakeError.log in the build folder")
  endif()
endif()

if(DEFINED missing)
  if(LEVELGRAD_CUDA STREQUAL "ON")
    message(FATAL_ERROR "CUDA: ${missing}, and LEVELGRAD_CUDA is ON. Install CUDA ${oldest} or "
                        "newer, or use -DLEVELGRAD_CUDA=AUTO.")
  elseif(nvcc AND DEFINED ENV{CI})
    message(FATAL_ERROR "CUDA: ${missing}, though ${nvcc} is there")
  endif()
  message(STATUS "CUDA: ${missing}; everything else is built")
  return()
endif()

enable_language(CUDA)
set(LEVELGRAD_HAS_CUDA ON)
message(STATUS "CUDA: ${CUDAToolkit_VERSION}, compiled for ${CMAKE_CUDA_ARCHITECTURES}")
