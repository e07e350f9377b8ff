#include "core/engine/machine_room.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/process.hpp"
#include "core/base/record_lock.hpp"

namespace wf {

// Slots lie behind it. What another build of wf has laid out differently, or another boot has left, says
// nothing.
struct MachineRoom::Header {
  std::array<char, 8> layout{'w', 'f', 'r', 'o', 'o', 'm', '1', '\n'};
  std::int64_t slot_size = sizeof(Slot);
  std::array<char, 40> boot{};
  std::int64_t last_ticket = 0;

  bool fits(const Header& other) const {
    return layout == other.layout && slot_size == other.slot_size && boot == other.boot;
  }
};

namespace {

// Of graphics processors it counts which they are: drivers may see different ones. What is taken of a disk is
// not free any more for anybody who looks.
constexpr std::array<std::size_t, 2> k_counted{static_cast<std::size_t>(Resource::cpu),
                                               static_cast<std::size_t>(Resource::memory)};
constexpr auto k_gpu = static_cast<std::size_t>(Resource::gpu);
constexpr std::int64_t k_mutex = std::int64_t{1} << 61;  // a byte that is locked while anything is changed

// Nobody else changes anything meanwhile.
class Turn {
 public:
  explicit Turn(const Fd& file) : file_(file) { lock(file_, {k_mutex}); }
  ~Turn() { unlock(file_, {k_mutex}); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  const Fd& file_;
};

template <typename Record>
bool read_record(int fd, std::int64_t offset, Record& record) {
  return ::pread(fd, &record, sizeof record, offset) == static_cast<ssize_t>(sizeof record);
}

template <typename Record>
void write_record(int fd, std::int64_t offset, const Record& record, const std::string& path) {
  if (::pwrite(fd, &record, sizeof record, offset) != static_cast<ssize_t>(sizeof record))
    throw_errno("write", path);
}

ResourceAmounts counted(const ResourceAmounts& amounts) {
  ResourceAmounts out{};
  for (std::size_t i : k_counted) out.at(i) = amounts.at(i);
  return out;
}

}  // namespace

MachineRoom::MachineRoom(const std::string& store_path)
    : path_(store_path + "/room"), file_(open_file(path_, O_RDWR | O_CREAT | O_NOFOLLOW, 0600)) {
  Turn turn(file_);
  Header here;
  const std::string boot = this_machine().boot_id;
  std::copy_n(boot.begin(), std::min(boot.size(), here.boot.size()), here.boot.begin());
  Header found;
  if (!read_record(file_.get(), 0, found) || !found.fits(here)) {
    is_shared_ = lock_holder(file_, {0, k_mutex}) == k_no_holder;
    if (!is_shared_) return;
    if (::ftruncate(file_.get(), 0) != 0) throw_errno("write", path_);
    write_record(file_.get(), 0, here, path_);
  }
  claim_slot();
}

void MachineRoom::claim_slot() {
  constexpr std::int64_t k_slot_size = sizeof(Slot);
  for (place_ = sizeof(Header); !try_lock(file_, {place_, k_slot_size}); place_ += k_slot_size) {
  }
  write_slot();
}

void MachineRoom::write_slot() { write_record(file_.get(), place_, mine_, path_); }

std::vector<MachineRoom::Slot> MachineRoom::read_others() {
  std::vector<Slot> others;
  Slot slot;
  constexpr std::int64_t k_slot_size = sizeof slot;
  for (std::int64_t place = sizeof(Header); read_record(file_.get(), place, slot); place += k_slot_size)
    if (place != place_ && lock_holder(file_, {place, k_slot_size}) != k_no_holder) others.push_back(slot);
  return others;
}

bool MachineRoom::may_take(const ResourceAmounts& requests, const ResourceAmounts& total,
                           const std::vector<Slot>& others) const {
  ResourceAmounts free{};  // when it has what it asks for
  for (std::size_t i : k_counted) {
    free.at(i) = total.at(i) - mine_.held.at(i) - requests.at(i);
    for (const Slot& other : others) free.at(i) -= other.held.at(i);
    if (requests.at(i) > 0 && free.at(i) < 0) return false;
  }
  return std::none_of(others.begin(), others.end(), [&](const Slot& other) {
    bool before = other.ticket != 0 && (mine_.ticket == 0 || other.ticket < mine_.ticket);
    bool same_gpus = other.wanted.at(k_gpu) > 0 && requests.at(k_gpu) > 0;
    return before && (same_gpus || competes(counted(other.wanted), counted(requests), free));
  });
}

void MachineRoom::wait_for(const ResourceAmounts& requests) {
  if (mine_.ticket == 0) {
    Header header;
    read_record(file_.get(), 0, header);
    mine_.ticket = ++header.last_ticket;
    write_record(file_.get(), 0, header, path_);
  }
  mine_.wanted = requests;
  write_slot();
}

std::optional<GpuSet> MachineRoom::take(const ResourceAmounts& requests, const ResourceAmounts& total,
                                        const std::function<GpuSet(const GpuSet& elsewhere)>& choose) {
  if (!is_shared_) return choose({});
  Turn turn(file_);
  const std::vector<Slot> others = read_others();
  GpuSet elsewhere;
  for (const Slot& other : others) elsewhere |= other.gpus;
  const GpuSet chosen = choose(elsewhere);
  bool has_gpus = static_cast<std::int64_t>(chosen.count()) == requests.at(k_gpu);
  if (!has_gpus || !may_take(requests, total, others)) {
    wait_for(requests);
    return std::nullopt;
  }
  for (std::size_t i = 0; i < k_resource_count; ++i) mine_.held.at(i) += requests.at(i);
  mine_.gpus |= chosen;
  bool waited = std::exchange(mine_.ticket, 0) != 0;
  mine_.wanted = {};
  write_slot();
  if (waited) announce(others);  // there may be something for those behind it, too
  return chosen;
}

void MachineRoom::give_back(const ResourceAmounts& requests, const GpuSet& gpus) {
  if (!is_shared_) return;
  Turn turn(file_);
  for (std::size_t i = 0; i < k_resource_count; ++i) mine_.held.at(i) -= requests.at(i);
  mine_.gpus &= ~gpus;
  write_slot();
  announce(read_others());
}

void MachineRoom::announce(const std::vector<Slot>& others) {
  bool waits = std::any_of(others.begin(), others.end(), [](const Slot& other) { return other.ticket != 0; });
  if (waits && ::futimens(file_.get(), nullptr) != 0) throw_errno("touch", path_);
}

void MachineRoom::stop_waiting() {
  if (mine_.ticket == 0) return;
  mine_.ticket = 0;
  mine_.wanted = {};
  give_back({}, {});  // others may have waited for it
}

int MachineRoom::watch() {
  if (!watch_) watch_.emplace(path_);
  return watch_->descriptor();
}

void MachineRoom::clear_watch() { watch_->clear(); }

}  // namespace wf
