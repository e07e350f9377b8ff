// A container engine, spoken to by its API: Docker's, or what says the same (Podman).
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "core/base/json.hpp"
#include "executors/docker/engine_address.hpp"

namespace wf {

// What the API calls itself, "1.41"; they are ordered.
struct ApiVersion {
  int major = 0;
  int minor = 0;
  auto operator<=>(const ApiVersion&) const = default;

  static std::optional<ApiVersion> parse(std::string_view text);
  std::string text() const;
};
// What this program knows how to speak: the first has all that it needs, the last is the newest that it was made for.
inline constexpr ApiVersion k_oldest_api{1, 41};
inline constexpr ApiVersion k_newest_api{1, 51};

struct EngineInfo {
  ApiVersion api;        // that is spoken with it
  std::string version;   // "20.10.24"
  std::string platform;  // "linux/amd64"
};

// Words of HTTP that engines use.
inline constexpr int k_unchanged = 304;
inline constexpr int k_not_found = 404;
inline constexpr int k_conflict = 409;
inline constexpr int k_server_error = 500;

struct EngineReply {
  int status = 0;  // of HTTP; 0: there was no answer
  Json body;       // null where there was none, or none in JSON
  std::string failure;  // empty: it went well; else why not, in the engine's words
  HttpReply::Sent sent = HttpReply::Sent::maybe;

  bool is_good() const { return failure.empty(); }
};

// A member of an answer; "" where there is no such text.
std::string text_of(const Json& json, std::string_view name);

class Engine {
 public:
  using Done = std::function<void(EngineReply)>;
  // What a call may take that does little: an engine under load takes seconds.
  static constexpr std::int64_t k_patience_ns = 120'000'000'000;

  // Asks the engine what it is. Throws Error(k_no_engine) where nothing answers, or nothing that can be
  // spoken with. `patience_ns` is what each call() may take; told to stop it gives a reply without a status.
  Engine(EventLoop& loop, EngineAddress address, std::int64_t patience_ns = k_patience_ns,
         std::stop_token stop = {});

  const EngineAddress& address() const { return address_; }
  const EngineInfo& info() const { return info_; }

  // `path` is without the version: "/containers/json".
  HttpClient::Call start(const std::string& method, const std::string& path, const Json& body, Done done,
                         std::int64_t timeout_ns = k_patience_ns);
  HttpClient::Call start(HttpRequest request, Done done);
  void cancel(HttpClient::Call call) { client_.cancel(call); }
  // The same, waited for; nothing else of the loop runs meanwhile.
  EngineReply call(const std::string& method, const std::string& path, const Json& body = {}) const;
  EngineReply call(HttpRequest request) const;

 private:
  HttpRequest versioned(HttpRequest request) const;

  EngineAddress address_;
  std::int64_t patience_ns_;
  std::stop_token stop_;
  EngineInfo info_;
  HttpClient client_;
};

// How engines of so and so many versions are spoken with; nullopt: not at all.
std::optional<ApiVersion> agreed_version(const ApiVersion& engine_oldest, const ApiVersion& engine_newest);

}  // namespace wf
