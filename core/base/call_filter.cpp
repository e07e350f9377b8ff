#include "core/base/call_filter.hpp"

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <utility>

#include "core/base/error.hpp"

namespace wf {

namespace {

constexpr std::array<std::pair<std::string_view, std::uint32_t>, 2> k_machines{
    {{"x86_64", AUDIT_ARCH_X86_64}, {"aarch64", AUDIT_ARCH_AARCH64}}};
constexpr std::uint32_t k_least_x32 = 0x40000000;  // x86_64 has each call twice: these are of its 32-bit pointers

sock_filter load(std::size_t offset) { return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset)); }
sock_filter answer(std::uint32_t verdict) { return BPF_STMT(BPF_RET | BPF_K, verdict); }
// What follows is passed over unless the loaded number is as said.
sock_filter if_equal(std::uint32_t number) { return BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1); }
sock_filter if_at_least(std::uint32_t number) { return BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, number, 0, 1); }
sock_filter unless_equal(std::uint32_t number) { return BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 1, 0); }

void respond(int fd, std::uint64_t id, int error, std::uint32_t flags) {
  seccomp_notif_resp response{};
  response.id = id;
  response.error = -error;
  response.flags = flags;
  while (::ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &response) != 0 && errno == EINTR) {
  }
}

}  // namespace

bool CallFilter::is_known(const std::string& machine) {
  return std::any_of(k_machines.begin(), k_machines.end(), [&](const auto& one) { return one.first == machine; });
}

CallFilter::CallFilter(const std::string& machine, std::span<const int> told, std::span<const int> refused) {
  const auto* found =
      std::find_if(k_machines.begin(), k_machines.end(), [&](const auto& one) { return one.first == machine; });
  const std::uint32_t arch = found == k_machines.end() ? 0 : found->second;
  code_ = {load(offsetof(seccomp_data, arch)), unless_equal(arch), answer(SECCOMP_RET_KILL_PROCESS),
           load(offsetof(seccomp_data, nr)),   if_at_least(k_least_x32), answer(SECCOMP_RET_KILL_PROCESS)};
  auto add = [&](std::span<const int> calls, std::uint32_t verdict) {
    for (int call : calls) {
      code_.push_back(if_equal(static_cast<std::uint32_t>(call)));
      code_.push_back(answer(verdict));
    }
  };
  add(told, SECCOMP_RET_USER_NOTIF);
  add(refused, SECCOMP_RET_ERRNO | EPERM);
  code_.push_back(answer(SECCOMP_RET_ALLOW));
  program_ = {static_cast<unsigned short>(code_.size()), code_.data()};
}

std::optional<WaitingCall> CallListener::next() const {
  seccomp_notif heard{};
  if (::ioctl(fd_.get(), SECCOMP_IOCTL_NOTIF_RECV, &heard) != 0) {
    if (errno == ENOENT || errno == EINTR) return std::nullopt;
    throw_errno("hear of the system calls of", "a task");
  }
  WaitingCall call{heard.id, static_cast<pid_t>(heard.pid), heard.data.nr, {}};
  std::copy(std::begin(heard.data.args), std::end(heard.data.args), call.arguments.begin());
  return call;
}

bool CallListener::waits(const WaitingCall& call) const {
  std::uint64_t id = call.id;
  return ::ioctl(fd_.get(), SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

void CallListener::let_happen(const WaitingCall& call) const {
  respond(fd_.get(), call.id, 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE);
}

void CallListener::refuse(const WaitingCall& call, int error) const { respond(fd_.get(), call.id, error, 0); }

bool remote_bytes(pid_t thread, std::uint64_t address, std::span<std::byte> out) {
  iovec here{out.data(), out.size()};
  iovec there{reinterpret_cast<void*>(address), out.size()};
  const ssize_t got = ::process_vm_readv(thread, &here, 1, &there, 1, 0);
  if (got >= 0 && got < static_cast<ssize_t>(out.size())) errno = EFAULT;
  return got == static_cast<ssize_t>(out.size());
}

std::optional<std::string> remote_text(pid_t thread, std::uint64_t address, std::size_t most) {
  constexpr std::size_t k_page = 4096;  // what lies behind the text may not be there to be read
  std::string text;
  while (text.size() <= most) {
    std::array<char, k_page> piece{};
    const std::size_t size = std::min<std::size_t>(k_page - address % k_page, 256);
    if (!remote_bytes(thread, address, std::as_writable_bytes(std::span(piece.data(), size)))) return std::nullopt;
    const char* end = static_cast<const char*>(std::memchr(piece.data(), 0, size));
    text.append(piece.data(), end == nullptr ? size : static_cast<std::size_t>(end - piece.data()));
    if (end != nullptr && text.size() <= most) return text;
    if (end != nullptr) break;
    address += size;
  }
  errno = ENAMETOOLONG;
  return std::nullopt;
}

}  // namespace wf
