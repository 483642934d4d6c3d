#include "console/painter.hpp"

#include "console/text.hpp"

// The library's macros collide with everything: it comes last.
#define NCURSES_NOMACROS 1
#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <curses.h>
#include <langinfo.h>
#include <stdexcept>
#include <unistd.h>

namespace wakala::console {

namespace {

/// One pair of colours a look; -1 is the terminal's own.
struct colours {
  short foreground = -1;
  short background = -1;
  attr_t attributes = A_NORMAL; ///< with colours
  attr_t without = A_NORMAL;    ///< without any
};

colours colours_of(look how) {
  const bool is_rich = COLORS >= 256;
  switch (how) {
  case look::plain:
    return {};
  case look::dim:
    return {static_cast<short>(is_rich ? 245 : -1), -1, is_rich ? A_NORMAL : A_DIM, A_DIM};
  case look::strong:
    return {-1, -1, A_BOLD, A_BOLD};
  case look::heading:
    return {COLOR_BLACK, COLOR_GREEN, A_NORMAL, A_BOLD | A_UNDERLINE};
  case look::good:
    return {COLOR_GREEN, -1};
  case look::warning:
    return {COLOR_YELLOW, -1, A_NORMAL, A_BOLD};
  case look::bad:
    return {COLOR_RED, -1, A_BOLD, A_BOLD | A_UNDERLINE};
  case look::accent:
    return {COLOR_CYAN, -1};
  case look::label:
    return {COLOR_BLACK, COLOR_CYAN, A_NORMAL, A_REVERSE};
  case look::bar:
    return {COLOR_WHITE, COLOR_BLUE, A_BOLD, A_REVERSE};
  case look::selected:
    return {COLOR_BLACK, COLOR_CYAN, A_NORMAL, A_REVERSE};
  case look::banner:
    return {COLOR_WHITE, COLOR_RED, A_BOLD, A_REVERSE | A_BOLD};
  }
  return {};
}

constexpr std::array<look, 12> looks{look::plain, look::dim,     look::strong,   look::heading,
                                     look::good,  look::warning, look::bad,      look::accent,
                                     look::label, look::bar,     look::selected, look::banner};

short pair_of(look how) { return static_cast<short>(static_cast<int>(how) + 1); }

std::optional<key> special(int code) {
  const auto of = [](key_kind kind) { return key{kind, 0, 0, 0, 0}; };
  switch (code) {
  case KEY_UP:
    return of(key_kind::up);
  case KEY_DOWN:
    return of(key_kind::down);
  case KEY_LEFT:
    return of(key_kind::left);
  case KEY_RIGHT:
    return of(key_kind::right);
  case KEY_PPAGE:
    return of(key_kind::page_up);
  case KEY_NPAGE:
    return of(key_kind::page_down);
  case KEY_HOME:
    return of(key_kind::home);
  case KEY_END:
    return of(key_kind::end);
  case KEY_ENTER:
    return of(key_kind::enter);
  case KEY_BACKSPACE:
    return of(key_kind::backspace);
  case KEY_DC:
    return of(key_kind::remove);
  case KEY_BTAB:
    return of(key_kind::tab);
  default:
    if (code >= KEY_F(1) && code <= KEY_F(12))
      return of_function(code - KEY_F0);
    return std::nullopt;
  }
}

std::optional<key> mouse() {
  MEVENT event;
  if (getmouse(&event) != OK)
    return std::nullopt;
  key what;
  what.row = static_cast<std::size_t>(event.y);
  what.column = static_cast<std::size_t>(event.x);
  if ((event.bstate & (BUTTON1_PRESSED | BUTTON1_CLICKED)) != 0)
    what.kind = key_kind::click;
  else if ((event.bstate & BUTTON4_PRESSED) != 0)
    what.kind = key_kind::wheel_up;
  else if ((event.bstate & BUTTON5_PRESSED) != 0)
    what.kind = key_kind::wheel_down;
  else
    return std::nullopt;
  return what;
}

} // namespace

painter::painter(painter_options options) : options_(options) {
  if (::isatty(STDOUT_FILENO) == 0 || ::isatty(STDIN_FILENO) == 0)
    throw std::runtime_error("needs a terminal; --once and the sub-commands print text instead");
  // initscr would end the process when it does not know the terminal.
  if (newterm(nullptr, stdout, stdin) == nullptr) {
    const char* type = std::getenv("TERM"); // NOLINT(concurrency-mt-unsafe): nobody changes the environment
    throw std::runtime_error(std::string("the terminal is of an unknown type: ") +
                             (type != nullptr ? type : "TERM is not set"));
  }
  raw();
  noecho();
  nonl();
  keypad(stdscr, TRUE);
  nodelay(stdscr, TRUE);
  set_escdelay(25);
  curs_set(0);
  mousemask(BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED, nullptr);
  mouseinterval(0);
  options_.has_colours = options_.has_colours && has_colors();
  if (options_.has_colours) {
    start_color();
    use_default_colors();
    for (const auto each : looks) {
      const auto with = colours_of(each);
      init_pair(pair_of(each), with.foreground, with.background);
    }
  }
}

painter::~painter() { endwin(); }

std::size_t painter::rows() const { return static_cast<std::size_t>(LINES); }
std::size_t painter::columns() const { return static_cast<std::size_t>(COLS); }

int painter::attributes(look how) const {
  const auto with = colours_of(how);
  return static_cast<int>(options_.has_colours ? with.attributes | COLOR_PAIR(pair_of(how)) : with.without);
}

void painter::paint(const screen& what) {
  erase();
  const auto& cells = what.cells;
  for (std::size_t row = 0; row < cells.rows(); ++row) {
    std::size_t column = 0;
    while (column < cells.columns()) {
      const auto how = cells.at(row, column).how;
      std::string run;
      const auto begin = column;
      for (; column < cells.columns() && cells.at(row, column).how == how; ++column)
        run += cells.at(row, column).text;
      attrset(attributes(how));
      mvaddstr(static_cast<int>(row), static_cast<int>(begin), (options_.is_ascii ? to_ascii(run) : run).c_str());
    }
  }
  attrset(A_NORMAL);
  curs_set(what.cursor ? 1 : 0);
  if (what.cursor)
    move(static_cast<int>(what.cursor->first), static_cast<int>(what.cursor->second));
  refresh();
}

void painter::forget() { clearok(curscr, TRUE); }

std::optional<key> painter::read(bool& has_resized) {
  wint_t given = 0;
  const int kind = get_wch(&given);
  if (kind == ERR)
    return std::nullopt;
  const auto of = [](key_kind which) { return key{which, 0, 0, 0, 0}; };
  if (kind == KEY_CODE_YES) {
    if (given == KEY_RESIZE) {
      has_resized = true;
      return read(has_resized);
    }
    const auto found = given == KEY_MOUSE ? mouse() : special(static_cast<int>(given));
    return found ? found : read(has_resized);
  }
  switch (given) {
  case '\r':
  case '\n':
    return of(key_kind::enter);
  case '\t':
    return of(key_kind::tab);
  case 27:
    return of(key_kind::escape);
  case 8:
  case 127:
    return of(key_kind::backspace);
  default:
    if (given < 32)
      return key{key_kind::control, static_cast<char32_t>(given + 'a' - 1), 0, 0, 0};
    return of_character(static_cast<char32_t>(given));
  }
}

void painter::suspend() {
  endwin();
  std::raise(SIGTSTP);
  forget();
  refresh();
}

bool wants_ascii() {
  const char* type = std::getenv("TERM"); // NOLINT(concurrency-mt-unsafe): nobody changes the environment
  return std::strcmp(nl_langinfo(CODESET), "UTF-8") != 0 || (type != nullptr && std::strcmp(type, "linux") == 0);
}

} // namespace wakala::console
