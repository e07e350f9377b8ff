// The text of a definition, and where in it something stands.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/definition/diagnostic.hpp"

namespace wf {

// How much memory a definition takes, times the size of its text or of its canonical form: the tree, what is
// read from it, and what a run of it is made of.
inline constexpr std::size_t k_memory_of_text = 48;

class SourceText {
 public:
  // `text` without its byte order mark, if it has one. Offsets count from there.
  SourceText(std::string path, std::string_view text);
  SourceText(const SourceText&) = delete;
  SourceText& operator=(const SourceText&) = delete;

  const std::string& path() const { return path_; }
  std::string_view text() const { return text_; }

  // The place of `bytes` bytes from `offset`, cut at the end of that line. Lines are found, and characters
  // counted, on the first call only: a definition without mistakes never pays for it. What a place costs does
  // not hang on how long its line is, which may be the whole file.
  Place place(std::size_t offset, std::size_t bytes) const;
  // The line that holds `offset`, without its end, and where it begins.
  std::string_view line_at(std::size_t offset, std::size_t* begin = nullptr) const;

 private:
  struct Line {
    std::size_t index;
    std::size_t begin;
    std::size_t end;  // without what ends the line
  };
  Line line_of(std::size_t offset) const;
  std::size_t characters_before(std::size_t offset) const;

  std::string path_;
  std::string_view text_;
  mutable std::vector<std::size_t> line_starts_;
  mutable std::vector<std::size_t> characters_;  // before each stretch of k_stretch bytes
};

}  // namespace wf
