// Who is computing what, so that two runs that need one result at the same time compute it once.
//
// A reservation is a record lock of POSIX (fcntl(2)) on one byte of STORE/reservations, at an offset made of
// the cache key. It costs one system call, and it is gone with its process, however that dies: the next one
// takes it, and nothing has to be tidied up. It guards work and not truth: whatever holds it, the first
// commit under a key wins, and a commit counts only under its run's fence. Two keys may share an offset; then
// one waits for the other for nothing.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_set>

#include "core/base/digest.hpp"
#include "core/base/file.hpp"
#include "core/base/touch_watch.hpp"
#include "core/base/uuid.hpp"

namespace wf {

class Reservations {
 public:
  // For a run that drives in this process, of which there is one: locks belong to the process. `space` keeps
  // the keys of different projects and domains apart.
  Reservations(const std::string& store_path, const Uuid& run, std::string_view space);

  struct Holder {
    pid_t pid = 0;            // 0: of another PID namespace
    std::optional<Uuid> run;  // none when the process does not say
    bool operator==(const Holder&) const = default;
  };
  Holder own() const;  // of what this run holds
  // nullopt: taken, by this run. A key that this run holds already is held.
  std::optional<Holder> take(const Digest& key);
  // Who holds it now, where it was `before`; nullopt: it is free.
  std::optional<Holder> holder(const Digest& key, const Holder& before);
  // Fine when it is not held. Others learn of it by announce(), which may stand for many releases.
  void release(const Digest& key);
  void announce();
  // From a process that reserves nothing.
  static void announce_in(const std::string& store_path);

  // Readable when a process has announced releases (touched) or ended (closed); clear_watch() makes it wait
  // for the next time. Whoever finds a key held after this was called misses no announcement.
  int watch();
  FileNews clear_watch();

 private:
  std::int64_t offset_of(const Digest& key) const;
  void sign(const Uuid& run);
  std::optional<Uuid> run_of(pid_t pid);

  std::string path_;
  Fd file_;  // the only one of this process: closing another would drop every lock
  std::optional<TouchWatch> watch_;
  Uuid run_;
  std::uint64_t pid_namespace_ = 0;
  std::uint64_t space_ = 0;
  std::unordered_set<Digest, DigestHash> mine_;
};

}  // namespace wf
