// HTTP on the event loop, by libcurl, which is loaded when it is first wanted.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/event_loop.hpp"

namespace wf {

// Who is spoken to. Of TLS: files in PEM; empty: the system's authorities, and no certificate of our own.
struct HttpEndpoint {
  std::string base;         // "http://docker", "https://build-host:2376"
  std::string unix_socket;  // instead of TCP; empty: none
  std::string authority_file = {};
  std::string certificate_file = {};
  std::string key_file = {};
  enum class Identity { checked, unchecked } identity = Identity::checked;
};

struct HttpRequest {
  std::string method = "GET";
  std::string target;  // "/v1.41/containers/json?all=1"
  std::string body = {};
  std::string content_type = "application/json";
  std::vector<std::string> headers = {};  // more of them: "X-Name: text"
  std::string body_file = {};  // sent instead of `body`, however large
  // Gets the body of a good answer (2xx) in pieces, which is not gathered then. It may start or cancel nothing.
  std::function<void(std::string_view)> on_data = {};
  // A good answer has begun. It may start or cancel nothing.
  std::function<void()> on_begun = {};
  std::int64_t timeout_ns = 0;  // for all of it; 0: as long as it takes
};

struct HttpReply {
  int status = 0;  // 0: there was no whole answer
  std::string body = {};
  std::string failure = {};  // why there was none
  enum class Sent { no, maybe } sent = Sent::maybe;  // of one without an answer: whether it can have arrived

  bool is_good() const { return status >= 200 && status < 300; }
};

class HttpClient {
 public:
  using Call = std::uint64_t;
  using Done = std::function<void(HttpReply)>;

  // `loop` must outlive it. Throws Error(k_no_curl) on a machine without libcurl.
  HttpClient(EventLoop& loop, HttpEndpoint endpoint);
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  ~HttpClient();  // what is under way is cancelled

  // `done` is called once, from the loop, never from inside start().
  Call start(HttpRequest request, Done done);
  void cancel(Call call);  // `done` is not called any more; fine when it has been

 private:
  class Multi;
  std::unique_ptr<Multi> multi_;
};

// The same for whoever has nothing else to do meanwhile. Other callbacks of the loop may run, too.
// Told to stop it gives a reply without a status; the client then has the request still.
HttpReply call(HttpClient& client, EventLoop& loop, HttpRequest request, const std::stop_token& stop = {});

// Text for a part of a target: all but letters, digits and -._~ as %XX.
std::string url_encoded(std::string_view text);

}  // namespace wf
