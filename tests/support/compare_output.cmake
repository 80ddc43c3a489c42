# SPDX-License-Identifier: MIT
#
#   cmake -D PROGRAM=... -D GOLDEN=... [-D NEEDS="flag flag"] [-D MAY_UPDATE=ON] -P compare_output.cmake
#
# Runs a program and compares its output with a file, line by line. NEEDS names flags of
# /proc/cpuinfo without which the program cannot run here. With LEVELGRAD_UPDATE_GOLDEN=1 in the
# environment, the one caller with MAY_UPDATE writes the file; without, a missing file is a failure.
cmake_minimum_required(VERSION 3.25)

file(STRINGS /proc/cpuinfo cpu REGEX "^flags" LIMIT_COUNT 1)
string(REPLACE " " ";" needs "${NEEDS}")
foreach(flag IN LISTS needs)
  if(NOT "${cpu} " MATCHES " ${flag} ")
    message("SKIPPED: this processor does not have ${flag}")
    return()
  endif()
endforeach()

execute_process(COMMAND ${PROGRAM} OUTPUT_VARIABLE actual RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "${PROGRAM} ended with ${status}")
endif()

if(MAY_UPDATE AND "$ENV{LEVELGRAD_UPDATE_GOLDEN}" STREQUAL "1")
  file(WRITE ${GOLDEN} "${actual}")
  message("written: ${GOLDEN}")
  return()
endif()
if(NOT EXISTS ${GOLDEN})
  message(FATAL_ERROR "${GOLDEN} is missing; LEVELGRAD_UPDATE_GOLDEN=1 writes it")
endif()

file(READ ${GOLDEN} expected)
if(actual STREQUAL expected)
  return()
endif()
string(REPLACE "\n" ";" expected "${expected}")
string(REPLACE "\n" ";" actual "${actual}")
foreach(line IN LISTS expected)
  if(NOT line IN_LIST actual)
    message("- ${line}")
  endif()
endforeach()
foreach(line IN LISTS actual)
  if(NOT line IN_LIST expected)
    message("+ ${line}")
  endif()
endforeach()
message(FATAL_ERROR "the output of ${PROGRAM} is not ${GOLDEN}")
