#include "core/secrets/mask.hpp"

#include <algorithm>
#include <deque>
#include <optional>

#include "core/base/base64.hpp"
#include "core/base/text.hpp"
#include "core/secrets/decoding.hpp"

namespace wf {

namespace {

const std::vector<std::string>& long_enough(std::vector<std::string>& values) {
  std::erase_if(values, [](const std::string& value) { return value.size() < k_least_secret_bytes; });
  return values;
}

// The value itself, its lines, and what a form makes of its spaces.
std::vector<std::string> plain_forms(const std::vector<std::string>& values) {
  std::vector<std::string> forms;
  for (const std::string& value : values) {
    forms.push_back(value);
    for (std::string_view line : split(value, '\n')) {
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (line.size() >= k_least_secret_bytes) forms.emplace_back(line);
    }
    forms.push_back(value);
    std::replace(forms.back().begin(), forms.back().end(), ' ', '+');
  }
  return forms;
}

// What is sure to stand in the base64 of any text that has the value in it: bytes go in threes into four
// digits, so there are three of them, without the digits that hold bits of a neighbour; and the one of the
// value alone.
std::vector<std::string> base64_forms(const std::vector<std::string>& values) {
  constexpr std::array<std::size_t, 3> k_foreign_digits{0, 2, 3};
  std::vector<std::string> forms;
  for (const std::string& value : values) {
    forms.push_back(to_base64(value));
    for (std::size_t before = 0; before < k_foreign_digits.size(); ++before) {
      std::string text = to_base64(std::string(before, '\0') + value);
      const std::size_t whole = (before + value.size()) * 8 / 6;
      text.resize(whole);
      forms.push_back(text.substr(k_foreign_digits.at(before)));
    }
  }
  return forms;
}

}  // namespace

Mask::Mask(std::vector<std::string> values)
    : plain_(plain_forms(long_enough(values))), base64_(base64_forms(values)) {
  for (std::size_t i = 0; i < wakes_.size(); ++i) {
    const auto byte = static_cast<unsigned char>(i);
    const unsigned char digit = byte == '-' ? '+' : byte == '_' ? '/' : byte;
    wakes_.at(i) = byte == '%' || byte == '\\' || plain_.begins_with(byte) || base64_.begins_with(digit);
  }
}

// The stream as somebody would read it who takes it for one of the forms.
class MaskedStream::Reading {
 public:
  Reading(const PatternSet& patterns, Form form) : patterns_(patterns), decoder_(form) {}

  bool is_idle() const { return state_ == PatternSet::k_start && !decoder_.begun(); }

  // The next byte, which stands at `at`; where a value ends with it, where that began.
  std::optional<std::size_t> read(unsigned char byte, std::size_t at) {
    std::optional<std::size_t> found;
    decoder_.put(byte, at, [&](unsigned char decoded, std::size_t from) {
      begun_.push_back(from);
      state_ = patterns_.next(state_, decoded);
      while (begun_.size() > patterns_.depth(state_)) begun_.pop_front();
      if (const std::size_t length = patterns_.match(state_); length > 0) {
        const std::size_t start = begun_[begun_.size() - length];
        found = found ? std::min(*found, start) : start;
      }
    });
    return found;
  }

  // From where on there may be a value that has not ended.
  std::size_t first_open(std::size_t otherwise) const {
    if (!begun_.empty()) return begun_.front();
    return decoder_.begun().value_or(otherwise);
  }

 private:
  const PatternSet& patterns_;
  Decoder decoder_;
  PatternSet::State state_ = PatternSet::k_start;
  std::deque<std::size_t> begun_;  // where each byte began that the state remembers
};

MaskedStream::MaskedStream(const Mask& mask)
    : mask_(mask),
      readings_{std::make_unique<Reading>(mask.plain(), Form::plain),
                std::make_unique<Reading>(mask.plain(), Form::percent),
                std::make_unique<Reading>(mask.plain(), Form::escaped),
                std::make_unique<Reading>(mask.base64(), Form::base64)} {}

MaskedStream::~MaskedStream() = default;

std::string MaskedStream::put(std::string_view piece) {
  held_ += piece;
  read(piece);
  const std::size_t end = begin_ + held_.size();
  std::size_t until = end;
  for (const auto& reading : readings_) until = std::min(until, reading->first_open(end));
  return release(until);
}

std::string MaskedStream::end() { return release(begin_ + held_.size()); }

void MaskedStream::read(std::string_view piece) {
  const std::size_t first = begin_ + held_.size() - piece.size();
  bool idle = false;
  for (std::size_t i = 0; i < piece.size(); ++i) {
    const auto byte = static_cast<unsigned char>(piece[i]);
    if (idle && !mask_.wakes(byte)) continue;
    idle = true;
    for (const auto& reading : readings_) {
      if (auto from = reading->read(byte, first + i)) cover(*from, first + i + 1);
      idle = idle && reading->is_idle();
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

}  // namespace wf
