# Language, warnings, sanitizers and build speed for every target of this repository.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")

set(WAKALA_SANITIZE "" CACHE STRING "address (with undefined), thread, fuzzer, or empty")
option(WAKALA_WITH_CAF "Build the parts that need the actor framework" ON)

# -O2 with assertions kept: an assertion that fires in production is a bug found, one compiled away is a bug served.
set(CMAKE_CXX_FLAGS_RELEASE "-O2")
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")

add_library(wakala_options INTERFACE)
target_include_directories(wakala_options INTERFACE "${CMAKE_SOURCE_DIR}")
target_compile_options(wakala_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor
                                                -Wold-style-cast -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 reports false positives of these two from inlined standard library and coroutine frames.
  target_compile_options(wakala_options INTERFACE -Wno-maybe-uninitialized -Wno-restrict -fcoroutines)
endif()

if(WAKALA_SANITIZE STREQUAL "address")
  # CAF 0.17 binds null references in a header, hence no-sanitize=null.
  add_compile_options(-fsanitize=address,undefined -fno-sanitize=null -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
elseif(WAKALA_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer)
  add_link_options(-fsanitize=thread)
elseif(WAKALA_SANITIZE STREQUAL "fuzzer")
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()

find_program(WAKALA_CCACHE ccache)
if(WAKALA_CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER "${WAKALA_CCACHE}")
  set(CMAKE_CXX_COMPILER_LAUNCHER
      "${CMAKE_COMMAND};-E;env;CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime;${WAKALA_CCACHE}")
endif()
find_program(WAKALA_MOLD mold)
if(WAKALA_MOLD AND NOT WAKALA_SANITIZE STREQUAL "fuzzer")
  add_link_options(-fuse-ld=mold)
endif()
