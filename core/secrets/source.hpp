// Where the values of secrets come from on this machine.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace wf {

struct SecretSource {
  enum class Kind {
    environment,  // a variable
    file,         // its content
    command       // what a line for sh writes
  };
  Kind kind = Kind::environment;
  std::string place;   // the variable, the absolute path, or the line
  std::string folder;  // absolute; where the line is run
  std::string origin;  // what says so, for people: "/etc/wf/config.yaml:7"

  std::string text() const;  // "file:/run/secrets/token"
};

// "env:NAME", "file:PATH", "command:LINE"; relative paths begin at `folder`. nullopt for anything else.
std::optional<SecretSource> read_secret_source(std::string_view text, const std::string& folder);
inline constexpr std::string_view k_secret_source_grammar = "env:VARIABLE, file:PATH or command:LINE";

// The variable that has the value of a secret for which nothing else is said: WF_SECRET_API_TOKEN of
// api-token.
std::string secret_variable(std::string_view name);

}  // namespace wf
