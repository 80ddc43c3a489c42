# SPDX-License-Identifier: MIT
# lg_embed(target namespace name=file ...): compiles each text file into target as the constant
# <namespace>::embedded::name, declared in the generated header "embedded.h".

function(lg_embed target namespace)
  set(header "#pragma once\n#include <string_view>\n\nnamespace ${namespace}::embedded {\n")
  set(source "#include \"embedded.h\"\n\nnamespace ${namespace}::embedded {\n")
  foreach(entry IN LISTS ARGN)
    string(REPLACE "=" ";" entry "${entry}")
    list(GET entry 0 name)
    list(GET entry 1 file)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${file}")
    file(READ "${file}" text)
    string(APPEND header "extern const std::string_view ${name};\n")
    string(APPEND source "const std::string_view ${name} = R\"lgtext(${text})lgtext\";\n")
  endforeach()
  set(folder "${CMAKE_CURRENT_BINARY_DIR}/embedded")
  file(CONFIGURE OUTPUT "${folder}/embedded.h" CONTENT "${header}}\n" @ONLY)
  file(CONFIGURE OUTPUT "${folder}/embedded.cpp" CONTENT "${source}}\n" @ONLY)
  target_sources(${target} PRIVATE "${folder}/embedded.cpp")
  target_include_directories(${target} PRIVATE "${folder}")
endfunction()
