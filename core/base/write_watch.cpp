#include "core/base/write_watch.hpp"

#include <fcntl.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <set>

#include "core/base/text.hpp"

namespace wf {

namespace {

// So often it is looked whether there were more writes while the sizes were read.
constexpr int k_rounds = 32;
// Somebody may write faster than it is read what he writes.
constexpr std::size_t k_most_notices = 65'536;
// Of more than this it is not looked where its lines end.
constexpr std::int64_t k_most_read = std::int64_t{1} << 20U;
// A folder that is used again has the same watch: they are not ended at once.
constexpr std::size_t k_most_retired = 512;

std::vector<std::int64_t> line_ends(const std::string& path, std::int64_t from, std::int64_t to) {
  std::vector<std::int64_t> ends;
  Fd file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC));
  std::array<char, 16384> piece;
  while (file && from < to) {
    const auto wanted = std::min<std::int64_t>(to - from, piece.size());
    const ssize_t got = ::pread(file.get(), piece.data(), static_cast<std::size_t>(wanted), from);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    for (ssize_t i = 0; i < got; ++i) {
      if (piece[static_cast<std::size_t>(i)] == '\n') ends.push_back(from + i + 1);
    }
    from += got;
  }
  return ends;
}

}  // namespace

WriteWatch::WriteWatch(const Clock& clock, Names names) : clock_(clock), names_(names) {}

bool WriteWatch::add(std::uint64_t id, const std::string& folder, Files files) {
  Folder added;
  added.watch = notices_.watch(folder, IN_MODIFY | IN_CREATE | IN_ONLYDIR);
  if (added.watch < 0) return false;
  by_watch_[added.watch] = id;
  for (std::size_t i = 0; i < k_files; ++i) {
    File& file = added.files[i];
    file.folder = id;
    file.number = i;
    file.path = cat(folder, '/', names_[i]);
    file.opened = files == Files::there;
  }
  folders_[id] = std::move(added);
  if (files == Files::to_come) return true;
  add_files(id);
  for (File& file : folders_.at(id).files) {
    look(file);
    file.seen = file.size;
  }
  return true;
}

void WriteWatch::add_files(std::uint64_t id) {
  auto found = folders_.find(id);
  if (found == folders_.end()) return;
  for (File& file : found->second.files) file.watch = notices_.watch(file.path, IN_MODIFY | IN_DONT_FOLLOW);
}

void WriteWatch::remove(std::uint64_t id) {
  auto removed = folders_.extract(id);
  if (!removed) return;
  const Folder& folder = removed.mapped();
  // The folder may have another name by now, and be watched by that.
  auto heard = by_watch_.find(folder.watch);
  if (heard != by_watch_.end() && heard->second == id) by_watch_.erase(heard);
  for (const File& file : folder.files) retire(file.watch);
  retire(folder.watch);
}

void WriteWatch::retire(int watch) {
  if (watch < 0) return;
  retired_.push_back(watch);
  if (retired_.size() < k_most_retired) return;
  std::vector<int> used;
  for (const auto& [id, folder] : folders_) {
    used.push_back(folder.watch);
    for (const File& file : folder.files) used.push_back(file.watch);
  }
  std::sort(used.begin(), used.end());
  for (int one : retired_) {
    if (!std::binary_search(used.begin(), used.end(), one)) notices_.end_watch(one);
  }
  retired_.clear();
}

void WriteWatch::hear(const FileNotices::Notice& notice, std::vector<File*>& order) {
  if ((notice.mask & IN_Q_OVERFLOW) != 0) {
    for (auto& [id, folder] : folders_) {
      for (File& file : folder.files) order.push_back(&file);
    }
    return;
  }
  auto found = by_watch_.find(notice.watch);
  if (found == by_watch_.end()) return;
  for (File& file : folders_.at(found->second).files) {
    if (names_[file.number] != notice.name) continue;
    // The first one is of its making, or emptying.
    if (file.opened && (notice.mask & IN_MODIFY) != 0) order.push_back(&file);
    file.opened = true;
  }
}

// Whether there were any.
bool WriteWatch::read_events(std::vector<File*>& order) {
  const std::size_t before = order.size();
  auto take = [&](const FileNotices::Notice& notice) { hear(notice, order); };
  while (notices_ && order.size() < k_most_notices && notices_.take_some(take)) {
  }
  return order.size() > before;
}

void WriteWatch::look(File& file) {
  struct stat info {};
  if (::lstat(file.path.c_str(), &info) == 0 && S_ISREG(info.st_mode)) file.size = info.st_size;
}

std::vector<WriteWatch::Part> WriteWatch::parts_of(const File& file, const std::vector<std::size_t>& places,
                                                   bool alone) {
  const std::int64_t grown = file.size - file.seen;
  std::vector<std::int64_t> ends;
  if (!alone && places.size() > 1 && grown > 0 && grown <= k_most_read)
    ends = line_ends(file.path, file.seen, file.size);
  std::vector<Part> parts;
  for (std::size_t i = 0; i < ends.size(); ++i) {
    const std::size_t write = ((i + 1) * places.size() + ends.size() - 1) / ends.size() - 1;
    parts.push_back({places[write], &file, ends[i]});
  }
  if (parts.empty() || parts.back().end != file.size) parts.push_back({places.back(), &file, file.size});
  return parts;
}

std::vector<WriteWatch::Growth> WriteWatch::timed(std::vector<Part> parts) {
  std::stable_sort(parts.begin(), parts.end(),
                   [](const Part& a, const Part& b) { return a.place < b.place; });
  std::vector<Growth> growths;
  const File* last = nullptr;
  const std::int64_t now_us = clock_.wall_us();
  for (const Part& part : parts) {
    if (part.file != last) {
      last_us_ = std::max(last_us_ + 1, now_us);
      growths.push_back({part.file->folder, part.file->number, part.end, last_us_});
    }
    growths.back().end = part.end;
    last = part.file;
  }
  return growths;
}

std::vector<WriteWatch::Growth> WriteWatch::take() {
  std::vector<File*> order;
  // What is written while sizes are read must not seem to be older than what others wrote before it.
  for (int round = 0; round < k_rounds; ++round) {
    const std::size_t before = order.size();
    if (!read_events(order)) break;
    const std::set<File*> touched(order.begin() + static_cast<std::ptrdiff_t>(before), order.end());
    for (File* file : touched) look(*file);
  }
  Writes writes;
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (order[i]->size != order[i]->seen) writes[order[i]].push_back(i);
  }
  std::vector<Part> parts;
  for (const auto& [file, places] : writes) {
    std::vector<Part> own = parts_of(*file, places, writes.size() == 1);
    parts.insert(parts.end(), own.begin(), own.end());
    file->seen = file->size;
  }
  return timed(std::move(parts));
}

}  // namespace wf
