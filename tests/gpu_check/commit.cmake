# SPDX-License-Identifier: MIT
# Writes the commit of a checkout into a file that goes where the programs go.
execute_process(COMMAND git -C ${ROOT} describe --always --dirty --abbrev=12
  OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
if(failed OR commit STREQUAL "")
  set(commit unknown)
endif()
file(WRITE ${FILE} "${commit}\n")
