#include "persistence/media/file_media_store.hpp"

#include "persistence/media/open_file.hpp"
#include "persistence/media/sealed_chunks.hpp"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <filesystem>
#include <map>
#include <mutex>
#include <set>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace wakala::persistence {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view unfinished = ".tmp";
constexpr std::size_t name_size = 32;

bool is_name(std::string_view text) {
  return text.size() == name_size && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

time_ms modified_at(const struct stat& facts) {
  return facts.st_mtim.tv_sec * ms_per_second + facts.st_mtim.tv_nsec / 1'000'000;
}

bool set_modified(int fd, time_ms at) {
  const timespec time{at / ms_per_second, at % ms_per_second * 1'000'000};
  const std::array<timespec, 2> both{time, time};
  return ::futimens(fd, both.data()) == 0;
}

class file_media_store final : public media_store {
public:
  file_media_store(file_media_options options, open_file lock)
      : options_(std::move(options)), lock_(std::move(lock)) {}

  result<void> load() {
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(options_.directory, failed)) {
      const auto name = entry.path().filename().string();
      struct stat facts {};
      if (name.ends_with(unfinished))
        ::unlink(entry.path().c_str());
      else if (is_name(name) && ::stat(entry.path().c_str(), &facts) == 0)
        add(name, {static_cast<std::uint64_t>(facts.st_size), modified_at(facts)});
    }
    if (failed)
      return make_error(errc::invalid_argument, "media.directory cannot be read: " + failed.message());
    const std::lock_guard guard{mutex_};
    drop_old();
    make_room(0);
    return {};
  }

  result<void> put(const media_address& where, std::string_view note, std::string_view content) override {
    if (note.size() > medium_note_max || content.size() > medium_bytes_max)
      return make_error(errc::invalid_argument, "larger than any file that is kept", "content");
    const auto name = media_name(where);
    const auto size = sealed_size(note.size(), content.size());
    {
      const std::lock_guard guard{mutex_};
      drop_old();
      if (!make_room(size))
        return make_error(errc::overloaded, "there is no room for a file of this size");
      promised_ += size;
    }
    const auto now = options_.clock->now();
    const auto path = path_of(name + "." + fresh_hex() + std::string(unfinished));
    auto done = write(path, where, note, content, now);
    {
      const std::lock_guard guard{mutex_}; // so that nobody takes the new file for the old one
      promised_ -= size;
      if (done && ::rename(path.c_str(), path_of(name).c_str()) != 0)
        done = system_failure("a file cannot be renamed");
      if (done) {
        forget(name);
        add(name, {size, now});
      }
    }
    if (done)
      return open_file(options_.directory, O_RDONLY | O_DIRECTORY).sync();
    ::unlink(path.c_str());
    return done;
  }

  result<medium> get(const media_address& where) override {
    const auto name = media_name(where);
    {
      const std::lock_guard guard{mutex_};
      const auto known = files_.find(name);
      if (known == files_.end() || is_old(known->second))
        return nothing();
    }
    const open_file file(path_of(name), O_RDONLY);
    if (!file.good())
      return errno == ENOENT ? nothing() : system_failure("a stored file cannot be opened");
    struct stat facts {};
    if (::fstat(file.fd(), &facts) != 0)
      return system_failure("a stored file cannot be looked at");
    return open_medium(where, static_cast<std::uint64_t>(facts.st_size),
                       [&](std::size_t size) { return file.read(size); });
  }

  result<void> erase(const media_address& where) override {
    const std::lock_guard guard{mutex_};
    return remove(media_name(where)) ? result<void>{} : system_failure("a stored file cannot be erased");
  }

  void sweep() override {
    const std::lock_guard guard{mutex_};
    drop_old();
  }

  std::uint64_t bytes_kept() const override {
    const std::lock_guard guard{mutex_};
    return bytes_;
  }

private:
  struct kept_file {
    std::uint64_t size = 0;
    time_ms at = 0;
  };

  static error nothing() { return make_error(errc::not_found, "no such file is kept"); }
  std::string path_of(const std::string& name) const { return options_.directory + "/" + name; }
  bool is_old(const kept_file& file) const { return file.at + options_.kept <= options_.clock->now(); }

  void add(const std::string& name, kept_file file) {
    bytes_ += file.size;
    auto& owner = owners_[owner_of(name)];
    owner.bytes += file.size;
    owner.by_age.emplace(file.at, name);
    by_age_.emplace(file.at, name);
    files_.emplace(name, file);
  }

  void forget(const std::string& name) {
    const auto known = files_.find(name);
    if (known == files_.end())
      return;
    bytes_ -= known->second.size;
    const auto owner = owners_.find(owner_of(name));
    owner->second.bytes -= known->second.size;
    owner->second.by_age.erase({known->second.at, name});
    if (owner->second.by_age.empty())
      owners_.erase(owner);
    by_age_.erase({known->second.at, name});
    files_.erase(known);
  }

  bool remove(const std::string& name) {
    if (::unlink(path_of(name).c_str()) != 0 && errno != ENOENT)
      return false;
    forget(name);
    return true;
  }

  void drop_old() {
    while (!by_age_.empty() && is_old(files_.at(by_age_.begin()->second)))
      if (!remove(std::string(by_age_.begin()->second)))
        return;
  }

  /// The oldest of whoever has most go until there is room: nobody's files push out those of somebody with fewer.
  bool make_room(std::uint64_t size) {
    if (promised_ + size > options_.bytes_max)
      return false; // nothing would be enough
    while (bytes_ + promised_ + size > options_.bytes_max) {
      const auto most = std::max_element(owners_.begin(), owners_.end(), [](const auto& a, const auto& b) {
        return a.second.bytes < b.second.bytes;
      });
      if (most == owners_.end() || !remove(std::string(most->second.by_age.begin()->second)))
        return false;
    }
    return true;
  }

  std::string fresh_hex() const {
    std::array<std::uint8_t, 8> fresh{};
    options_.random->fill(fresh);
    return to_hex(fresh);
  }

  result<void> write(const std::string& path, const media_address& where, std::string_view note,
                     std::string_view content, time_ms now) const {
    const open_file file(path, O_WRONLY | O_CREAT | O_EXCL, S_IRUSR | S_IWUSR);
    if (!file.good())
      return system_failure("a file cannot be made");
    auto written =
        seal_medium(where, note, content, *options_.random, [&](std::string_view data) { return file.write(data); });
    if (written && !set_modified(file.fd(), now))
      return system_failure("a file's time cannot be set");
    return written ? file.sync() : written;
  }

  const file_media_options options_;
  const open_file lock_; ///< held while this lives
  mutable std::mutex mutex_;
  std::map<std::string, kept_file> files_;
  using names_by_age = std::set<std::pair<time_ms, std::string>>;
  struct owner_files {
    std::uint64_t bytes = 0;
    names_by_age by_age;
  };
  static std::string owner_of(const std::string& name) { return name.substr(0, media_owner_size); }
  std::map<std::string, owner_files> owners_; ///< by the first part of the names
  names_by_age by_age_;
  std::uint64_t bytes_ = 0;
  std::uint64_t promised_ = 0; ///< to files that are being written
};

} // namespace

result<std::unique_ptr<media_store>> open_file_media_store(file_media_options options) {
  const auto unusable = [](const std::string& why) {
    return make_error(errc::invalid_argument, "media.directory cannot be used: " + why, "media.directory");
  };
  std::error_code failed;
  fs::create_directories(options.directory, failed);
  if (failed)
    return unusable(failed.message());
  if (::chmod(options.directory.c_str(), S_IRWXU) != 0)
    return unusable(system_failure("its rights cannot be set").what);
  open_file lock(options.directory + "/lock", O_RDWR | O_CREAT, S_IRUSR | S_IWUSR);
  if (!lock.good())
    return unusable(system_failure("its lock cannot be opened").what);
  if (::flock(lock.fd(), LOCK_EX | LOCK_NB) != 0)
    return make_error(errc::conflict, "media.directory belongs to another process", "media.directory");
  auto store = std::make_unique<file_media_store>(std::move(options), std::move(lock));
  if (auto loaded = store->load(); !loaded)
    return loaded.error();
  return std::unique_ptr<media_store>(std::move(store));
}

} // namespace wakala::persistence
