#include "core/lineage/stride.hpp"

#include <algorithm>

#include "core/base/text.hpp"
#include "core/catalog/list_length.hpp"
#include "core/lineage/history.hpp"

namespace wf {

Elements Stride::items_of(const Elements& of_node) const {
  std::vector<std::int64_t> items;
  for (std::int64_t element : of_node.list()) items.push_back(element / step % length);
  std::sort(items.begin(), items.end());
  items.erase(std::unique(items.begin(), items.end()), items.end());
  return Elements(std::move(items));
}

Elements Stride::elements_with(const Elements& items) const {
  std::vector<std::int64_t> found;
  for (std::int64_t element = 0; element < elements; ++element)
    if (items.contains(element / step % length)) found.push_back(element);
  return found.empty() ? Elements() : Elements(std::move(found));
}

std::optional<Stride> History::stride(const RunKey& run, const std::string& frame, const std::string& name,
                                      const std::string& input) {
  std::string path = joined_path(frame, name);
  auto [place, is_new] = strides_.try_emplace({run.id, path, input});
  if (is_new) place->second = read_stride(run, frame, path, input);
  return place->second;
}

// As Frame::count (core/engine/frame.cpp) does: by the names of the inputs, the last one is the fastest.
std::optional<Stride> History::read_stride(const RunKey& run, const std::string& frame,
                                           const std::string& path, const std::string& input) {
  const Node* mapped = node(run, path);
  if (mapped == nullptr) return std::nullopt;
  ListLengths lengths(*database_, run, [&](const std::string& at) {
    return has_frame(run, at) ? &workflow(version_of(run, at)) : nullptr;
  });
  Stride stride;
  for (const auto& [other, binding] : mapped->map) {
    auto length = lengths.of_list(frame, binding);
    if (!length || *length == 0) return std::nullopt;
    auto size = static_cast<std::int64_t>(*length);
    stride.elements *= size;
    if (other > input) stride.step *= size;
    if (other == input) stride.length = size;
  }
  return stride;
}

}  // namespace wf
