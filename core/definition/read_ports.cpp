#include <algorithm>

#include "core/base/text.hpp"
#include "core/definition/draft.hpp"
#include "core/definition/name.hpp"
#include "core/definition/port_value.hpp"
#include "core/definition/read_type.hpp"

namespace wf {

namespace {

constexpr std::size_t k_few_ports = 12;

// Reads one port, in its short form `k: int` or as a mapping.
class PortReader {
 public:
  PortReader(Decoder& decoder, Bundle& bundle, PortRole role)
      : decoder_(decoder), bundle_(bundle), role_(role) {}

  void read(YamlId key, YamlId value, Port& port, PortDraft& draft) {
    draft.key = key;
    port.name = decoder_.tree.text(key);
    port.staged_name = port.name;
    bool short_form = decoder_.tree.kind(value) != YamlKind::mapping ||
                      find_member(decoder_.tree, value, "record").key != k_no_yaml;
    if (short_form) {
      draft.typed = take_type(value, port);
      return;
    }
    PortKeys keys;
    decode_record(decoder_, value, role_ == PortRole::task_output ? output_record() : input_record(), keys);
    draft.typed = keys.type != k_no_yaml && take_type(keys.type, port) && refine_type(decoder_, keys, port);
    if (keys.description != k_no_yaml) decoder_.expect_text(keys.description, port.description, "text");
    if (keys.name != k_no_yaml) read_staged_name(keys.name, port, draft.typed);
    if (!draft.typed) return;
    read_constraints(decoder_, keys, port);
    if (keys.default_value != k_no_yaml) read_default(keys.default_value, port);
    if (keys.name != k_no_yaml && !port.type.is_content_collection())
      check_file_name(decoder_, keys.name, port, port.staged_name);
  }

 private:
  bool take_type(YamlId at, Port& port) {
    std::optional<Type> type = read_type(decoder_, at);
    if (type) port.type = std::move(*type);
    return type.has_value();
  }

  void read_staged_name(YamlId at, Port& port, bool typed) {
    std::string name;
    if (!decoder_.expect_text(at, name, "a file name")) return;
    bool staged = !typed || role_ == PortRole::task_output || !port.type.is_scalar();
    if (!staged) {
      decoder_.error(at, {codes::k_bad_staged_name,
                          cat("'", port.name, "' is ", port.type.text(), " and has no file name"),
                          {},
                          "remove 'name': a scalar input is a variable, not a file"});
    } else if (!is_staged_name(name)) {
      decoder_.error(at, {codes::k_bad_staged_name, cat("'", name, "' cannot name a staged file"),
                          "letters, digits, '.', '_' and '-', at most 200, not '.' or '..'"});
    } else {
      port.staged_name = name;
    }
  }

  void read_default(YamlId at, Port& port) {
    warn_reference(at);
    auto value =
        read_port_value(decoder_, at, port, [&](YamlId file, const Type& type, const std::string& text) {
          check_file_name(decoder_, file, port, text);
          return bundle_.read_default(file, type, text);
        });
    if (value && role_ == PortRole::task_input && port.type.is_content_collection()) check_keys(at, *value);
    // An optional input is null without a default: saying so must not make another version.
    bool says_nothing = value && value->is_null() && port.type.kind() == Kind::optional;
    if (!says_nothing) port.default_value = std::move(value);
  }

  void warn_reference(YamlId at) {
    if (!decoder_.tree.is_scalar(at) || !decoder_.tree.text(at).starts_with("$inputs.")) return;
    decoder_.warning(at, {codes::k_text_like_reference,
                          cat("'", decoder_.tree.text(at), "' is text here: a default refers to nothing"),
                          {},
                          "give it to the node that takes it, under 'with', and leave the default out"});
  }

  // A task finds each file of a map under its key.
  void check_keys(YamlId at, const Json& value) {
    if (!value.is_object()) return;
    for (const auto& [key, file] : value.as_object()) {
      if (!is_staged_name(key))
        decoder_.error(at, {codes::k_bad_staged_name, cat("the key '", key, "' cannot name a file that a task is given"),
                            "letters, digits, '.', '_' and '-', at most 200, not '.' or '..'"});
    }
  }

  Decoder& decoder_;
  Bundle& bundle_;
  PortRole role_;
};

std::string_view role_name(PortRole role) { return role == PortRole::task_output ? "an output" : "an input"; }

void check_staged_names(Decoder& decoder, const std::vector<Port>& ports,
                        const std::vector<PortDraft>& drafts) {
  std::unordered_map<std::string_view, std::size_t> taken;
  bool renamed =
      std::any_of(ports.begin(), ports.end(), [](const Port& p) { return p.staged_name != p.name; });
  if (!renamed) return;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    auto [first, is_new] = taken.emplace(ports[i].staged_name, i);
    if (is_new) continue;
    decoder.error(drafts[i].key, {codes::k_staged_name_conflict,
                                  cat("'", ports[i].name, "' and '", ports[first->second].name,
                                      "' would both be staged as '", ports[i].staged_name, "'"),
                                  {},
                                  "give one of them another 'name'",
                                  {decoder.note(drafts[first->second].key, "the other one")}});
  }
}

}  // namespace

PortIndex::PortIndex(const std::vector<Port>& ports, const std::vector<PortDraft>&) : ports_(&ports) {
  if (ports.size() <= k_few_ports) return;
  for (std::size_t i = 0; i < ports.size(); ++i) table_.emplace(ports[i].name, i);
}

std::size_t PortIndex::find(std::string_view name) const {
  if (ports_ == nullptr) return npos;
  if (!table_.empty()) {
    auto found = table_.find(name);
    return found == table_.end() ? npos : found->second;
  }
  for (std::size_t i = 0; i < ports_->size(); ++i) {
    if ((*ports_)[i].name == name) return i;
  }
  return npos;
}

bool check_name(Decoder& decoder, YamlId key, std::string_view what) {
  std::string_view name = decoder.tree.text(key);
  if (name == "<<" && decoder.tree.is_plain(key)) return false;  // reported as a merge key already
  NameFault fault = check_identifier(name);
  if (fault == NameFault::malformed) {
    decoder.error(
        key, {codes::k_bad_name, cat("'", name, "' cannot name ", what), std::string(k_identifier_grammar)});
  } else if (fault == NameFault::reserved) {
    decoder.error(key, {codes::k_reserved_name,
                        cat("'", name, "' is a reserved word and cannot name ", what),
                        {},
                        cat("choose another name, for example '", name, "_1'")});
  }
  return fault == NameFault::none;
}

bool has_members(Decoder& decoder, YamlId mapping, std::string_view what) {
  if (mapping == k_no_yaml || decoder.tree.kind(mapping) == YamlKind::null) return false;
  return decoder.expect(mapping, YamlKind::mapping,
                        cat("a mapping from the name of ", what, " to what it is"));
}

void read_ports(Decoder& decoder, Bundle& bundle, YamlId mapping, PortRole role, std::vector<Port>& ports,
                std::vector<PortDraft>& drafts) {
  PortReader reader(decoder, bundle, role);
  each_named(decoder, mapping, role_name(role), [&](YamlId key, YamlId value, std::string_view) {
    reader.read(key, value, ports.emplace_back(), drafts.emplace_back());
  });
  if (role != PortRole::workflow_input) check_staged_names(decoder, ports, drafts);
}

}  // namespace wf
