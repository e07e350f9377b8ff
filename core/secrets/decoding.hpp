// Bytes as they were before somebody escaped them, with where each began.
#pragma once
#include <cstddef>
#include <functional>
#include <optional>
#include <string>

namespace wf {

enum class Form {
  plain,    // as it is
  percent,  // %41
  escaped,  // \" \n \u0041 \x41
  base64    // still base64, in one alphabet and without line ends
};

class Decoder {
 public:
  explicit Decoder(Form form) : form_(form) {}

  using Emit = std::function<void(unsigned char byte, std::size_t from)>;
  // What is no escape in the end comes out as it went in.
  void put(unsigned char byte, std::size_t at, const Emit& emit);
  // Where the escape begins that is not complete.
  std::optional<std::size_t> begun() const;

 private:
  void put_escaped(unsigned char byte, std::size_t at, const Emit& emit);
  void put_percent(unsigned char byte, std::size_t at, const Emit& emit);
  void fail(unsigned char byte, std::size_t at, const Emit& emit);
  void finish_unicode(const Emit& emit);

  Form form_;
  std::string escape_;    // what has come of it
  std::size_t from_ = 0;  // where it began
  unsigned high_ = 0;     // the first of a pair of UTF-16, which began at high_from_
  std::size_t high_from_ = 0;
};

}  // namespace wf
