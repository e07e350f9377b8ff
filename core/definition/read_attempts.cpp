// retries, retry and timeout of a task or a node.
#include <algorithm>

#include "core/base/text.hpp"
#include "core/definition/draft.hpp"
#include "core/definition/literal.hpp"

namespace wf {

namespace {

constexpr std::int64_t k_largest_exit_code = 255;

class AttemptsReader {
 public:
  explicit AttemptsReader(Decoder& decoder) : decoder_(decoder) {}

  AttemptPolicyPtr read(const AttemptKeys& keys) {
    AttemptPolicy said;
    said.retries = read_count(keys.retries);
    read_timeout(keys.timeout, said);
    constexpr std::string_view k_retry = "a mapping with on_exit, base, factor, cap, jitter, system, escalate";
    if (keys.retry != k_no_yaml && decoder_.expect(keys.retry, YamlKind::mapping, k_retry)) read_retry(keys.retry, said);
    read_resources(decoder_, keys.resources, said);
    bool interruptible = false;
    if (keys.interruptible != k_no_yaml && decoder_.expect_bool(keys.interruptible, interruptible))
      said.interruptible = interruptible;
    said.pools = read_pools(decoder_, keys.pools);
    return std::make_shared<const AttemptPolicy>(std::move(said));
  }

 private:
  void read_retry(YamlId at, AttemptPolicy& said) {
    RetryKeys keys;
    decode_record(decoder_, at, retry_record(), keys);
    if (keys.on_exit != k_no_yaml) said.on_exit = read_exit_codes(keys.on_exit);
    said.base_ns = read_duration(decoder_, keys.base, 0, codes::k_bad_attempts);
    said.cap_ns = read_duration(decoder_, keys.cap, 0, codes::k_bad_attempts);
    if (said.base_ns && said.cap_ns && *said.base_ns > *said.cap_ns)
      bad(keys.base, "the first wait is longer than the longest one, 'cap'", {},
          "make 'cap' the longer one, or leave it out");
    said.factor = read_decimal(keys.factor, "a decimal, at least 1, such as 2 or 1.5", [](double one) { return one >= 1; });
    said.jitter = read_decimal(keys.jitter, "a decimal from 0 to 1, such as 0.5", [](double one) { return one <= 1; });
    said.system_retries = read_count(keys.system);
    read_escalation(decoder_, keys.escalate, said);
  }

  void read_timeout(YamlId at, AttemptPolicy& said) {
    TimeoutKeys keys;
    if (at == k_no_yaml || decoder_.tree[at].kind != YamlKind::mapping)
      keys.attempt = at;
    else
      decode_record(decoder_, at, timeout_record(), keys);
    said.timeout_ns = read_duration(decoder_, keys.attempt, 1, codes::k_bad_attempts);
    said.total_timeout_ns = read_duration(decoder_, keys.total, 1, codes::k_bad_attempts);
    said.queue_timeout_ns = read_duration(decoder_, keys.queue, 1, codes::k_bad_attempts);
    if (said.timeout_ns && said.total_timeout_ns && *said.timeout_ns > *said.total_timeout_ns)
      bad(keys.attempt, "one attempt may take longer than all together", {}, "make 'total' the longer one, or leave 'attempt' out");
  }

  std::optional<std::int64_t> read_count(YamlId at) {
    std::int64_t count = 0;
    bool given = at != k_no_yaml && decoder_.expect_count(at, 0, count);
    return given ? std::optional(count) : std::nullopt;
  }

  template <typename Fits>
  std::optional<Decimal> read_decimal(YamlId at, std::string_view expected, Fits fits) {
    std::string text;
    if (at == k_no_yaml || !decoder_.expect_text(at, text, expected)) return std::nullopt;
    std::optional<Decimal> read = Decimal::parse(text);
    if (!read || !fits(read->to_double()))
      bad(at, cat("'", text, "' does not fit here"), std::string(expected), "at most 9 digits, without sign or exponent");
    return read;
  }

  std::vector<std::int64_t> read_exit_codes(YamlId at) {
    std::vector<std::int64_t> codes;
    if (!decoder_.expect(at, YamlKind::sequence, "a list of exit codes")) return codes;
    decoder_.tree.each_item(at, [&](YamlId item) {
      std::int64_t code = 0;
      if (!decoder_.expect_count(item, 1, code)) return;
      if (code > k_largest_exit_code)
        bad(item, cat(code, " is no exit code"), "1 to 255; 128 and the number for a signal");
      codes.push_back(code);
    });
    std::sort(codes.begin(), codes.end());
    codes.erase(std::unique(codes.begin(), codes.end()), codes.end());
    if (decoder_.tree[at].count == 0)
      bad(at, "no exit code is followed by another attempt", "a list of exit codes", "write 'retries: 0'");
    return codes;
  }

  void bad(YamlId at, std::string message, std::string expected, std::string hint = {}) {
    decoder_.error(at, {codes::k_bad_attempts, std::move(message), std::move(expected), std::move(hint)});
  }

  Decoder& decoder_;
};

}  // namespace

AttemptPolicyPtr read_attempts(Decoder& decoder, const AttemptKeys& keys) {
  const auto all = keys.all();
  bool said = std::any_of(all.begin(), all.end(), [](YamlId at) { return at != k_no_yaml; });
  return said ? AttemptsReader(decoder).read(keys) : nullptr;
}

std::optional<std::int64_t> read_duration(Decoder& decoder, YamlId at, std::int64_t least_ns, std::string_view code) {
  if (at == k_no_yaml) return std::nullopt;
  auto value = LiteralReader(decoder, Dollar::literal, {}).read(at, Type(Kind::duration));
  if (value && value->as_int() >= least_ns) return value->as_int();
  if (value)
    decoder.error(at, {code, least_ns > 0 ? "the time has to be longer than nothing" : "a time cannot be negative",
                       "a duration such as 30s or 2h"});
  return std::nullopt;
}

}  // namespace wf
