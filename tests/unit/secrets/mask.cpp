#include "core/secrets/mask.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

#include "core/base/base64.hpp"
#include "core/base/json.hpp"
#include "core/base/text.hpp"

using namespace wf;

namespace {

std::string masked(const Mask& mask, std::string_view text, std::size_t piece) {
  MaskedStream stream(mask);
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += piece) out += stream.put(text.substr(at, piece));
  return out + stream.end();
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view k_hex = "0123456789abcdef";
  std::string out;
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += k_hex[byte >> 4U];
    out += k_hex[byte & 15U];
  }
  return out;
}

std::string random_text(std::mt19937& random, std::string_view alphabet, std::size_t length) {
  std::string text;
  for (std::size_t i = 0; i < length; ++i) text += alphabet[random() % alphabet.size()];
  return text;
}

}  // namespace

TEST_CASE("a value is kept out in each of its forms") {
  const std::string value = "s3cr/t t\"ken\\ä";
  const Mask mask({value});
  for (std::size_t piece : {1U, 2U, 3U, 7U, 1000U}) {
    CHECK(masked(mask, cat("a ", value, " b"), piece) == "a *** b");
    CHECK(masked(mask, to_base64(value), piece) == "***");
    CHECK(masked(mask, cat("=", percent_encoded(value), "&"), piece) == "=***&");
    CHECK(masked(mask, "s3cr%2Ft+t%22ken%5C%C3%A4", piece) == "***");
    CHECK(masked(mask, "s3cr%2ft%20t%22ken%5c%c3%a4", piece) == "***");
    CHECK(masked(mask, R"("s3cr/t t\"ken\\ä")", piece) == "\"***\"");
    CHECK(masked(mask, R"("s3cr\/t t\"ken\\\u00e4")", piece) == "\"***\"");
    CHECK(masked(mask, R"(b's3cr/t t"ken\\\xc3\xa4')", piece) == "b'***'");
    CHECK(masked(mask, "s3cr/t t\"ken b", piece) == "s3cr/t t\"ken b");
  }
}

TEST_CASE("the beginning of a value of which the rest was not written is kept out") {
  const std::string value = "s3cr/t t\"ken\\ä";
  const Mask mask({value});
  for (std::size_t piece : {1U, 3U, 1000U}) {
    CHECK(masked(mask, "a s3cr/t t", piece) == "a ***");
    CHECK(masked(mask, "a s3cr/t", piece) == "a ***");
    CHECK(masked(mask, "a s3cr/", piece) == "a s3cr/");  // so little may be chance
    CHECK(masked(mask, cat("=", percent_encoded(value).substr(0, 30)), piece) == "=***");
    CHECK(masked(mask, to_base64(value).substr(0, 12), piece) == "***");
  }
}

TEST_CASE("base64 is known with anything around it, in both alphabets, and wrapped") {
  const std::string value = "\xff\xfe\xfd-the-value-of-a-secret-\xff\xfe\xfd";
  const Mask mask({value});
  for (const char* before : {"", "a", "ab", "abc"}) {
    for (const char* after : {"", "x", "xy", "xyz"}) {
      std::string text = to_base64(cat(before, value, after));
      for (bool url : {false, true}) {
        for (char& c : text) c = url && c == '+' ? '-' : url && c == '/' ? '_' : c;
        const std::string out = masked(mask, text, 5);
        CHECK(out.find("***") != std::string::npos);
        CHECK(out.size() <= 3 + 12);  // and the digits around it
        std::string wrapped = text;
        for (std::size_t at = 10; at < wrapped.size(); at += 11) wrapped.insert(at, 1, '\n');
        CHECK(masked(mask, wrapped, 3).find("dGhlLXZhbHVl") == std::string::npos);
        CHECK(masked(mask, wrapped).size() <= 3 + 14);
      }
    }
  }
}

TEST_CASE("forms within forms") {
  const std::string value = "pa\"ss/wo rd+\nline two";
  const Mask mask({value});
  auto quoted = [](const std::string& text) { return Json(text).compact(); };
  for (std::size_t piece : {1U, 5U, 1000U}) {
    CHECK(masked(mask, quoted(quoted(value)), piece) == R"("\"***\"")");
    CHECK(masked(mask, percent_encoded(quoted(value)), piece) == "%22***%22");
    CHECK(masked(mask, percent_encoded(to_base64(value)), piece) == "***");
    CHECK(masked(mask, to_base64(cat("{\"a\":", quoted(value), "}")), piece).size() < 20);
    std::string wrapped = to_base64(value);
    wrapped.insert(9, 1, '\n');
    CHECK(masked(mask, quoted(wrapped), piece) == "\"***\"");
    wrapped.insert(10, 4, ' ');
    CHECK(masked(mask, wrapped, piece) == "***");
  }
  CHECK(masked(Mask({"sesame-open \n\n"}), to_base64("sesame-open"), 1) == "***");
}

TEST_CASE("the lines of a value are kept out one by one") {
  const Mask mask({"-----BEGIN-----\nabcdefghij\r\nk\n-----END-----"});
  CHECK(masked(mask, "x abcdefghij y") == "x *** y");
  CHECK(masked(mask, "-----BEGIN-----\nabcdefghij\r\n") == "***\n***\r\n");
  const Mask whole({"-----BEGIN-----\nabcdefghij"}, Mask::Lines::together);
  CHECK(masked(whole, "-----BEGIN-----\nother") == "-----BEGIN-----\nother");
  CHECK(masked(whole, "-----BEGIN-----\nabcdefghij") == "***");
  CHECK(masked(mask, "k") == "k");
}

TEST_CASE("values that overlap or touch leave nothing of each other") {
  const Mask mask({"abcdefgh", "efghijkl", "abcdefghijklmnop"});
  CHECK(masked(mask, "abcdefghijkl") == "***");
  CHECK(masked(mask, "abcdefghijklmno", 1) == "******");
  CHECK(masked(mask, "abcdefghijklmnop", 1) == "***");
  CHECK(masked(mask, "abcdefabcdefgh", 1) == "abcdef***");
}

TEST_CASE("what is no value passes as it is, and at once") {
  const Mask mask({"password"});
  MaskedStream stream(mask);
  CHECK(stream.put("Password: ") == "Password: ");
  CHECK(stream.put("pass") == "");
  CHECK(stream.put("ing by\n") == "passing by\n");
  CHECK(stream.put("100%") == "100");
  CHECK(stream.put(" \\") == "% ");
  CHECK(stream.end() == "\\");
  CHECK_FALSE(stream.has_found());
}

TEST_CASE("random streams: no value is left, nothing else is lost, and pieces make no difference") {
  std::mt19937 random(20260101);
  for (int round = 0; round < 3000; ++round) {
    const std::string_view alphabet =
        round % 2 == 0 ? "ab%2\\u" : "abcdefghijklmnopqrstuvwxyz0123456789%\\/+\n\" ";
    std::vector<std::string> values;
    for (std::size_t i = 0; i <= random() % 3; ++i)
      values.push_back(random_text(random, alphabet, 6 + random() % 10));
    const Mask mask(values);
    std::string text;
    std::string without = random_text(random, "XYZ.", random() % 20);
    text += without;
    for (std::size_t i = 0; i < random() % 4; ++i) {
      const std::string& value = values[random() % values.size()];
      switch (random() % 3) {
        case 0:
          text += value;
          break;
        case 1:
          text += percent_encoded(value);
          break;
        default:
          text += to_base64(value);
      }
      text += random_text(random, alphabet, random() % 12);
    }
    const std::string out = masked(mask, text);
    for (const std::string& value : values) {
      CHECK(out.find(value) == std::string::npos);
      CHECK(out.find(percent_encoded(value)) == std::string::npos);
    }
    CHECK(out.starts_with(without));
    CHECK(masked(mask, text, 1 + random() % 5) == out);
  }
}
