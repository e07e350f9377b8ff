#include "cli/topics.hpp"

#include <algorithm>

#include "cli/topic_texts.hpp"
#include "core/base/text.hpp"

namespace wf::cli {

namespace {

std::string joined(std::string_view lines) {
  std::vector<std::string> words;
  for (std::string_view line : split(lines, '\n')) words.emplace_back(trim(line));
  return join(words, " ");
}

std::string unindented(std::string_view lines) {
  std::vector<std::string> out;
  for (std::string_view line : split(lines, '\n')) out.emplace_back(line.substr(4));
  return join(out, "\n");
}

TopicBlock read_block(std::string_view text) {
  if (text.starts_with("    ")) return {TopicBlock::Kind::code, {}, unindented(text)};
  std::size_t meaning = text.find("\n: ");
  if (meaning == std::string_view::npos) return {TopicBlock::Kind::paragraph, {}, joined(text)};
  return {TopicBlock::Kind::item, std::string(text.substr(0, meaning)), joined(text.substr(meaning + 3))};
}

Topic read_topic(std::string_view name, std::string_view text) {
  Topic topic;
  topic.name = name;
  text = text.substr(0, text.find_last_not_of('\n') + 1);
  while (!text.empty()) {
    std::size_t end = text.find("\n\n");
    std::string_view block = text.substr(0, end);
    if (topic.summary.empty()) {
      topic.summary = block;
    } else {
      topic.blocks.push_back(read_block(block));
    }
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
  }
  return topic;
}

// The texts of a layer: each begins with its code, alone on a line.
void read_entries(std::string_view texts, std::vector<Topic>& entries) {
  constexpr std::string_view k_next = "\n\nWF-";
  while (!texts.empty()) {
    std::size_t end = texts.find(k_next);
    std::string_view entry = texts.substr(0, end);
    std::size_t title = entry.find('\n');
    entries.push_back(read_topic(entry.substr(0, title), entry.substr(title + 1)));
    texts.remove_prefix(end == std::string_view::npos ? texts.size() : end + 2);
  }
}

}  // namespace

std::vector<Topic> all_diagnostics() {
  std::vector<Topic> entries;
  for (const auto& [layer, texts] : k_diagnostic_texts) read_entries(texts, entries);
  auto number = [](const Topic& entry) { return entry.name.substr(entry.name.size() - 4); };
  std::sort(entries.begin(), entries.end(),
            [&](const Topic& a, const Topic& b) { return number(a) < number(b); });
  return entries;
}

std::vector<Topic> all_topics() {
  std::vector<Topic> topics;
  for (const auto& [name, text] : k_topic_texts) {
    topics.push_back(read_topic(name, text));
    if (name == "diagnostics") topics.back().entries = all_diagnostics();
  }
  return topics;
}

}  // namespace wf::cli
