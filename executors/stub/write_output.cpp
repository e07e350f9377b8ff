#include "executors/stub/write_output.hpp"

#include <fcntl.h>

#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/definition/constraints.hpp"
#include "core/definition/value.hpp"
#include "core/engine/words.hpp"
#include "executors/stub/pattern_sample.hpp"

namespace wf {

namespace {

constexpr mode_t k_file_mode = 0600;
constexpr mode_t k_folder_mode = 0700;

}  // namespace

void OutputWriter::write(const Port& output, const Json& value) {
  std::string path = cat(work_, '/', output_path(output));
  const Type& type = without_optional(output.type);
  if (value.is_null() && type.kind() != Kind::json) {
    remove_tree(path);  // a folder was there already
  } else if (type.is_content()) {
    write_content(type, value, path);
  } else if (type.is_content_collection()) {
    write_collection(output, type, value, path);
  } else {
    write_text(path, type.is_scalar() ? value_to_text(type, value) : json_text(type, value));
  }
}

void OutputWriter::write_text(const std::string& path, const std::string& text) {
  write_all(open_file(path, O_WRONLY | O_CREAT | O_EXCL, k_file_mode).get(), text + "\n", path);
}

void OutputWriter::write_content(const Type& type, const Json& value, const std::string& path) {
  Digest digest = *content_digest(value);
  if (type.kind() != Kind::directory) return blobs_.copy_to(digest, path, k_file_mode);
  remove_tree(path);
  blobs_.copy_folder_to(digest, path, k_file_mode, k_folder_mode);
}

void OutputWriter::write_collection(const Port& output, const Type& type, const Json& value,
                                    const std::string& path) {
  if (value.is_object()) {
    for (const auto& [key, element] : value.as_object())
      write_content(type.element(), element, cat(path, '/', key));
    return;
  }
  std::size_t next = 0;
  for (const Json& element : value.as_array()) {
    std::string name =
        has_name_pattern(output) ? name_for_pattern(output.limits.pattern, next) : std::to_string(next);
    write_content(type.element(), element, cat(path, '/', name));
    ++next;
  }
}

// Its files and folders lie beside out/, under numbers.
std::string OutputWriter::json_text(const Type& type, const Json& value) {
  std::vector<std::string> paths;
  for (const Content& content : contents_of(type, value)) {
    std::string relative = cat(".stub/", files_++);
    std::string path = cat(work_, '/', relative);
    make_folders(parent_folder(path));
    if (content.directory)
      blobs_.copy_folder_to(content.digest, path, k_file_mode, k_folder_mode);
    else
      blobs_.copy_to(content.digest, path, k_file_mode);
    paths.push_back(std::move(relative));
  }
  std::size_t next = 0;
  return value_to_json(type, value, [&](const Digest&) { return paths[next++]; }).compact();
}

}  // namespace wf
