# SPDX-License-Identifier: MIT
# Installs a build, moves what was installed, builds a project against it and runs that.
#
#   cmake -DBUILD=folder -DSOURCE=folder -DPROJECT=folder -DWORK=folder -DCOMPILER=program
#     -DLAUNCHER=program|'' -DWITH_CUDA=ON|OFF -P install.cmake

# run(words...): one command, which must succeed.
function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

set(prefix ${WORK}/moved)
file(REMOVE_RECURSE ${prefix} ${WORK}/as-installed)
execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/as-installed
  OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
file(RENAME ${WORK}/as-installed ${prefix})

file(GLOB_RECURSE texts ${prefix}/*.cmake)
foreach(text IN LISTS texts)
  file(STRINGS ${text} lines)
  foreach(folder IN ITEMS ${BUILD} ${SOURCE})
    string(FIND "${lines}" ${folder} found)
    if(NOT found EQUAL -1)
      message(FATAL_ERROR "${text} names ${folder}")
    endif()
  endforeach()
endforeach()

run(${prefix}/bin/levelgrad --version)
run(${CMAKE_COMMAND} -S ${PROJECT} -B ${WORK}/build -G Ninja --fresh
  -DCMAKE_PREFIX_PATH=${prefix} -DCMAKE_EXPORT_COMPILE_COMMANDS=ON -DWITH_CUDA=${WITH_CUDA}
  -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER})
# The numerics contract holds for what users compile, too: op templates are inline.
file(STRINGS ${WORK}/build/compile_commands.json commands REGEX "\"command\"")
list(FILTER commands EXCLUDE REGEX "-ffp-contract=off")
if(commands)
  message(FATAL_ERROR "compiled with contraction: ${commands}")
endif()
run(${CMAKE_COMMAND} --build ${WORK}/build --parallel)
run(${WORK}/build/outside)
if(WITH_CUDA)
  run(${WORK}/build/devices)
endif()
