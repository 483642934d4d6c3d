# Writes OUT: the commit of the tree in SOURCE, with `+changes` when a tracked file differs from it. Left alone when nothing
# changed, so that nothing is built again. Without optional locks: somebody may be committing.
set(commit "unknown")
if(GIT)
  execute_process(COMMAND "${GIT}" --no-optional-locks describe --always --abbrev=12 --exclude=* --dirty=+changes
                  WORKING_DIRECTORY "${SOURCE}" OUTPUT_VARIABLE found RESULT_VARIABLE failed ERROR_QUIET
                  OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(NOT failed)
    set(commit "${found}")
  endif()
endif()
file(CONFIGURE OUTPUT "${OUT}" CONTENT "// Written by commit.cmake.
#include \"bench/report/build.hpp\"

const char* wakala::bench::built_commit() {
  return \"${commit}\";
}
")
