// sandbox of a task: what it is kept from, and what of the machine it may have all the same.
#include <algorithm>

#include "core/base/text.hpp"
#include "core/definition/draft.hpp"

namespace wf {

namespace {

class SandboxReader {
 public:
  explicit SandboxReader(Decoder& decoder) : decoder_(decoder) {}

  Sandbox read(YamlId at) {
    SandboxKeys keys;
    if (decoder_.tree[at].kind == YamlKind::mapping)
      decode_record(decoder_, at, sandbox_record(), keys);
    else
      keys.level = at;
    Sandbox said;
    said.network = false;
    read_choice(decoder_, keys.level, k_sandbox_names, said.level);
    said.read = read_paths(keys.read);
    said.write = read_paths(keys.write);
    if (keys.network != k_no_yaml && decoder_.expect_bool(keys.network, said.network)) check_network(keys, said);
    return said;
  }

 private:
  // Only `full` can keep a task from the network: to say so at another level would be a promise that is not kept.
  void check_network(const SandboxKeys& keys, const Sandbox& said) {
    if (said.network || said.level == SandboxLevel::full) return;
    bad(keys.network, cat("'level: ", k_sandbox_names.at(static_cast<std::size_t>(said.level)),
                          "' does not keep a task from the network"),
        {}, "write 'level: full', which does");
  }

  std::vector<std::string> read_paths(YamlId at) {
    std::vector<std::string> paths;
    if (at == k_no_yaml || !decoder_.expect(at, YamlKind::sequence, "a list of absolute paths")) return paths;
    decoder_.tree.each_item(at, [&](YamlId item) {
      std::string text;
      if (!decoder_.expect_text(item, text, "an absolute path")) return;
      if (auto path = normal(item, text)) paths.push_back(std::move(*path));
    });
    std::sort(paths.begin(), paths.end());
    paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
    return paths;
  }

  // Without what makes two spellings of one path: empty parts, and ".". What ".." means only the machine knows.
  std::optional<std::string> normal(YamlId at, const std::string& text) {
    if (!text.starts_with('/')) {
      std::string_view hint = text.starts_with('~') ? "'~' is not replaced: write the folder's own path" : "";
      bad(at, cat("'", text, "' is no absolute path"), "a path that begins with '/'", std::string(hint));
      return std::nullopt;
    }
    std::string path;
    for (std::string_view part : split(text, '/')) {
      if (part == "..") {
        bad(at, cat("'", text, "' goes up again"), "a path without '..'");
        return std::nullopt;
      }
      if (!part.empty() && part != ".") path += cat('/', part);
    }
    return path.empty() ? "/" : path;
  }

  void bad(YamlId at, std::string message, std::string expected, std::string hint = {}) {
    decoder_.error(at, {codes::k_bad_sandbox, std::move(message), std::move(expected), std::move(hint)});
  }

  Decoder& decoder_;
};

}  // namespace

std::optional<Sandbox> read_sandbox(Decoder& decoder, YamlId at) {
  if (at == k_no_yaml) return std::nullopt;
  Sandbox said = SandboxReader(decoder).read(at);
  bool says_nothing = said.level == SandboxLevel::none && said.read.empty() && said.write.empty() && !said.network;
  return says_nothing ? std::nullopt : std::optional(std::move(said));
}

}  // namespace wf
