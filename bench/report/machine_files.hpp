/// \file
/// The texts under /proc that describe a machine, read as text so that tests need no other machine.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace wakala::bench {

/// Of /proc/cpuinfo: the model of the first processor, `unknown` when it is not said.
std::string cpu_model(std::string_view cpuinfo);
/// Of /proc/meminfo: the machine's memory in bytes, 0 when it is not said.
std::uint64_t memory_total(std::string_view meminfo);
/// Of /proc/self/mountinfo: type and device of the file system that holds the absolute `path`, such as
/// `ext4 on /dev/vda1`; `unknown` when none does.
std::string file_system_of(std::string_view mountinfo, std::string_view path);

} // namespace wakala::bench
