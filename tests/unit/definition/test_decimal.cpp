#include <doctest/doctest.h>

#include "core/definition/decimal.hpp"

namespace wf {
namespace {

TEST_CASE("a decimal is read exactly and written without needless zeros") {
  for (auto [text, written] : {std::pair{"0.9", "0.9"},
                               {"0.90", "0.9"},
                               {"1", "1"},
                               {"1.0", "1"},
                               {".5", "0.5"},
                               {"0", "0"},
                               {"0.0", "0"},
                               {"0.000000001", "0.000000001"},
                               {"00.5", "0.5"}}) {
    CAPTURE(text);
    REQUIRE(Decimal::parse(text));
    CHECK(Decimal::parse(text)->text() == written);
  }
  for (const char* text : {"", ".", "-1", "+1", "1e-1", "0.1234567891", "0.5.5", "0,5", "inf", "0x1", " 1"}) {
    CAPTURE(text);
    CHECK_FALSE(Decimal::parse(text));
  }
}

TEST_CASE("every tenth of every number of elements is rounded up exactly") {
  for (std::int64_t tenths = 1; tenths <= 9; ++tenths) {
    Decimal ratio = *Decimal::parse("0." + std::to_string(tenths));
    for (std::int64_t count = 1; count <= 1000; ++count) {
      std::int64_t needed = ratio.ceil_of(count);
      CHECK(needed * 10 >= tenths * count);
      CHECK((needed - 1) * 10 < tenths * count);
    }
  }
}

}  // namespace
}  // namespace wf
