#include "core/store/sqlite/file_system.hpp"

#include <sys/vfs.h>

#include <array>
#include <utility>

#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/store/codes.hpp"

namespace wf::sqlite {

namespace {
// From linux/magic.h and the statfs(2) page; the numbers are ABI.
constexpr std::array<std::pair<unsigned long, std::string_view>, 12> k_network_file_systems{{
    {0x6969, "NFS"},
    {0x517b, "SMB"},
    {0xff534d42, "CIFS"},
    {0xfe534d42, "SMB2"},
    {0x01021997, "9P"},
    {0x5346414f, "AFS"},
    {0x00c36400, "Ceph"},
    {0x73757245, "Coda"},
    {0x0bd00bd0, "Lustre"},
    {0x47504653, "GPFS"},
    {0x19830326, "BeeGFS"},
    {0x7461636f, "OCFS2"},
}};
}  // namespace

std::optional<std::string_view> network_file_system(unsigned long magic) {
  for (const auto& [number, name] : k_network_file_systems) {
    if (number == (magic & 0xffffffffUL)) return name;
  }
  return std::nullopt;
}

void require_local_file_system(const std::string& folder) {
  struct statfs info {};
  if (::statfs(folder.c_str(), &info) != 0) throw_errno("inspect the file system of", folder);
  auto name = network_file_system(static_cast<unsigned long>(info.f_type));
  if (!name) return;
  throw Error(codes::k_network_store,
              cat("the store '", folder, "' lies on a network file system (", *name,
                  "), where SQLite cannot keep several processes apart"),
              "put the store on a local disk: --store DIR or WF_STORE=DIR");
}

}  // namespace wf::sqlite
