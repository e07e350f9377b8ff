// What names an image: as container engines write it.
#pragma once
#include <string>
#include <string_view>

namespace wf {

// [registry/]name[:tag][@sha256:…], or sha256:… alone: a regular expression of RE2 and of JSON Schema.
inline constexpr std::string_view k_image_pattern =
    "(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?/)?"
    "[a-z0-9]+(?:(?:[.]|__?|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[.]|__?|-+)[a-z0-9]+)*)*"
    "(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@sha256:[0-9a-f]{64})?"
    "|sha256:[0-9a-f]{64}";

bool is_image_reference(const std::string& text);

}  // namespace wf
