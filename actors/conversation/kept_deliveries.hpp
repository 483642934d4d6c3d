/// \file
/// The deliveries that a conversation has at hand.
#pragma once

#include "actors/records/conversation_records.hpp"
#include "runtime/core/resident_memory.hpp"

#include <boost/container/devector.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace wakala::actors {

/// Deliveries of one conversation, by ordinal and by message id. What is not here is in the store. Statuses mostly
/// speak of one of the oldest. A shopper who writes hundreds of messages a second has hundreds of them.
class kept_deliveries {
public:
  bool has(std::uint64_t ordinal) const noexcept { return is_at(place_of(ordinal), ordinal); }
  std::optional<delivery_record> find(std::uint64_t ordinal) const;
  /// The newest ordinal of a message id.
  std::optional<std::uint64_t> ordinal_of(std::string_view message_id) const noexcept;

  void put(std::uint64_t ordinal, const delivery_record& record);
  void erase(std::uint64_t ordinal);
  /// Forgets the oldest until `most` are left.
  void trim(std::size_t most);
  /// Forgets those from before `time`, the oldest first, while more than `most` are left.
  void trim_before(time_ms time, std::size_t most);

  std::size_t size() const noexcept { return ordinals_.size(); }

private:
  /// A `delivery_record` in half of its size; as good as none has an error.
  struct kept {
    struct failure {
      std::string code;
      std::string text;
    };
    explicit kept(const delivery_record& record);
    delivery_record record() const;

    time_ms at;
    resident_string message_id;
    std::unique_ptr<failure> error;
    std::uint32_t attempts;
    std::uint32_t ambiguous;
    whatsapp::delivery_status status;
  };
  template <class T>
  using column = boost::container::devector<T, resident_allocator<T>>;

  std::size_t place_of(std::uint64_t ordinal) const noexcept;
  /// One past the last place before `end` with that hash; 0 when there is none.
  std::size_t last_with(std::uint32_t hash, std::size_t end) const noexcept;
  bool is_at(std::size_t place, std::uint64_t ordinal) const noexcept {
    return place < ordinals_.size() && ordinals_[place] == ordinal;
  }
  void drop(std::size_t count);

  // Beside each other, ascending by ordinal: what is searched lies close together.
  column<std::uint64_t> ordinals_;
  column<std::uint32_t> ids_; ///< hashes of the message ids
  column<kept> records_;
};

} // namespace wakala::actors
