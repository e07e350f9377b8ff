// pools of a task or a node, and concurrency of a workflow: what runs share.
#include <algorithm>
#include <unordered_set>

#include "core/base/text.hpp"
#include "core/definition/draft.hpp"
#include "core/definition/name.hpp"

namespace wf {

namespace {

void bad_pool(Decoder& decoder, YamlId at, std::string message, std::string expected, std::string hint = {}) {
  decoder.error(at, {codes::k_bad_pools, std::move(message), std::move(expected), std::move(hint)});
}

bool is_pool(Decoder& decoder, YamlId at, const std::string& name) {
  if (is_workflow_name(name)) return true;
  bad_pool(decoder, at, cat("'", name, "' cannot name a pool"), std::string(k_workflow_name_grammar));
  return false;
}

// A token of each.
PoolNeeds read_names(Decoder& decoder, YamlId at) {
  PoolNeeds needs;
  decoder.tree.each_item(at, [&](YamlId item) {
    std::string name;
    if (!decoder.expect_text(item, name, "the name of a pool") || !is_pool(decoder, item, name)) return;
    bool twice = std::any_of(needs.begin(), needs.end(), [&](const auto& one) { return one.first == name; });
    if (twice)
      bad_pool(decoder, item, cat("the pool '", name, "' stands here twice"), {}, cat("for two tokens of it write {", name, ": 2}"));
    else
      needs.emplace_back(name, 1);
  });
  return needs;
}

PoolNeeds read_tokens(Decoder& decoder, YamlId at) {
  PoolNeeds needs;
  std::unordered_set<std::string_view> seen;
  decoder.tree.each_member(at, [&](YamlId key, YamlId value) {
    if (!decoder.tree.is_scalar(key) || !seen.insert(decoder.tree.text(key)).second) return;
    const std::string name(decoder.tree.text(key));
    std::int64_t tokens = 0;
    if (is_pool(decoder, key, name) && decoder.expect_count(value, 1, tokens)) needs.emplace_back(name, tokens);
  });
  return needs;
}

}  // namespace

std::optional<PoolNeeds> read_pools(Decoder& decoder, YamlId at) {
  if (at == k_no_yaml) return std::nullopt;
  bool listed = decoder.tree[at].kind == YamlKind::sequence;
  if (!listed && !decoder.expect(at, YamlKind::mapping, "a list of names of pools, or a mapping of them to tokens")) return std::nullopt;
  PoolNeeds needs = listed ? read_names(decoder, at) : read_tokens(decoder, at);
  std::sort(needs.begin(), needs.end());
  return needs;
}

std::optional<Concurrency> read_concurrency(Decoder& decoder, YamlId at) {
  if (at == k_no_yaml) return std::nullopt;
  ConcurrencyKeys keys;
  Concurrency said;
  if (decoder.tree[at].kind == YamlKind::mapping)
    decode_record(decoder, at, concurrency_record(), keys);
  else
    keys.limit = at;
  if (keys.limit != k_no_yaml) decoder.expect_count(keys.limit, 1, said.limit);
  read_choice(decoder, keys.policy, k_concurrency_names, said.policy);
  if (said.policy == Concurrency::Policy::replace && said.limit != 1)
    decoder.error(keys.policy, {codes::k_bad_concurrency, cat("which of ", said.limit, " runs is to be replaced cannot be known"),
                                "a limit of 1 beside 'replace'"});
  return said;
}

}  // namespace wf
