#include "http/media_notes.hpp"

#include "runtime/core/codec.hpp"

namespace wakala::http {

namespace {

constexpr std::uint8_t form = 1;
constexpr std::uint64_t time_max = std::uint64_t{1} << 53U;

error damaged() { return make_error(errc::corrupt, "the note beside a stored file cannot be read"); }

std::string joined(std::string_view kind, std::initializer_list<std::string_view> parts) {
  std::string key(kind);
  for (const auto part : parts)
    key.append(1, ':').append(std::to_string(part.size())).append(1, ':').append(part);
  return key;
}

} // namespace

bytes to_bytes(const file_note& note) {
  encoder out(form);
  out.text(note.mime_type);
  out.hex(note.sha256);
  return out.take();
}

bytes to_bytes(const upload_note& note) {
  encoder out(form);
  out.numeral(note.id);
  out.number(static_cast<std::uint64_t>(note.expires_at));
  return out.take();
}

result<file_note> read_file_note(std::string_view from) {
  decoder in(from);
  in.expect(in.form() == form);
  file_note note;
  note.mime_type = in.text();
  note.sha256 = in.hex();
  return in.finished() ? result<file_note>(note) : damaged();
}

result<upload_note> read_upload_note(std::string_view from) {
  decoder in(from);
  in.expect(in.form() == form);
  upload_note note;
  note.id = in.numeral();
  note.expires_at = in.number<time_ms>(time_max);
  return in.finished() ? result<upload_note>(note) : damaged();
}

std::string file_key(std::string_view phone_number_id, std::string_view media_id) {
  return joined("file", {phone_number_id, media_id});
}

std::string upload_key(std::string_view phone_number_id, std::string_view mime_type, std::string_view sha256) {
  return joined("upload", {phone_number_id, mime_type, sha256});
}

} // namespace wakala::http
