// Which elements of a mapped node are meant, and where inside a value.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.hpp"

namespace wf {

// Elements of a mapped node, ascending; {-1} is a plain node. Elements that share a history stand for one
// vertex, so that a map over 10 000 items is one line of an answer.
class Elements {
 public:
  Elements() : Elements(std::vector<std::int64_t>{-1}) {}
  explicit Elements(std::int64_t element) : Elements(std::vector<std::int64_t>{element}) {}
  explicit Elements(std::vector<std::int64_t> ascending);

  const std::vector<std::int64_t>& list() const { return *list_; }
  bool plain() const { return list_->front() < 0; }
  bool single() const { return list_->size() == 1; }
  bool contains(std::int64_t element) const;
  bool meets(const Elements& other) const;  // some are in both
  std::string text() const;                 // "", "[3]", "[0…9]", "[0…4,7]"; long ones end in "…"
  std::string key() const;                  // equal for equal sets; unlike text(), never shortened

 private:
  std::shared_ptr<const std::vector<std::int64_t>> list_;
};

// One step into a value: items of a list, a member of a mapping, or a file in a folder.
struct PlaceStep {
  Elements items;      // plain: it is a member
  std::string member;  // a file in a folder begins with '/'

  bool meets(const PlaceStep& other) const;
};
// As references write it: "3", "key".
PlaceStep place_step(std::string_view written);
PlaceStep place_step(const Elements& items);

// Where something stands inside a value, the outermost step first; empty: all of the value. What is at two
// places of a value has nothing to do with each other unless one is inside the other, or some items are in
// both.
using ValuePlace = std::vector<PlaceStep>;

std::string place_text(const ValuePlace& place);  // "", "[1]", "[0…2].key", "/pages/1.html"
std::string place_key(const ValuePlace& place);   // equal for equal places only
bool overlap(const ValuePlace& one, const ValuePlace& other);
ValuePlace behind(const ValuePlace& first, const ValuePlace& rest);
// Of what stands at `place` of a whole and the part of it at `part`: where it stands in the part; nullopt:
// nowhere.
std::optional<ValuePlace> in_part(const ValuePlace& place, const ValuePlace& part);

// The place that contents_of() (core/definition/value.hpp) writes as `text`, in this value.
ValuePlace place_at(const Json& value, std::string_view text);
// The text of the place that is at `inside` in what is at `place`.
std::string inner_text(const ValuePlace& place, const Json& value, std::string_view inside);

// What is at a place: of a set of items the list of what is at it in each.
struct Placed {
  std::string type;
  Json value;
};
Placed placed(const std::string& type, const Json& value, const ValuePlace& place);
// Without a last step that takes all items.
ValuePlace shortest(ValuePlace place, const Json& value);

}  // namespace wf
