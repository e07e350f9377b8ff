// The grammar of names.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace wf {

enum class NameFault { none, malformed, reserved };

// Of nodes, tasks, inputs, outputs and fields: [a-z][a-z0-9_]{0,127}, none of the reserved words.
NameFault check_identifier(std::string_view name);
inline constexpr std::string_view k_identifier_grammar =
    "a lower-case letter, then lower-case letters, digits and _ (at most 128 in all)";

// A word that CEL keeps for itself, and that is no name in an expression.
bool is_expression_word(std::string_view word);

// Of workflows, projects and domains: [a-z][a-z0-9-]{0,62}.
bool is_workflow_name(std::string_view name);
inline constexpr std::string_view k_workflow_name_grammar =
    "a lower-case letter, then lower-case letters, digits and - (at most 63 in all)";

// Of environment variables: [A-Za-z_][A-Za-z0-9_]{0,127}.
bool is_variable_name(std::string_view name);
// Set by wf itself: HOME, TMPDIR and everything that begins with WF_.
bool is_reserved_variable(std::string_view name);

// Of labels and tags: [A-Za-z0-9][A-Za-z0-9._+-]{0,127}.
bool is_label_name(std::string_view name);
inline constexpr std::string_view k_label_grammar =
    "begins with a letter or digit and goes on with letters, digits and . _ + - (at most 128 in all)";

// Of a run's labels: the key is a label name, and the text has at most 256 bytes without control characters.
// What is wrong, or nullopt.
std::optional<std::string> run_label_fault(std::string_view key, std::string_view text);

// Whether a text names a registered version, and no path: it has '@', and does not begin with ./ ../ or /.
bool is_version_reference(std::string_view text);

// `[project/domain/]name@selector` taken apart, each part as it stands: project and domain are empty where nothing
// is before the name, the selector is where there is no '@'. A text: why it is none.
struct NameParts {
  std::string_view project;
  std::string_view domain;
  std::string_view name;
  std::string_view selector;
};
std::variant<NameParts, std::string_view> split_named_reference(std::string_view text);

// The digits, in lower case, of a digest or the beginning of one: at least 8, with or without "sha256:" before
// them; nullopt when it is neither.
std::optional<std::string> digest_prefix(std::string_view text);
inline constexpr std::size_t k_shortest_digest_prefix = 8;

// "prep#clean@v1" taken apart: the version "prep@v1", and the task "clean" of it; empty without '#'.
struct TaskReference {
  std::string version;
  std::string task;
};
TaskReference split_task_reference(std::string_view text);

// Of a staged file: [A-Za-z0-9._-]{1,200}, not "." or "..".
bool is_staged_name(std::string_view name);

}  // namespace wf
