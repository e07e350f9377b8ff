#include "core/secrets/mask.hpp"

#include <algorithm>
#include <optional>

#include "core/base/base64.hpp"
#include "core/base/json.hpp"
#include "core/base/text.hpp"
#include "core/secrets/decoding.hpp"

namespace wf {

namespace {

const std::vector<std::string>& long_enough(std::vector<std::string>& values) {
  std::erase_if(values, [](const std::string& value) { return value.size() < k_least_secret_bytes; });
  return values;
}

// What a form makes of its spaces.
void add_plain(std::vector<std::string>& forms, std::string_view value) {
  forms.emplace_back(value);
  forms.emplace_back(value);
  std::replace(forms.back().begin(), forms.back().end(), ' ', '+');
}

std::vector<std::string> plain_forms(const std::vector<std::string>& values, Mask::Lines lines) {
  std::vector<std::string> forms;
  for (const std::string& value : values) {
    add_plain(forms, value);
    if (std::string_view bare = trim(value); bare.size() >= k_least_secret_bytes) add_plain(forms, bare);
    if (lines == Mask::Lines::together) continue;
    for (std::string_view line : split(value, '\n'))
      if (trim(line).size() >= k_least_secret_bytes) forms.emplace_back(trim(line));
  }
  return forms;
}

// What is sure to stand in the base64 of any text that has the value in it: bytes go in threes into four
// digits, so there are three of them, without the digits that hold bits of a neighbour; and the one of the
// value alone.
std::vector<std::string> base64_forms(const std::vector<std::string>& values) {
  constexpr std::array<std::size_t, 3> k_foreign_digits{0, 2, 3};
  std::vector<std::string> forms;
  auto add = [&](std::string_view value) {
    if (value.size() < k_least_secret_bytes) return;
    forms.push_back(to_base64(value));
    for (std::size_t before = 0; before < k_foreign_digits.size(); ++before) {
      std::string text = to_base64(std::string(before, '\0').append(value));
      const std::size_t whole = (before + value.size()) * 8 / 6;
      text.resize(whole);
      forms.push_back(text.substr(k_foreign_digits.at(before)));
    }
  };
  for (const std::string& value : values) {
    add(value);
    add(trim(value));
    std::string quoted = Json(value).compact();  // as it is in a JSON document
    if (find_invalid_utf8(value) == std::string::npos)
      add(std::string_view(quoted).substr(1, quoted.size() - 2));
  }
  return forms;
}

}  // namespace

Mask::Mask(std::vector<std::string> values, Lines lines)
    : plain_(plain_forms(long_enough(values), lines)), base64_(base64_forms(values)) {
  for (std::size_t i = 0; i < wakes_.size(); ++i) {
    const auto byte = static_cast<unsigned char>(i);
    const unsigned char digit = byte == '-' ? '+' : byte == '_' ? '/' : byte;
    wakes_.at(i) = byte == '%' || byte == '\\' || plain_.begins_with(byte) || base64_.begins_with(digit);
  }
}

// The stream as somebody would read it who takes it for text in two forms, one within the other.
class MaskedStream::Reading {
 public:
  Reading(const PatternSet& patterns, Form outer, Form inner)
      : patterns_(patterns), outer_(outer), inner_(inner) {}

  bool is_idle() const { return state_ == PatternSet::k_start && outer_.is_idle() && inner_.is_idle(); }

  // The next byte, which stands at `at`; where a value ends with it, where that began.
  std::optional<std::size_t> read(unsigned char byte, std::size_t at) {
    std::optional<std::size_t> found;
    outer_.put({byte, at},
               [&](DecodedByte once) { inner_.put(once, [&](DecodedByte twice) { step(twice, found); }); });
    return found;
  }

  // Where a value began that is there in part, and is more than chance.
  std::optional<std::size_t> cut_short() const {
    return patterns_.depth(state_) < k_least_secret_bytes ? std::nullopt : std::optional(begun_[head_]);
  }

  // From where on there may be a value that has not ended.
  std::size_t first_open(std::size_t otherwise) const {
    if (head_ < begun_.size()) return begun_[head_];
    return inner_.begun().value_or(outer_.begun().value_or(otherwise));
  }

 private:
  void step(DecodedByte decoded, std::optional<std::size_t>& found) {
    state_ = patterns_.next(state_, decoded.byte);
    const std::size_t depth = patterns_.depth(state_);
    if (depth == 0) {
      begun_.clear();
      head_ = 0;
      return;
    }
    begun_.push_back(decoded.from);
    head_ = begun_.size() - depth;
    forget();
    const std::size_t length = patterns_.match(state_);
    if (length == 0) return;
    const std::size_t start = begun_[begun_.size() - length];
    found = found ? std::min(*found, start) : start;
  }

  // Not at each step: that would move everything each time.
  void forget() {
    constexpr std::size_t k_much = 4096;
    if (head_ < k_much || head_ < begun_.size() / 2) return;
    begun_.erase(begun_.begin(), begun_.begin() + static_cast<std::ptrdiff_t>(head_));
    head_ = 0;
  }

  const PatternSet& patterns_;
  Decoder outer_;
  Decoder inner_;
  PatternSet::State state_ = PatternSet::k_start;
  std::vector<std::size_t> begun_;  // from head_ on where each byte began that the state remembers
  std::size_t head_ = 0;
};

// In base64 there is neither '%' nor a backslash: it is found within the others, and needs no reading of its
// own.
MaskedStream::MaskedStream(const Mask& mask) : mask_(mask) {
  using enum Form;
  for (const auto& [outer, inner] :
       {std::pair(plain, plain), std::pair(percent, plain), std::pair(escaped, plain),
        std::pair(escaped, escaped), std::pair(percent, escaped)})
    readings_.emplace_back(mask.plain(), outer, inner);
  for (Form outer : {percent, escaped}) readings_.emplace_back(mask.base64(), outer, base64);
}

MaskedStream::~MaskedStream() = default;

std::string MaskedStream::put(std::string_view piece) {
  held_ += piece;
  read(piece);
  const std::size_t end = begin_ + held_.size();
  std::size_t until = end;
  for (const Reading& reading : readings_) until = std::min(until, reading.first_open(end));
  return release(until);
}

std::string MaskedStream::end() {
  for (const Reading& reading : readings_)
    if (auto from = reading.cut_short()) cover_rest(*from);
  return release(begin_ + held_.size());
}

// What comes after the last whole value, but for the ends of lines.
void MaskedStream::cover_rest(std::size_t from) {
  if (!covered_.empty()) from = std::max(from, covered_.back().second);
  const std::string_view rest = std::string_view(held_).substr(from - begin_);
  const std::string_view bare = trim(rest);
  if (bare.empty()) return;
  const std::size_t begin = from + static_cast<std::size_t>(bare.data() - rest.data());
  cover(begin, begin + bare.size());
}

void MaskedStream::read(std::string_view piece) {
  const std::size_t first = begin_ + held_.size() - piece.size();
  bool idle = false;
  for (std::size_t i = 0; i < piece.size(); ++i) {
    const auto byte = static_cast<unsigned char>(piece[i]);
    if (idle && !mask_.wakes(byte)) continue;
    idle = true;
    for (Reading& reading : readings_) {
      if (auto from = reading.read(byte, first + i)) cover(*from, first + i + 1);
      idle = idle && reading.is_idle();
    }
  }
}

// Ends never go back.
void MaskedStream::cover(std::size_t from, std::size_t to) {
  has_found_ = true;
  while (!covered_.empty() && covered_.back().second > from) {
    from = std::min(from, covered_.back().first);
    covered_.pop_back();
  }
  covered_.emplace_back(from, to);
}

std::string MaskedStream::release(std::size_t until) {
  std::string out;
  std::size_t at = begin_;
  auto copy = [&](std::size_t to) {
    if (to > at) out.append(held_, at - begin_, to - at);
    at = std::max(at, to);
  };
  std::size_t done = 0;
  for (const auto& [from, to] : covered_) {
    if (from >= until) break;
    copy(from);
    if (from >= begin_) out += k_masked;  // else a part of it was released before
    at = std::min(to, until);
    if (to > until) break;
    ++done;
  }
  copy(until);
  covered_.erase(covered_.begin(), covered_.begin() + static_cast<std::ptrdiff_t>(done));
  held_.erase(0, until - begin_);
  begin_ = until;
  return out;
}

std::string masked(const Mask& mask, std::string_view text) {
  MaskedStream stream(mask);
  std::string out = stream.put(text);
  return out + stream.end();
}

}  // namespace wf
