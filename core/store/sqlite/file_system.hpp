// Which file systems cannot hold a store.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace wf::sqlite {

// The name of a network file system by its magic number (statfs); nullopt for a local one.
std::optional<std::string_view> network_file_system(unsigned long magic);

// Throws Error(k_network_store) when `folder` lies on a network file system: WAL needs memory shared by all
// processes of a store, and locks that are known to be true.
void require_local_file_system(const std::string& folder);

}  // namespace wf::sqlite
