# Everything comes from the distribution; scripts/deps names the packages.
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED) # headers: Beast, Asio, Boost.UUID, boost::system::result
find_package(OpenSSL 3 REQUIRED)
find_package(spdlog REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(PostgreSQL REQUIRED) # libpq
find_package(GTest REQUIRED)
# The programs' allocator. Sanitizers bring their own.
add_library(wakala_allocator INTERFACE)
if(NOT WAKALA_SANITIZE)
  find_library(JEMALLOC_LIBRARY jemalloc REQUIRED)
  mark_as_advanced(JEMALLOC_LIBRARY)
  target_link_libraries(wakala_allocator INTERFACE "${JEMALLOC_LIBRARY}")
endif()
if(WAKALA_WITH_CAF)
  find_package(CAF 0.17.6 REQUIRED)
  find_package(CLI11 REQUIRED)
endif()
