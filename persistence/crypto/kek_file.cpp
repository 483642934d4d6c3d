#include "persistence/crypto/keyring.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace wakala::persistence {

namespace {

constexpr std::size_t key_size = 32;
constexpr std::size_t longest = 64 + 2; ///< hex digits and a line end

error bad_file(const std::string& path, const std::string& why) {
  return make_error(errc::invalid_argument, "key-encryption key file " + path + ": " + why, "keys.kek_file");
}

std::string reason() { return std::strerror(errno); }

/// Reads at most one byte more than a key can have.
result<bytes> read_whole(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    if (errno == ENOENT)
      return make_error(errc::not_found, "key-encryption key file " + path + " does not exist", "keys.kek_file");
    return bad_file(path, reason());
  }
  bytes text(longest + 1, '\0');
  std::size_t have = 0;
  while (have < text.size()) {
    const ssize_t got = ::read(fd, text.data() + have, text.size() - have);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0) {
      auto failure = bad_file(path, reason());
      ::close(fd);
      return failure;
    }
    if (got == 0)
      break;
    have += static_cast<std::size_t>(got);
  }
  ::close(fd);
  text.resize(have);
  return text;
}

std::optional<bytes> parse(std::string_view text) {
  if (text.size() == key_size)
    return bytes(text);
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r'))
    text.remove_suffix(1);
  if (text.size() == key_size)
    return bytes(text);
  std::optional<bytes> key;
  if (text.size() == 64)
    key = from_hex(text);
  else if (text.size() == 44)
    key = from_base64(text);
  if (!key || key->size() != key_size)
    return std::nullopt;
  return key;
}

} // namespace

result<key_bytes> read_kek_file(const std::string& path) {
  auto text = read_whole(path);
  if (!text)
    return text.error();
  auto raw = parse(*text);
  OPENSSL_cleanse(text->data(), text->size());
  if (!raw)
    return bad_file(path, "expected 32 bytes as 64 hexadecimal digits, 44 characters of base64, or raw");
  key_bytes key{};
  std::transform(raw->begin(), raw->end(), key.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
  OPENSSL_cleanse(raw->data(), raw->size());
  return key;
}

result<void> write_kek_file(const std::string& path, random_source& random) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) {
    if (errno == EEXIST)
      return make_error(errc::conflict, "key-encryption key file " + path + " exists already", "keys.kek_file");
    return bad_file(path, reason());
  }
  key_bytes key{};
  random.fill(key);
  std::string text = to_hex(key) + '\n';
  std::size_t done = 0;
  bool good = true;
  while (good && done < text.size()) {
    const ssize_t put = ::write(fd, text.data() + done, text.size() - done);
    if (put > 0)
      done += static_cast<std::size_t>(put);
    else
      good = put < 0 && errno == EINTR;
  }
  good = good && ::fsync(fd) == 0;
  const std::string why = good ? std::string{} : reason();
  ::close(fd);
  OPENSSL_cleanse(key.data(), key.size());
  OPENSSL_cleanse(text.data(), text.size());
  if (good)
    return {};
  ::unlink(path.c_str()); // a key cut short must never be read as one
  return make_error(errc::unavailable, "key-encryption key file " + path + ": " + why, "keys.kek_file");
}

} // namespace wakala::persistence
