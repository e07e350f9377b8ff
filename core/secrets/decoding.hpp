// Bytes as they were before somebody escaped them, with where each began.
#pragma once
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

namespace wf {

enum class Form {
  plain,    // as it is
  percent,  // %41
  escaped,  // \" \n \u0041 \x41
  base64    // still base64, in one alphabet and without line ends and what lines are indented by
};

// Up to so many come of one: the four bytes of a pair of \ud83d\ude00, or an escape that was none.
struct DecodedByte {
  unsigned char byte = 0;
  std::size_t from = 0;  // where it began
};

class Decoder {
 public:
  explicit Decoder(Form form = Form::plain) : form_(form) {}

  // Calls `emit(DecodedByte)` for each byte that is known now. What is no escape in the end comes out as it
  // went in.
  template <typename Emit>
  void put(DecodedByte in, Emit&& emit) {
    if (form_ == Form::plain || (form_ != Form::base64 && is_idle() && in.byte != lead())) return emit(in);
    take(in);
    const std::size_t count = std::exchange(ready_, 0);
    const auto out = out_;
    for (std::size_t i = 0; i < count; ++i) emit(out[i]);
  }
  bool is_idle() const { return escape_.empty() && high_ == 0; }
  // Where the escape begins that is not complete.
  std::optional<std::size_t> begun() const;

 private:
  unsigned char lead() const { return form_ == Form::percent ? '%' : '\\'; }
  void take(DecodedByte in);
  void take_escaped(DecodedByte in);
  void take_percent(DecodedByte in);
  void take_base64(DecodedByte in);
  void fail(DecodedByte in);
  void finish_unicode();
  void give(unsigned byte, std::size_t from);
  void give_utf8(unsigned point, std::size_t from);

  Form form_;
  bool indents_ = false;                 // base64: nothing of this line yet
  std::string escape_;                   // what has come of it
  std::array<std::size_t, 6> places_{};  // where each of that began
  unsigned high_ = 0;                    // the first of a pair of UTF-16, which began at high_from_
  std::size_t high_from_ = 0;
  std::array<DecodedByte, 8> out_{};
  std::size_t ready_ = 0;
};

}  // namespace wf
