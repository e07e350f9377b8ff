#include "cli/log_lines.hpp"

#include <regex.h>

#include <algorithm>

#include "cli/codes.hpp"
#include "cli/output.hpp"
#include "core/base/json_members.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"

namespace wf::cli {

namespace {
constexpr std::size_t k_room = static_cast<std::size_t>(k_longest_line);
constexpr std::size_t k_block = std::size_t{64} * 1024;
}  // namespace

void LineCutter::feed(std::string_view bytes, const Take& take) {
  while (!bytes.empty()) {
    std::size_t room = k_room - pending_.size();
    std::size_t end = bytes.substr(0, room + 1).find('\n');
    std::string_view part = bytes.substr(0, std::min(end, room));
    pending_ += part;
    bytes.remove_prefix(part.size());
    if (end != std::string_view::npos) {
      bytes.remove_prefix(1);
      finish_line(take);
    } else if (!bytes.empty()) {
      cut_line(take);
    }
  }
}

void LineCutter::cut_line(const Take& take) {
  std::size_t whole = whole_characters(pending_);
  take(std::string_view(pending_).substr(0, whole));
  pending_.erase(0, whole);
}

void LineCutter::finish(const Take& take) {
  if (!pending_.empty()) finish_line(take);
}

void LineCutter::finish_line(const Take& take) {
  take(pending_);
  pending_.clear();
}

struct LinePattern::Compiled {
  regex_t expression{};
  ~Compiled() { ::regfree(&expression); }
};

LinePattern::LinePattern(const std::string& expression) {
  if (expression.empty()) return;
  auto compiled = std::make_shared<Compiled>();
  int fault = ::regcomp(&compiled->expression, expression.c_str(), REG_EXTENDED | REG_NOSUB);
  if (fault != 0) {
    std::string why(200, '\0');
    why.resize(::regerror(fault, &compiled->expression, why.data(), why.size()) - 1);
    throw Error(codes::k_usage, cat("'", expression, "' is no regular expression: ", why),
                "it is extended, as of grep -E");
  }
  compiled_ = std::move(compiled);
}

bool LinePattern::matches(std::string_view line) const {
  if (!compiled_) return true;
  regmatch_t range{0, static_cast<regoff_t>(line.size())};
  return ::regexec(&compiled_->expression, line.data(), 1, &range, REG_STARTEND) == 0;
}

std::string attempt_title(const AttemptInfo& attempt) {
  return attempt.attempt > 1 ? cat(attempt.path.text(), " #", attempt.attempt) : attempt.path.text();
}

void LineWriter::widen(const AttemptInfo& attempt) {
  width_ = std::max(width_, display_width(attempt_title(attempt)));
}

void LineWriter::write(const AttemptInfo& attempt, LogStream stream, std::string_view line,
                       std::int64_t time_us) {
  if (!pattern_.matches(line)) return;
  if (shape_ == LineShape::jsonl) {
    Json json = Json::object();
    add_node(json, attempt.path.node, attempt.path.element);
    json.add("attempt", attempt.attempt).add("stream", log_name(stream)).add("time", format_wall_us(time_us));
    json.add("line", as_text(line));
    buffer_ += printable(json.compact()) + '\n';
  } else {
    std::string title = attempt_title(attempt);
    title.resize(std::max(title.size(), width_), ' ');
    if (shape_ == LineShape::timed) buffer_ += format_wall_us(time_us) + ' ';
    buffer_ += cat(title, " | ", line, "\n");
  }
  if (buffer_.size() > k_block) flush();
}

void LineWriter::flush() {
  print(buffer_);
  buffer_.clear();
}

}  // namespace wf::cli
