# Everything comes from the distribution; scripts/deps names the packages.
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED) # headers: Beast, Asio, Boost.UUID, boost::system::result
find_package(OpenSSL 3 REQUIRED)
find_package(spdlog REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(GTest REQUIRED)
if(WAKALA_WITH_CAF)
  find_package(CAF 0.17.6 REQUIRED)
  find_package(CLI11 REQUIRED)
endif()
