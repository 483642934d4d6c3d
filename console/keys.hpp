/// \file
/// What a person did at the terminal, free of any terminal library.
#pragma once

#include <cstddef>
#include <cstdint>

namespace wakala::console {

enum class key_kind : std::uint8_t {
  character, ///< `key::character`
  enter,
  escape,
  backspace,
  remove, ///< Delete
  tab,
  up,
  down,
  left,
  right,
  page_up,
  page_down,
  home,
  end,
  function, ///< `key::number`, from 1
  control,  ///< `key::character`: the small letter
  click,    ///< at `row`, `column`
  wheel_up,
  wheel_down,
};

struct key {
  key_kind kind = key_kind::character;
  char32_t character = 0;
  int number = 0;
  std::size_t row = 0;
  std::size_t column = 0;
};

constexpr key of_character(char32_t c) { return {key_kind::character, c, 0, 0, 0}; }
constexpr key of_function(int number) { return {key_kind::function, 0, number, 0, 0}; }

} // namespace wakala::console
