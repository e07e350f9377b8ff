#include "core/engine/checkpoints.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "core/base/copy_tree.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"

namespace wf {

Checkpoints::Checkpoints(std::string runs_folder, const Uuid& run, std::vector<Uuid> earlier)
    : runs_folder_(std::move(runs_folder)), run_(run), earlier_(std::move(earlier)) {}

std::string Checkpoints::path_of(const Digest& work) const { return path_in(run_, work); }

std::string Checkpoints::path_in(const Uuid& run, const Digest& work) const {
  return cat(runs_folder_, '/', run.text(), "/checkpoints/", work.hex());
}

std::optional<std::string> Checkpoints::left_by_others(const Digest& work, std::size_t newest) const {
  if (exists(path_of(work))) return std::nullopt;
  const auto end = earlier_.begin() + static_cast<std::ptrdiff_t>(std::min(newest, earlier_.size()));
  const auto left =
      std::find_if(earlier_.begin(), end, [&](const Uuid& run) { return exists(path_in(run, work)); });
  return left == end ? std::nullopt : std::optional(path_in(*left, work));
}

// Whole or not at all, wherever this is killed.
void Checkpoints::take(const std::string& left, const std::string& path, const std::stop_token& stop) {
  const std::string half = path + ".new";
  remove_tree(half);
  make_folders(parent_folder(path));
  copy_tree(left, half, stop);
  if (::rename(half.c_str(), path.c_str()) != 0) throw_errno("rename", half);
}

}  // namespace wf
