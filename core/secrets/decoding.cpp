#include "core/secrets/decoding.hpp"

#include <array>
#include <cctype>
#include <string_view>
#include <utility>

namespace wf {

namespace {

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

void emit_utf8(unsigned point, std::size_t from, const Decoder::Emit& emit) {
  auto put = [&](unsigned byte) { emit(static_cast<unsigned char>(byte), from); };
  auto rest = [&](unsigned shift) { put(0x80 | (point >> shift & 0x3f)); };
  if (point < 0x80) return put(point);
  if (point < 0x800) {
    put(0xc0 | point >> 6);
  } else if (point < 0x10000) {
    put(0xe0 | point >> 12);
    rest(6);
  } else {
    put(0xf0 | point >> 18);
    rest(12);
    rest(6);
  }
  rest(0);
}

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
  if (!escape_.empty()) return from_;
  return std::nullopt;
}

void Decoder::put(unsigned char byte, std::size_t at, const Emit& emit) {
  switch (form_) {
    case Form::plain:
      return emit(byte, at);
    case Form::percent:
      return put_percent(byte, at, emit);
    case Form::escaped:
      return put_escaped(byte, at, emit);
    case Form::base64:
      if (byte == '\n' || byte == '\r') return;
      return emit(byte == '-' ? '+' : byte == '_' ? '/' : byte, at);
  }
}

void Decoder::put_percent(unsigned char byte, std::size_t at, const Emit& emit) {
  if (escape_.empty()) {
    if (byte != '%') return emit(byte, at);
    escape_ = '%';
    from_ = at;
    return;
  }
  if (!is_hex(byte)) return fail(byte, at, emit);
  escape_ += static_cast<char>(byte);
  if (escape_.size() < 3) return;
  const unsigned value = hex_value(std::string_view(escape_).substr(1));
  escape_.clear();
  emit(static_cast<unsigned char>(value), from_);
}

void Decoder::put_escaped(unsigned char byte, std::size_t at, const Emit& emit) {
  if (escape_.empty()) {
    if (byte != '\\') {
      high_ = 0;
      return emit(byte, at);
    }
    escape_ = '\\';
    from_ = at;
    return;
  }
  if (escape_.size() == 1) {
    if (byte == 'u' || byte == 'x') {
      escape_ += static_cast<char>(byte);
      return;
    }
    const unsigned char meant = escaped_letter(byte);
    if (meant == 0) return fail(byte, at, emit);
    escape_.clear();
    high_ = 0;
    return emit(meant, from_);
  }
  if (!is_hex(byte)) return fail(byte, at, emit);
  escape_ += static_cast<char>(byte);
  if (escape_.size() == (escape_[1] == 'x' ? 4U : 6U)) finish_unicode(emit);
}

// \x41 is a byte, \u0041 a character.
void Decoder::finish_unicode(const Emit& emit) {
  constexpr unsigned k_high = 0xd800;
  constexpr unsigned k_low = 0xdc00;
  const bool byte = escape_[1] == 'x';
  const unsigned value = hex_value(std::string_view(escape_).substr(2));
  escape_.clear();
  const unsigned high = std::exchange(high_, 0);
  if (byte) return emit(static_cast<unsigned char>(value), from_);
  if (value >= k_high && value < k_low) {
    high_ = value;
    high_from_ = from_;
    return;
  }
  if (high != 0 && value >= k_low && value < 0xe000)
    return emit_utf8(0x10000 + ((high - k_high) << 10U) + (value - k_low), high_from_, emit);
  emit_utf8(value, from_, emit);
}

// The byte may begin an escape itself.
void Decoder::fail(unsigned char byte, std::size_t at, const Emit& emit) {
  const std::string raw = std::exchange(escape_, {});
  high_ = 0;
  for (std::size_t i = 0; i < raw.size(); ++i) emit(static_cast<unsigned char>(raw[i]), from_ + i);
  put(byte, at, emit);
}

}  // namespace wf
