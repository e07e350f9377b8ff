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
  AttemptsReader(Decoder& decoder, const AttemptKeys& keys, AttemptPolicy& attempts)
      : decoder_(decoder), keys_(keys), attempts_(attempts) {}

  void read() {
    read_count(keys_.retries, attempts_.retries);
    read_time(keys_.timeout, attempts_.timeout_ns);
    if (attempts_.timeout_ns == 0) bad(keys_.timeout, "no attempt ends before it begins", "a time such as 10m");
    if (keys_.retry == k_no_yaml ||
        !decoder_.expect(keys_.retry, YamlKind::mapping, "a mapping with on_exit, base, factor, cap, jitter, system"))
      return;
    RetryKeys keys;
    decode_record(decoder_, keys_.retry, retry_record(), keys);
    if (keys.on_exit != k_no_yaml) read_exit_codes(keys.on_exit);
    read_time(keys.base, attempts_.base_ns);
    read_time(keys.cap, attempts_.cap_ns);
    read_decimal(keys.factor, attempts_.factor, "a decimal, at least 1, such as 2 or 1.5",
                 [](const Decimal& one) { return one.ceil_of(1) >= 1 && (one.scale == 0 || one.ceil_of(1) > 1); });
    read_decimal(keys.jitter, attempts_.jitter, "a decimal from 0 to 1, such as 0.5",
                 [](const Decimal& one) { return one.ceil_of(1) <= 1; });
    read_count(keys.system, attempts_.system_retries);
  }

 private:
  void read_count(YamlId at, std::optional<std::int64_t>& out) {
    std::int64_t count = 0;
    if (at != k_no_yaml && decoder_.expect_count(at, 0, count)) out = count;
  }

  void read_time(YamlId at, std::optional<std::int64_t>& out) {
    if (at == k_no_yaml) return;
    auto value = LiteralReader(decoder_, Dollar::literal, {}).read(at, Type(Kind::duration));
    if (value && value->as_int() >= 0)
      out = value->as_int();
    else if (value)
      bad(at, "a time cannot be negative", "a time such as 30s");
  }

  template <typename Fits>
  void read_decimal(YamlId at, std::optional<Decimal>& out, std::string_view expected, Fits fits) {
    std::string text;
    if (at == k_no_yaml || !decoder_.expect_text(at, text, expected)) return;
    out = Decimal::parse(text);
    if (out && fits(*out)) return;
    bad(at, cat("'", text, "' does not fit here"), std::string(expected), "at most 9 digits, without sign or exponent");
  }

  void read_exit_codes(YamlId at) {
    if (!decoder_.expect(at, YamlKind::sequence, "a list of exit codes")) return;
    std::vector<std::int64_t>& codes = attempts_.on_exit.emplace();
    decoder_.tree.each_item(at, [&](YamlId item) {
      std::int64_t code = 0;
      if (!decoder_.expect_count(item, 1, code)) return;
      if (code > k_largest_exit_code)
        bad(item, cat(code, " is no exit code"), "1 to 255; 128 and the number for a signal");
      codes.push_back(code);
    });
    std::sort(codes.begin(), codes.end());
    codes.erase(std::unique(codes.begin(), codes.end()), codes.end());
    if (codes.empty() && decoder_.tree[at].count == 0)
      bad(at, "no exit code is followed by another attempt", "a list of exit codes", "write 'retries: 0'");
  }

  void bad(YamlId at, std::string message, std::string expected, std::string hint = {}) {
    decoder_.error(at, {codes::k_bad_attempts, std::move(message), std::move(expected), std::move(hint)});
  }

  Decoder& decoder_;
  const AttemptKeys& keys_;
  AttemptPolicy& attempts_;
};

}  // namespace

void read_attempts(Decoder& decoder, const AttemptKeys& keys, AttemptPolicy& attempts) {
  AttemptsReader(decoder, keys, attempts).read();
}

}  // namespace wf
