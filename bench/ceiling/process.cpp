#include "bench/ceiling/process.hpp"

#include <filesystem>

namespace wakala::bench {

result<ceiling_process> ceiling_process::start(const ceiling_options& options, std::chrono::milliseconds patience) {
  std::error_code failed;
  std::filesystem::create_directories(options.directory, failed);
  if (failed)
    return make_error(errc::unavailable, "cannot make " + options.directory + ": " + failed.message());
  child_options program;
  program.program = options.program;
  program.arguments = {"ceiling",     "--serve",
                       "--directory", options.directory,
                       "--secret",    options.secret,
                       "--threads",   std::to_string(options.threads),
                       "--shards",    std::to_string(options.shards)};
  program.output_file = options.directory + "/ceiling.log";
  std::filesystem::remove(program.output_file, failed);
  auto process = child::start(program);
  if (!process)
    return process.error();
  ceiling_process ceiling(std::move(*process), options);
  auto url = wait_for_line(ceiling.process_, "public: ", patience);
  if (!url)
    return make_error(url.error().code, "the ceiling " + url.error().what);
  ceiling.url_ = std::move(*url);
  return ceiling;
}

result<ceiling_counts> ceiling_process::stop() {
  const int status = process_.stop();
  if (status != 0)
    return make_error(errc::unavailable,
                      "the ceiling ended with status " + std::to_string(status) + ": " + process_.output());
  const auto number = [this](const char* name) -> result<std::uint64_t> {
    const auto text = wait_for_line(process_, name, std::chrono::milliseconds{0});
    if (!text)
      return text.error();
    return std::stoull(*text);
  };
  const auto rows = number("rows: ");
  if (!rows)
    return rows.error();
  const auto batches = number("batches: ");
  if (!batches)
    return batches.error();
  return ceiling_counts{*rows, *batches};
}

} // namespace wakala::bench
