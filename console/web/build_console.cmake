# cmake -DSOURCE= -DFOLDER= -DNODE= -DNPM= -DOUT=x.cpp -DSTAMP= -P build_console.cmake
# Builds the console in FOLDER from a copy of SOURCE, so that the checkout stays as it is, and writes its files as C++.
# Packages that cannot be fetched (no network) leave a daemon that says so: the shop runs without its console.
cmake_minimum_required(VERSION 3.25)
file(REMOVE "${STAMP}")
file(REMOVE_RECURSE "${FOLDER}/src" "${FOLDER}/public" "${FOLDER}/dist")
foreach(name src public .npmrc index.html package-lock.json package.json tsconfig.json vite.config.ts)
  file(COPY "${SOURCE}/${name}" DESTINATION "${FOLDER}")
endforeach()

# What is installed is known by its lock file, so that npm runs only when that changes.
set(installed "${FOLDER}/node_modules/.installed")
file(SHA256 "${FOLDER}/package-lock.json" lock)
set(have "")
if(EXISTS "${installed}")
  file(READ "${installed}" have)
endif()
if(NOT have STREQUAL lock)
  execute_process(COMMAND "${NPM}" ci --omit=dev --ignore-scripts --no-audit --no-fund --prefer-offline --fetch-retries=1
                  WORKING_DIRECTORY "${FOLDER}" RESULT_VARIABLE failed OUTPUT_VARIABLE said ERROR_VARIABLE said)
  if(failed)
    message(WARNING "The web console is not built, and /console/ will say so: npm ci failed.\n${said}")
    set(WAKALA_CONSOLE_TROUBLE "Its packages could not be fetched (npm ci) when it was built.")
    configure_file("${SOURCE}/no_console.cpp.in" "${OUT}" @ONLY)
    return()
  endif()
  file(WRITE "${installed}" "${lock}")
endif()

execute_process(COMMAND "${NODE}" node_modules/vite/bin/vite.js build --logLevel warn
                WORKING_DIRECTORY "${FOLDER}" COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND "${NODE}" "${SOURCE}/embed.mjs" "${FOLDER}/dist" "${OUT}" COMMAND_ERROR_IS_FATAL ANY)
file(TOUCH "${STAMP}")
