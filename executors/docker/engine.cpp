#include "executors/docker/engine.hpp"

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "executors/docker/codes.hpp"

namespace wf {

namespace {

constexpr std::int64_t k_greeting_ns = 20'000'000'000;

// Engines answer with what this program never reads, and may answer with what is no JSON at all.
Json lenient(const std::string& text) {
  try {
    return Json::parse(text, "an answer of the container engine");
  } catch (const Error&) {
    return {};
  }
}

EngineReply understood(HttpReply reply) {
  EngineReply out;
  out.status = reply.status;
  out.sent = reply.sent;
  if (reply.status == 0) {
    out.failure = cat("no answer: ", reply.failure);
    return out;
  }
  out.body = lenient(reply.body);
  if (reply.is_good() || reply.status == 304) {
    if (reply.is_good() && !reply.body.empty() && out.body.is_null()) {
      out.status = 0;
      out.failure = "an answer that is no JSON";
    }
    return out;
  }
  const Json* message = out.body.find("message");
  out.failure = message != nullptr && message->is_string() ? message->as_string()
                                                           : cat("status ", reply.status, " without a word");
  return out;
}

[[noreturn]] void refuse(const EngineAddress& address, const std::string& why, std::string hint) {
  throw Error(codes::k_no_engine, cat("the container engine at ", address.text, " (", address.source, ") ", why),
              std::move(hint));
}

constexpr std::string_view k_start_it =
    "start it, or say by DOCKER_HOST where it is; 'wf run --backend local' needs none";

// What the kernel says of a socket that nothing was heard from; 0: somebody listens there.
int socket_error(const std::string& path) {
  const Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_un place{};
  place.sun_family = AF_UNIX;
  if (!fd || path.size() >= sizeof place.sun_path) return 0;
  path.copy(place.sun_path, path.size());
  return ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&place), sizeof place) == 0 ? 0 : errno;
}

[[noreturn]] void refuse_silent(const EngineAddress& address, const EngineReply& reply) {
  const std::string& socket = address.endpoint.unix_socket;
  const int error = socket.empty() || reply.status != 0 ? 0 : socket_error(socket);
  if (error == EACCES || error == EPERM)
    refuse(address, "may not be used by this user",
           cat("join the group that '", socket,
               "' belongs to, then log in again; "
               "'wf run --backend local' needs no engine"));
  if (error == ENOENT) refuse(address, "is not there", std::string(k_start_it));
  if (error == ECONNREFUSED || error == ENOTSOCK)
    refuse(address, "is nobody's: nothing listens there", std::string(k_start_it));
  refuse(address, cat("does not answer: ", reply.failure), std::string(k_start_it));
}

EngineReply wait_for(const EngineAddress& address, HttpRequest request, const std::stop_token& stop) {
  EventLoop loop;
  HttpClient client(loop, address.endpoint);
  return understood(call(client, loop, std::move(request), stop));
}

EngineInfo greet(const EngineAddress& address, std::int64_t patience_ns, const std::stop_token& stop) {
  HttpRequest question;
  question.target = "/version";
  question.timeout_ns = std::min(k_greeting_ns, patience_ns);
  const EngineReply reply = wait_for(address, std::move(question), stop);
  if (!reply.is_good()) refuse_silent(address, reply);
  const auto newest = ApiVersion::parse(text_of(reply.body, "ApiVersion"));
  if (!newest) refuse(address, "is none: it does not say which API it speaks", std::string(k_start_it));
  const auto oldest = ApiVersion::parse(text_of(reply.body, "MinAPIVersion"));
  const auto agreed = agreed_version(oldest.value_or(ApiVersion{}), *newest);
  if (!agreed)
    refuse(address,
           cat("speaks the API ", newest->text(), ", and this program ", k_oldest_api.text(), " to ",
               k_newest_api.text()),
           *newest < k_oldest_api ? "use Docker 20.10 or newer" : "use a newer wf");
  return {*agreed, text_of(reply.body, "Version"), cat(text_of(reply.body, "Os"), '/', text_of(reply.body, "Arch"))};
}

}  // namespace

std::string text_of(const Json& json, std::string_view name) {
  const Json* found = json.find(name);
  return found != nullptr && found->is_string() ? found->as_string() : std::string();
}

std::optional<ApiVersion> ApiVersion::parse(std::string_view text) {
  const std::size_t dot = std::min(text.find('.'), text.size());
  auto major = parse_int(text.substr(0, dot));
  auto minor = dot < text.size() ? parse_int(text.substr(dot + 1)) : std::nullopt;
  constexpr std::int64_t k_most = 10'000;
  if (!major || !minor || *major < 0 || *minor < 0 || *major > k_most || *minor > k_most) return std::nullopt;
  return ApiVersion{static_cast<int>(*major), static_cast<int>(*minor)};
}

std::string ApiVersion::text() const { return cat(major, '.', minor); }

std::optional<ApiVersion> agreed_version(const ApiVersion& engine_oldest, const ApiVersion& engine_newest) {
  const ApiVersion best = std::min(engine_newest, k_newest_api);
  const bool possible = best >= k_oldest_api && best >= engine_oldest;
  return possible ? std::optional(best) : std::nullopt;
}

Engine::Engine(EventLoop& loop, EngineAddress address, std::int64_t patience_ns, std::stop_token stop)
    : address_(std::move(address)),
      patience_ns_(patience_ns),
      stop_(std::move(stop)),
      info_(greet(address_, patience_ns, stop_)),
      client_(loop, address_.endpoint) {}

HttpRequest Engine::versioned(HttpRequest request) const {
  request.target = cat("/v", info_.api.text(), request.target);
  return request;
}

HttpClient::Call Engine::start(HttpRequest request, Done done) {
  return client_.start(versioned(std::move(request)),
                       [done = std::move(done)](HttpReply reply) { done(understood(std::move(reply))); });
}

HttpClient::Call Engine::start(const std::string& method, const std::string& path, const Json& body, Done done,
                               std::int64_t timeout_ns) {
  HttpRequest request;
  request.method = method;
  request.target = path;
  if (!body.is_null()) request.body = body.compact();
  request.timeout_ns = timeout_ns;
  return start(std::move(request), std::move(done));
}

EngineReply Engine::call(HttpRequest request) const {
  return wait_for(address_, versioned(std::move(request)), stop_);
}

EngineReply Engine::call(const std::string& method, const std::string& path, const Json& body) const {
  HttpRequest request;
  request.method = method;
  request.target = path;
  if (!body.is_null()) request.body = body.compact();
  request.timeout_ns = patience_ns_;
  return call(std::move(request));
}

}  // namespace wf
