/// \file
/// A file as sealed pieces: neither writing nor reading needs all of it in memory twice, and no piece can be changed,
/// left out, added, put elsewhere or taken from another file. Pure.
#pragma once

#include "persistence/media/media_store.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

namespace wakala::persistence {

constexpr std::size_t chunk_size = std::size_t{256} * 1024; ///< of plain text
constexpr std::size_t sealed_chunk_size = chunk_size + 28;  ///< with nonce and tag
constexpr std::size_t media_head_size = 17;                 ///< form and the file's own id, in front of the chunks
/// So many characters of a name tell the files of one owner from those of others, and not who that is.
constexpr std::size_t media_owner_size = 8;

/// The name of a medium's place: a keyed hash in hexadecimal, 32 digits.
std::string media_name(const media_address& where);

/// Bytes of the sealed file.
std::uint64_t sealed_size(std::size_t note, std::size_t content) noexcept;

/// Gives the sealed file to `write`, head first, piece by piece; ends with the first error that it returns.
/// Precondition: sizes within those of media_store.hpp.
result<void> seal_medium(const media_address& where, std::string_view note, std::string_view content,
                         random_source& random, const std::function<result<void>(std::string_view)>& write);

/// Opens it again. `read` gives the next bytes, as many as asked for or fewer at the end; `size`: of the whole file.
/// Error: `corrupt`, or what `read` returned.
result<medium> open_medium(const media_address& where, std::uint64_t size,
                           const std::function<result<bytes>(std::size_t)>& read);

} // namespace wakala::persistence
