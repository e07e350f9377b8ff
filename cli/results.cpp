#include "cli/results.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <map>

#include "cli/codes.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/catalog/artifact_files.hpp"

namespace wf::cli {

namespace {

struct Item {
  Digest digest;
  bool directory = false;
};

std::string extension(const std::string& name) {
  std::size_t dot = name.rfind('.');
  return dot == std::string::npos || dot == 0 ? "" : name.substr(dot);
}

// The file name that the producer of a workflow output declared.
std::string declared_name(const Workflow& workflow, const std::string& output) {
  auto found = std::find_if(workflow.outputs.begin(), workflow.outputs.end(),
                            [&](const WorkflowOutput& one) { return one.name == output; });
  return found == workflow.outputs.end() ? "" : wf::declared_name(workflow, *found);
}

class Writer {
 public:
  Writer(std::string folder, BlobStore& blobs) : folder_(std::move(folder)), blobs_(blobs) {}

  // Returns the path in the folder of each content, in order.
  std::vector<std::string> plan(const OutputValue& output, const std::string& declared) {
    std::vector<std::string> names;
    std::vector<Content> contents = contents_of(output.type, output.value);
    for (const Content& content : contents) {
      std::string ending = content.directory ? "" : extension(declared);
      bool whole = content.path.empty();
      std::string name = whole ? output.name : cat(output.name, "/", place_name(content.path));
      names.push_back(add(name, ending, {content.digest, content.directory}));
    }
    return names;
  }

  // Everything that is there and differs.
  std::vector<std::string> conflicts() const {
    std::vector<std::string> names;
    for (const auto& [name, item] : items_) {
      if (exists(path(name)) && !same(name, item)) names.push_back(name);
    }
    return names;
  }

  void write() {
    for (const auto& [name, item] : items_) {
      if (exists(path(name)) && same(name, item)) continue;
      make_folders(parent_folder(path(name)), 0755);
      std::string temporary = cat(folder_, "/.wf-", ::getpid());
      if (item.directory)
        blobs_.copy_folder_to(item.digest, temporary, 0644, 0755);
      else
        blobs_.copy_to(item.digest, temporary, 0644);
      remove_tree(path(name));
      if (std::rename(temporary.c_str(), path(name).c_str()) != 0) throw_errno("rename to", path(name));
    }
  }

 private:
  // Different keys can be spelled alike: the later ones get a number.
  std::string add(const std::string& name, const std::string& ending, const Item& item) {
    std::string free = name + ending;
    for (int number = 2; !items_.emplace(free, item).second; ++number) free = cat(name, '~', number, ending);
    return free;
  }

  std::string path(const std::string& name) const { return cat(folder_, '/', name); }
  bool same(const std::string& name, const Item& item) const {
    if (is_folder(path(name)) != item.directory) return false;
    if (item.directory) return sha256(render_tree(scan_tree(path(name)))) == item.digest;
    return hash_file(path(name)).digest == item.digest;
  }

  std::string folder_;
  BlobStore& blobs_;
  std::map<std::string, Item> items_;
};

}  // namespace

void write_results(const std::string& folder, const Workflow& workflow,
                   const std::vector<OutputValue>& outputs, BlobStore& blobs, Overwrite overwrite) {
  Writer writer(folder, blobs);
  Json values = Json::object();
  for (const OutputValue& output : outputs) {
    // By place and not by digest: equal contents have files of their own.
    std::vector<std::string> names = writer.plan(output, declared_name(workflow, output.name));
    auto next = names.begin();
    values.add(output.name, value_to_json(output.type, output.value, [&](const Digest&) { return *next++; }));
  }
  std::string text = values.pretty() + '\n';
  std::string list = folder + "/outputs.json";
  std::vector<std::string> conflicts = writer.conflicts();
  std::optional<std::string> present = read_file_if_exists(list);
  if (present && *present != text) conflicts.emplace_back("outputs.json");
  if (!conflicts.empty() && overwrite == Overwrite::never) {
    throw Error(codes::k_output_exists,
                cat("'", folder, "' holds other files under the names ", join(conflicts, ", ")),
                "nothing was written there; choose another --out, or overwrite with --force. The results are "
                "in the store");
  }
  make_folders(folder, 0755);
  writer.write();
  if (present != text) replace_file_durably(list, text, 0644);
}

Json outputs_json(const std::vector<OutputValue>& outputs) {
  Json json = Json::object();
  for (const OutputValue& output : outputs) {
    json.add(output.name,
             value_to_json(output.type, output.value, [](const Digest& digest) { return digest.text(); }));
  }
  return json;
}

}  // namespace wf::cli
