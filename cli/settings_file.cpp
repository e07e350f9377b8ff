#include "cli/settings_file.hpp"

#include <algorithm>

#include "cli/codes.hpp"
#include "cli/output.hpp"
#include "core/base/codes.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/definition/codes.hpp"
#include "core/definition/decoder.hpp"
#include "core/definition/name.hpp"

namespace wf::cli {

namespace {

constexpr std::string_view k_secrets = "secrets";

bool is_section(const std::string& name) {
  auto below = [&](const SettingKey& key) { return key.name.starts_with(name + '.'); };
  return std::any_of(setting_keys().begin(), setting_keys().end(), below);
}

// "run.verify" -> "run: {verify: …}".
std::string as_levels(const std::string& name) {
  std::size_t dot = name.find('.');
  return cat(name.substr(0, dot), ": {", name.substr(dot + 1), ": …}");
}

class SettingsReader {
 public:
  SettingsReader(const SourceText& source, const YamlTree& tree, SettingsText& out)
      : decoder_(source, tree, out.diagnostics), out_(out) {}

  void read_level(YamlId mapping, const std::string& prefix) {
    if (decoder_.tree.kind(mapping) == YamlKind::null) return;
    if (!decoder_.expect(mapping, YamlKind::mapping, "a mapping of settings")) return;
    decoder_.tree.each_member(mapping, [&](YamlId key, YamlId value) {
      if (decoder_.tree.is_scalar(key))
        read_member(prefix + std::string(decoder_.tree.text(key)), key, value);
    });
  }

 private:
  void read_member(const std::string& name, YamlId at, YamlId value) {
    if (name == k_secrets) return read_secrets(value);
    const SettingKey* key = find_setting_key(name);
    // A dot inside a key would be a second way to write the same.
    if (key != nullptr && decoder_.tree.text(at).find('.') == std::string_view::npos)
      return read_value(*key, value);
    if (key == nullptr && is_section(name)) return read_level(value, name + '.');
    std::string hint = key == nullptr ? did_you_mean(name, setting_names()) : cat("write ", as_levels(name));
    decoder_.error(at, {codes::k_unknown_key, cat("there is no setting '", name, "'"),
                        cat("one of ", join(setting_names(), ", ")), hint});
  }

  void read_secrets(YamlId mapping) {
    if (decoder_.tree.kind(mapping) == YamlKind::null) return;
    if (decoder_.tree.kind(mapping) != YamlKind::mapping) refuse_secret(mapping, "'secrets' is no mapping from names");
    decoder_.tree.each_member(mapping, [&](YamlId key, YamlId value) {
      if (!decoder_.tree.is_scalar(key)) refuse_secret(key, "a name below 'secrets' is no text");
      read_secret(std::string(decoder_.tree.text(key)), key, value);
    });
  }

  void read_secret(const std::string& name, YamlId at, YamlId value) {
    if (!is_workflow_name(name)) refuse_secret(at, cat("a name below 'secrets' is not ", k_workflow_name_grammar));
    if (!decoder_.tree.is_scalar(value) || !read_secret_source(decoder_.tree.text(value), "/"))
      refuse_secret(value, cat("what stands for the secret '", name, "' does not say where its value is"));
    out_.secrets.push_back({name, std::string(decoder_.tree.text(value)), line_of(value)});
  }

  // Without the line itself: the value may stand there, by mistake.
  [[noreturn]] void refuse_secret(YamlId at, const std::string& what) const {
    throw Error(codes::k_bad_configuration, cat(decoder_.source.path(), ":", line_of(at), ": ", what),
                cat("write {name: SOURCE}, where SOURCE is ", k_secret_source_grammar, "; never the value itself"));
  }

  int line_of(YamlId at) const { return place_of(decoder_.source, decoder_.tree, at).line; }

  void read_value(const SettingKey& key, YamlId at) {
    std::string text;
    if (!decoder_.expect_text(at, text, expected_text(key.type))) return;
    if (!is_valid(key.type, text)) {
      decoder_.error(at, {codes::k_bad_value, cat("'", text, "' is no value of '", key.name, "'"),
                          std::string(expected_text(key.type))});
      return;
    }
    out_.values.push_back({&key, text, place_of(decoder_.source, decoder_.tree, at).line});
  }

  Decoder decoder_;
  SettingsText& out_;
};

}  // namespace

SettingsText read_settings(const std::string& path, const std::string& text) {
  SettingsText out;
  SourceText source(path, text);
  auto tree = parse_yaml(source, {}, out.diagnostics);
  if (tree && !tree->empty()) SettingsReader(source, *tree, out).read_level(tree->root(), "");
  return out;
}

std::optional<std::string> read_settings_file(const std::string& path) {
  auto info = stat_if_exists(path);
  if (!info) return std::nullopt;
  if (!S_ISREG(info->st_mode))
    throw Error(codes::k_not_a_file, cat("the configuration '", path, "' is no regular file"),
                "put a YAML file there, or nothing");
  return read_file(path);
}

void refuse_mistakes(const std::string& path, const Diagnostics& diagnostics) {
  for (const Diagnostic& diagnostic : diagnostics.sorted()) print_error(render(diagnostic));
  if (!diagnostics.has_errors()) return;
  throw Error(codes::k_bad_configuration, cat("the configuration '", path, "' cannot be used"),
              "mend it in an editor");
}

}  // namespace wf::cli
