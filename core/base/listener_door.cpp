#include "core/base/listener_door.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace wf {

namespace {

// A byte that carries a descriptor.
struct Parcel {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  char byte = 0;
  iovec body{&byte, 1};
  msghdr message{};

  Parcel() noexcept {
    message.msg_iov = &body;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
  }
  Parcel(const Parcel&) = delete;
  Parcel& operator=(const Parcel&) = delete;
};

}  // namespace

[[gnu::no_sanitize_address]] bool give_listener(int door, int listener) noexcept {
  Parcel parcel;
  cmsghdr* header = CMSG_FIRSTHDR(&parcel.message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof listener);
  std::memcpy(CMSG_DATA(header), &listener, sizeof listener);
  if (::sendmsg(door, &parcel.message, MSG_NOSIGNAL) != 1) return false;
  const ssize_t answered = ::read(door, &parcel.byte, 1);
  // With a copy of its own it would wait for ever where nobody listens any more.
  ::close(listener);
  if (answered == 0) errno = EMFILE;
  return answered == 1;
}

Fd take_listener(int door) {
  Parcel parcel;
  ssize_t got = 0;
  while ((got = ::recvmsg(door, &parcel.message, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR) {
  }
  const cmsghdr* header = got == 1 ? CMSG_FIRSTHDR(&parcel.message) : nullptr;
  Fd taken;
  if (header != nullptr && header->cmsg_type == SCM_RIGHTS) {
    int listener = -1;
    std::memcpy(&listener, CMSG_DATA(header), sizeof listener);
    taken = Fd(listener);
  }
  if (taken && ::send(door, &parcel.byte, 1, MSG_NOSIGNAL) == 1) return taken;
  // To close it would say nothing: the child has a copy of this end, too.
  ::shutdown(door, SHUT_RDWR);
  return {};
}

}  // namespace wf
