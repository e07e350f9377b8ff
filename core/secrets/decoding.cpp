#include "core/secrets/decoding.hpp"

#include <cctype>
#include <string_view>

namespace wf {

namespace {

constexpr unsigned k_high = 0xd800;  // the first of a pair
constexpr unsigned k_low = 0xdc00;
constexpr unsigned k_behind_low = 0xe000;

unsigned hex_value(std::string_view digits) {
  unsigned value = 0;
  for (char c : digits) {
    const unsigned digit =
        c <= '9' ? static_cast<unsigned>(c - '0') : static_cast<unsigned>((c | 0x20) - 'a') + 10;
    value = value * 16 + digit;
  }
  return value;
}

bool is_hex(unsigned char byte) { return std::isxdigit(byte) != 0; }

// What a letter after a backslash stands for; 0: nothing that is one byte.
unsigned char escaped_letter(unsigned char letter) {
  constexpr std::array<std::pair<char, char>, 10> k_letters{{{'n', '\n'},
                                                             {'t', '\t'},
                                                             {'r', '\r'},
                                                             {'b', '\b'},
                                                             {'f', '\f'},
                                                             {'"', '"'},
                                                             {'\\', '\\'},
                                                             {'/', '/'},
                                                             {'\'', '\''},
                                                             {'$', '$'}}};
  for (const auto& [written, meant] : k_letters)
    if (static_cast<unsigned char>(written) == letter) return static_cast<unsigned char>(meant);
  return 0;
}

}  // namespace

std::optional<std::size_t> Decoder::begun() const {
  if (high_ != 0) return high_from_;
  if (!escape_.empty()) return places_[0];
  return std::nullopt;
}

void Decoder::give(unsigned byte, std::size_t from) {
  out_.at(ready_++) = {static_cast<unsigned char>(byte), from};
}

void Decoder::give_utf8(unsigned point, std::size_t from) {
  auto rest = [&](unsigned shift) { give(0x80 | (point >> shift & 0x3f), from); };
  if (point < 0x80) return give(point, from);
  if (point < 0x800) {
    give(0xc0 | point >> 6, from);
  } else if (point < 0x10000) {
    give(0xe0 | point >> 12, from);
    rest(6);
  } else {
    give(0xf0 | point >> 18, from);
    rest(12);
    rest(6);
  }
  rest(0);
}

void Decoder::take(DecodedByte in) {
  if (form_ == Form::base64) return take_base64(in);
  if (escape_.empty()) {
    if (in.byte != lead()) {
      high_ = 0;
      return give(in.byte, in.from);
    }
    places_[0] = in.from;
    escape_ += static_cast<char>(in.byte);
    return;
  }
  if (form_ == Form::percent)
    take_percent(in);
  else
    take_escaped(in);
}

void Decoder::take_base64(DecodedByte in) {
  const bool ends_line = in.byte == '\n' || in.byte == '\r';
  const bool indents = indents_ && (in.byte == ' ' || in.byte == '\t');
  indents_ = ends_line || indents;
  if (!indents_) give(in.byte == '-' ? '+' : in.byte == '_' ? '/' : in.byte, in.from);
}

void Decoder::take_percent(DecodedByte in) {
  if (!is_hex(in.byte)) return fail(in);
  places_.at(escape_.size()) = in.from;
  escape_ += static_cast<char>(in.byte);
  if (escape_.size() < 3) return;
  const unsigned value = hex_value(std::string_view(escape_).substr(1));
  escape_.clear();
  give(value, places_[0]);
}

void Decoder::take_escaped(DecodedByte in) {
  const bool first = escape_.size() == 1;
  const unsigned char meant = first ? escaped_letter(in.byte) : 0;
  if (meant != 0) {
    escape_.clear();
    high_ = 0;
    return give(meant, places_[0]);
  }
  const bool fits = first ? in.byte == 'u' || in.byte == 'x' : is_hex(in.byte);
  if (!fits) return fail(in);
  places_.at(escape_.size()) = in.from;
  escape_ += static_cast<char>(in.byte);
  if (escape_.size() == (escape_[1] == 'x' ? 4U : 6U)) finish_unicode();
}

// \x41 is a byte, \u0041 a character.
void Decoder::finish_unicode() {
  const bool byte = escape_[1] == 'x';
  const unsigned value = hex_value(std::string_view(escape_).substr(2));
  escape_.clear();
  const unsigned high = std::exchange(high_, 0);
  if (byte) return give(value, places_[0]);
  if (value >= k_high && value < k_low) {
    high_ = value;
    high_from_ = places_[0];
    return;
  }
  if (high != 0 && value >= k_low && value < k_behind_low)
    return give_utf8(0x10000 + ((high - k_high) << 10U) + (value - k_low), high_from_);
  give_utf8(value, places_[0]);
}

// The byte may begin an escape itself.
void Decoder::fail(DecodedByte in) {
  const std::string raw = std::exchange(escape_, {});
  high_ = 0;
  for (std::size_t i = 0; i < raw.size(); ++i) give(static_cast<unsigned char>(raw[i]), places_.at(i));
  take(in);
}

}  // namespace wf
