# SPDX-License-Identifier: MIT
# What `cmake --install` leaves behind: the program, and a package for find_package(levelgrad).
#
#   levelgrad::core, levelgrad::host   always; what they need of the machine comes with them
#   levelgrad::cuda                    where it was built, for find_package(... COMPONENTS cuda)
#
# Flags of the numerics contract (levelgrad::numerics) come with every target. Files name no folder
# of the machine that built them, so a prefix can be moved.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/levelgrad)

# lg_install(export target...): the targets with their headers, named levelgrad::NAME for others.
function(lg_install export)
  foreach(target IN LISTS ARGN)
    string(REPLACE levelgrad_ "" name ${target})
    set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
    set(headers)
    if(NOT target STREQUAL "levelgrad_numerics")
      set(headers FILE_SET HEADERS)
    endif()
    install(TARGETS ${target} EXPORT ${export} ${headers})
  endforeach()
  install(EXPORT ${export} NAMESPACE levelgrad:: DESTINATION ${package})
endfunction()

lg_install(levelgrad-targets levelgrad_numerics levelgrad_core levelgrad_host)
if(LEVELGRAD_HAS_CUDA)
  # Apart, so that who wants no GPU needs no toolkit.
  lg_install(levelgrad-cuda-targets levelgrad_cuda)
endif()
install(TARGETS levelgrad)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

configure_package_config_file(core/levelgrad-config.cmake.in levelgrad-config.cmake
  INSTALL_DESTINATION ${package})
write_basic_package_version_file(levelgrad-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES
  ${PROJECT_BINARY_DIR}/levelgrad-config.cmake
  ${PROJECT_BINARY_DIR}/levelgrad-config-version.cmake DESTINATION ${package})
