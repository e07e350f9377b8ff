#include "cli/sandbox_words.hpp"

#include "core/base/text.hpp"

namespace wf::cli {

namespace {

constexpr std::size_t k_most_paths = 20;

// At most so many, and how many more there are; "" for none.
template <typename Text>
std::string listed(std::string_view title, const Json& all, Text text_of) {
  const Json::Array& items = all.as_array();
  std::string text;
  for (std::size_t i = 0; i < items.size() && i < k_most_paths; ++i)
    text += cat(i == 0 ? "" : ", ", escape_terminal(text_of(items[i])));
  if (items.size() > k_most_paths) text += cat(" and ", items.size() - k_most_paths, " more");
  return text.empty() ? text : cat("    ", title, ' ', text, "\n");
}

}  // namespace

std::string sandbox_text(const Json& sandbox) {
  const std::string& asked = sandbox.at("asked").as_string();
  if (sandbox.at("reached").is_null()) return asked;
  const std::string& reached = sandbox.at("reached").as_string();
  std::string text = reached == asked ? reached : cat(reached, " instead of ", asked);
  if (!sandbox.at("means").is_null()) text += cat(" by ", sandbox.at("means").as_string());
  if (!sandbox.at("hindrance").is_null()) text += cat(": ", sandbox.at("hindrance").as_string());
  return text;
}

std::string observed_text(const std::optional<Json>& observed, const Json& sandbox) {
  auto path = [](const Json& one) { return one.is_string() ? one.as_string() : one.at("path").as_string(); };
  std::string text = listed("undeclared", sandbox.at("undeclared"), [&](const Json& one) {
    return cat(one.at("access").as_string(), ' ', path(one));
  });
  if (std::int64_t unseen = sandbox.at("unseen").as_int(); unseen > 0)
    text += cat("    ", unseen, " system calls of processes that hide their memory were not seen\n");
  if (!observed) return text;
  text += listed("read", observed->at("reads"), path) + listed("never opened", observed->at("unread"), path);
  if (observed->at("cut_short").as_bool()) text += "    and more, which is not recorded\n";
  return text;
}

}  // namespace wf::cli
