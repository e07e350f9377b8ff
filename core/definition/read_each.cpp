#include "core/base/text.hpp"
#include "core/definition/draft.hpp"

namespace wf {

namespace {

void read_ratio(Decoder& decoder, YamlId at, Each& each) {
  constexpr std::string_view k_expected = "a decimal from 0 to 1, such as 0.9";
  std::string text;
  if (!decoder.expect_text(at, text, k_expected)) return;
  each.min_success_ratio = Decimal::parse(text);
  if (each.min_success_ratio && each.min_success_ratio->ceil_of(1) <= 1) return;
  decoder.error(at, {codes::k_bad_each, cat("'", text, "' is no part of a whole"), std::string(k_expected),
                     "at most 9 digits, without sign or exponent"});
}

}  // namespace

void read_each(Decoder& decoder, YamlId at, Each& each) {
  if (!decoder.expect(at, YamlKind::mapping, "a mapping with parallelism, min_success, …")) return;
  EachKeys keys;
  decode_record(decoder, at, each_record(), keys);
  std::int64_t count = 0;
  if (keys.parallelism != k_no_yaml) decoder.expect_count(keys.parallelism, 1, each.parallelism);
  if (keys.min_success != k_no_yaml && decoder.expect_count(keys.min_success, 0, count))
    each.min_success = count;
  if (keys.min_success_ratio != k_no_yaml) read_ratio(decoder, keys.min_success_ratio, each);
  if (keys.stop_early != k_no_yaml) decoder.expect_bool(keys.stop_early, each.stop_early);
  read_choice(decoder, keys.combine, k_combine_names, each.combine);
  if (each.min_success && each.min_success_ratio) {
    decoder.error(keys.min_success_ratio, {codes::k_bad_each,
                                           "'min_success' and 'min_success_ratio' stand side by side",
                                           {},
                                           "keep one of them",
                                           {decoder.note(keys.min_success, "the other one")}});
  }
  if (each.stop_early && !each.may_leave_out()) {
    decoder.error(keys.stop_early, {codes::k_bad_each,
                                    "'stop_early' has nothing to stop: all elements have to succeed",
                                    {},
                                    "add 'min_success' or 'min_success_ratio'"});
  }
}

}  // namespace wf
