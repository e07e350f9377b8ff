#include "core/base/json.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/base/codes.hpp"
#include "core/base/text.hpp"

namespace wf {

namespace {

constexpr std::size_t k_max_depth = 100;

// Builds a Json from nlohmann's SAX events and refuses what its DOM would silently accept.
class Builder {
 public:
  using number_integer_t = nlohmann::json::number_integer_t;
  using number_unsigned_t = nlohmann::json::number_unsigned_t;
  using number_float_t = nlohmann::json::number_float_t;
  using string_t = nlohmann::json::string_t;
  using binary_t = nlohmann::json::binary_t;

  bool null() { return put(Json()); }
  bool boolean(bool value) { return put(Json(value)); }
  bool number_integer(number_integer_t value) { return put(Json(static_cast<std::int64_t>(value))); }
  bool number_unsigned(number_unsigned_t value) {
    if (value > static_cast<number_unsigned_t>(INT64_MAX)) return fail("an integer outside 64 bits");
    return put(Json(static_cast<std::int64_t>(value)));
  }
  bool number_float(number_float_t value, const string_t& text) {
    if (text.find_first_of(".eE") == std::string::npos) return fail("an integer outside 64 bits");
    return put(Json(value));
  }
  bool string(string_t& value) {
    if (value.find('\0') != std::string::npos) return fail("the character U+0000");
    return put(Json(std::move(value)));
  }
  bool binary(binary_t&) { return fail("binary data"); }
  bool start_object(std::size_t) { return open(Json::object()); }
  bool start_array(std::size_t) { return open(Json::array()); }
  bool key(string_t& name) {
    keys_.back() = std::move(name);
    return true;
  }
  bool end_object() {
    if (has_duplicate_keys(stack_.back().as_object())) return fail("a key given twice");
    return close();
  }
  bool end_array() { return close(); }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& e) {
    // "[json.exception.parse_error.101] parse error at line 1, column 2: what is wrong"
    std::string_view text = e.what();
    std::size_t place = text.find("column ");
    std::size_t colon = place == std::string_view::npos ? place : text.find(": ", place);
    error_ = cat("at byte ", position, ": ", colon == std::string_view::npos ? text : text.substr(colon + 2));
    return false;
  }

  Json take() { return std::move(root_); }
  const std::string& error() const { return error_; }

 private:
  bool fail(std::string_view what) {
    error_ = cat("it contains ", what);
    return false;
  }
  static bool has_duplicate_keys(const Json::Object& members) {
    if (members.size() < 2) return false;
    std::vector<std::string_view> names;
    names.reserve(members.size());
    for (const auto& [name, value] : members) names.push_back(name);
    std::sort(names.begin(), names.end());
    return std::adjacent_find(names.begin(), names.end()) != names.end();
  }
  bool open(Json container) {
    if (stack_.size() == k_max_depth) return fail("more than 100 levels of nesting");
    stack_.push_back(std::move(container));
    keys_.emplace_back();
    return true;
  }
  bool close() {
    Json done = std::move(stack_.back());
    stack_.pop_back();
    keys_.pop_back();
    return put(std::move(done));
  }
  bool put(Json value) {
    if (stack_.empty()) {
      root_ = std::move(value);
    } else if (stack_.back().is_array()) {
      stack_.back().push(std::move(value));
    } else {
      stack_.back().as_object().emplace_back(std::move(keys_.back()), std::move(value));
    }
    return true;
  }

  std::vector<Json> stack_;
  std::vector<std::string> keys_;
  Json root_;
  std::string error_;
};

void append_string(std::string& out, std::string_view text) {
  constexpr std::string_view k_digits = "0123456789abcdef";
  out += '"';
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (byte < 0x20) {
          out += "\\u00";
          out += k_digits[byte >> 4U];
          out += k_digits[byte & 15U];
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

void append_number(std::string& out, double value) {
  if (std::isnan(value)) {
    out += R"({"$f":"nan"})";
  } else if (std::isinf(value)) {
    out += value > 0 ? R"({"$f":"inf"})" : R"({"$f":"-inf"})";
  } else {
    out += canonical_float(value);
  }
}

enum class Order { given, sorted };

class Writer {
 public:
  Writer(Order order, int indent) : order_(order), indent_(indent) {}

  void write(const Json& value, int depth) {
    if (value.is_null())
      out += "null";
    else if (value.is_bool())
      out += value.as_bool() ? "true" : "false";
    else if (value.is_int())
      out += std::to_string(value.as_int());
    else if (value.is_double())
      append_number(out, value.as_double());
    else if (value.is_string())
      append_string(out, value.as_string());
    else if (value.is_array())
      write_array(value.as_array(), depth);
    else
      write_object(value.as_object(), depth);
  }

  std::string out;

 private:
  void line_break(int depth) {
    if (indent_ == 0) return;
    out += '\n';
    out.append(static_cast<std::size_t>(depth * indent_), ' ');
  }
  void write_array(const Json::Array& items, int depth) {
    out += '[';
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (i > 0) out += ',';
      line_break(depth + 1);
      write(items[i], depth + 1);
    }
    if (!items.empty()) line_break(depth);
    out += ']';
  }
  void write_object(const Json::Object& members, int depth) {
    std::vector<const Json::Member*> ordered;
    ordered.reserve(members.size());
    for (const auto& member : members) ordered.push_back(&member);
    if (order_ == Order::sorted) {
      std::sort(ordered.begin(), ordered.end(), [](auto* a, auto* b) { return a->first < b->first; });
    }
    out += '{';
    for (std::size_t i = 0; i < ordered.size(); ++i) {
      if (i > 0) out += ',';
      line_break(depth + 1);
      append_string(out, ordered[i]->first);
      out += indent_ == 0 ? ":" : ": ";
      write(ordered[i]->second, depth + 1);
    }
    if (!ordered.empty()) line_break(depth);
    out += '}';
  }

  Order order_;
  int indent_;
};

std::string write(const Json& value, Order order, int indent) {
  Writer writer(order, indent);
  writer.write(value, 0);
  return std::move(writer.out);
}

// Places the decimal point as ECMA-262, Number::toString, does: `digits` are the shortest significant digits
// and the value is 0.digits × 10^point.
std::string ecmascript_notation(const std::string& digits, int point) {
  int count = static_cast<int>(digits.size());
  if (count <= point && point <= 21)
    return digits + std::string(static_cast<std::size_t>(point - count), '0');
  if (0 < point && point <= 21)
    return digits.substr(0, static_cast<std::size_t>(point)) + '.' +
           digits.substr(static_cast<std::size_t>(point));
  if (-6 < point && point <= 0) return "0." + std::string(static_cast<std::size_t>(-point), '0') + digits;
  int exponent = point - 1;
  std::string mantissa = count == 1 ? digits : digits.substr(0, 1) + '.' + digits.substr(1);
  return cat(mantissa, 'e', exponent < 0 ? "-" : "+", std::abs(exponent));
}

}  // namespace

std::string canonical_float(double value) {
  if (value == 0) return "0.0";
  std::array<char, 40> buffer;
  auto [end, status] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::abs(value),
                                     std::chars_format::scientific);
  std::string_view shortest(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  std::size_t e = shortest.find('e');
  std::string digits(shortest.substr(0, 1));
  if (e > 2) digits += shortest.substr(2, e - 2);
  std::string_view exponent_text = shortest.substr(e + 1);
  if (exponent_text.front() == '+') exponent_text.remove_prefix(1);
  int exponent = static_cast<int>(*parse_int(exponent_text));
  std::string text = ecmascript_notation(digits, exponent + 1);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return value < 0 ? '-' + text : text;
}

const Json* Json::find(std::string_view key) const {
  if (!is_object()) return nullptr;
  for (const auto& [name, value] : as_object()) {
    if (name == key) return &value;
  }
  return nullptr;
}

const Json& Json::at(std::string_view key) const {
  if (const Json* value = find(key)) return *value;
  throw Error(codes::k_bad_json, cat("a JSON object lacks the member '", key, "'"));
}

Json& Json::add(std::string key, Json value) {
  as_object().emplace_back(std::move(key), std::move(value));
  return *this;
}

Json& Json::push(Json value) {
  as_array().push_back(std::move(value));
  return *this;
}

void Json::sort_keys() {
  if (is_array()) {
    for (Json& item : as_array()) item.sort_keys();
  } else if (is_object()) {
    std::sort(as_object().begin(), as_object().end(),
              [](const Member& a, const Member& b) { return a.first < b.first; });
    for (auto& [name, value] : as_object()) value.sort_keys();
  }
}

Json Json::parse(std::string_view text, std::string_view what) {
  Builder builder;
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &builder)) {
    throw Error(codes::k_bad_json, cat(what, " is no valid JSON: ", builder.error()));
  }
  return builder.take();
}

std::string Json::canonical() const { return write(*this, Order::sorted, 0); }
std::string Json::pretty() const { return write(*this, Order::given, 2); }
std::string Json::compact() const { return write(*this, Order::given, 0); }

}  // namespace wf
