// wf.lock: what the references to registered versions in the definitions of a folder mean, so that a
// definition has its digest without any store. JSON, written by `wf lock`, described in wf-lock(1).
#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "core/definition/model.hpp"

namespace wf {

inline constexpr std::string_view k_lock_name = "wf.lock";

struct Lock {
  // By reference, as it is written: "prep@v1", "prep#clean@v1". Of each only the interface is known.
  std::map<std::string, std::shared_ptr<const UsedVersion>> versions;
};

// A file that is not there holds nothing. Anything but a lock gives what is wrong with it. Throws Error when
// the file cannot be read.
std::variant<Lock, std::string> read_lock(const std::string& path);
// Whether both would be pinned alike.
bool same_entry(const UsedVersion& one, const UsedVersion& other);
std::string lock_text(const Lock& lock);

}  // namespace wf
