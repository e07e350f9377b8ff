#include "core/definition/scalar_place.hpp"

#include <algorithm>

namespace wf {

namespace {

constexpr std::size_t k_longest =
    std::size_t{64} * 1024;  // of longer texts only what stands as written is found

std::size_t blanks_at(std::string_view text, std::size_t at) {
  return std::min(text.find_first_not_of(' ', at), text.size()) - at;
}

// Walks along the source and the text that was made of it.
class Aligner {
 public:
  Aligner(std::string_view source, const YamlNode& scalar)
      : source_(source), text_(scalar.text), at_(scalar.offset), style_(scalar.style) {
    if (style_ == YamlStyle::quoted) quote_ = source_[at_++];
    if (style_ == YamlStyle::block) enter_block();
  }

  std::optional<std::size_t> find(std::size_t offset) {
    const bool ends_line = offset >= text_.size() || text_[offset] == '\n';
    while (at_ < source_.size()) {
      if (source_[at_] == '\n' || source_.substr(at_).starts_with("\r\n")) {
        if (ends_line && read_ == offset) return at_;
        end_line();
      } else if (read_ == offset) {
        return at_;
      } else if (!step()) {
        return std::nullopt;
      }
    }
    return read_ == offset ? std::optional(at_) : std::nullopt;
  }

 private:
  // Behind the header, whose lines are indented by what the first one has more than its text.
  void enter_block() {
    at_ = std::min(source_.find('\n', at_), source_.size());
    std::size_t first = source_.find_first_not_of(" \r\n", at_);
    std::size_t line = first == std::string_view::npos ? std::string_view::npos : source_.rfind('\n', first);
    std::size_t own = text_.find_first_not_of('\n');
    if (line != std::string_view::npos && own != std::string_view::npos)
      indentation_ = blanks_at(source_, line + 1) - blanks_at(text_, own);
    at_ = std::min(at_ + 1, source_.size());
    indent();
  }

  void indent() {
    std::size_t blanks = blanks_at(source_, at_);
    at_ += style_ == YamlStyle::block ? std::min(blanks, indentation_) : blanks;
  }

  // A line end is one of the text, a blank, or nothing.
  void end_line() {
    at_ = source_.find('\n', at_) + 1;
    if (read_ < text_.size() && (text_[read_] == '\n' || text_[read_] == ' ')) ++read_;
    indent();
  }

  bool step() {
    if (quote_ != '\0' && starts_pair()) ++at_;
    if (read_ < text_.size() && source_[at_] == text_[read_])
      ++read_;
    else if (source_[at_] != ' ')
      return false;  // a blank before a line end is in no text
    ++at_;
    return true;
  }

  bool starts_pair() const {
    if (at_ + 1 >= source_.size()) return false;
    bool doubled = quote_ == '\'' && source_.substr(at_).starts_with("''");
    bool escaped = quote_ == '"' && source_[at_] == '\\' &&
                   std::string_view("\"\\/").find(source_[at_ + 1]) != std::string_view::npos;
    return doubled || escaped;
  }

  std::string_view source_;
  std::string_view text_;
  std::size_t at_;
  std::size_t read_ = 0;  // of the text
  YamlStyle style_;
  char quote_ = '\0';
  std::size_t indentation_ = 0;
};

}  // namespace

std::optional<std::size_t> source_offset(std::string_view source, const YamlNode& scalar,
                                         std::size_t offset) {
  std::size_t begin = scalar.offset + (scalar.style == YamlStyle::quoted ? 1 : 0);
  bool as_written = scalar.style != YamlStyle::block &&
                    source.compare(std::min(begin, source.size()), scalar.text.size(), scalar.text) == 0;
  if (as_written) return begin + offset;
  if (scalar.text.size() > k_longest || begin >= source.size()) return std::nullopt;
  return Aligner(source, scalar).find(offset);
}

}  // namespace wf
