#include "core/base/http_client.hpp"

#include <curl/curl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <optional>
#include <utility>

#include "core/base/codes.hpp"
#include "core/base/file.hpp"
#include "core/base/loaded_library.hpp"
#include "core/base/text.hpp"

namespace wf {

namespace {

constexpr std::size_t k_most_gathered = std::size_t{64} * 1024 * 1024;
constexpr std::int64_t k_ms = 1'000'000;

// Linked, it would have each command look up some twenty libraries.
struct Curl {
  decltype(::curl_global_init)* global_init = nullptr;
  decltype(::curl_easy_init)* easy_init = nullptr;
  decltype(::curl_easy_cleanup)* easy_cleanup = nullptr;
  decltype(::curl_easy_setopt)* easy_setopt = nullptr;
  decltype(::curl_easy_getinfo)* easy_getinfo = nullptr;
  decltype(::curl_easy_strerror)* easy_strerror = nullptr;
  decltype(::curl_slist_append)* slist_append = nullptr;
  decltype(::curl_slist_free_all)* slist_free_all = nullptr;
  decltype(::curl_multi_init)* multi_init = nullptr;
  decltype(::curl_multi_cleanup)* multi_cleanup = nullptr;
  decltype(::curl_multi_setopt)* multi_setopt = nullptr;
  decltype(::curl_multi_add_handle)* multi_add_handle = nullptr;
  decltype(::curl_multi_remove_handle)* multi_remove_handle = nullptr;
  decltype(::curl_multi_socket_action)* multi_socket_action = nullptr;
  decltype(::curl_multi_info_read)* multi_info_read = nullptr;

  bool load() {
    return load_functions(
               {"libcurl.so.4", "libcurl-gnutls.so.4"},
               {{"curl_global_init", global_init},
                {"curl_easy_init", easy_init},
                {"curl_easy_cleanup", easy_cleanup},
                {"curl_easy_setopt", easy_setopt},
                {"curl_easy_getinfo", easy_getinfo},
                {"curl_easy_strerror", easy_strerror},
                {"curl_slist_append", slist_append},
                {"curl_slist_free_all", slist_free_all},
                {"curl_multi_init", multi_init},
                {"curl_multi_cleanup", multi_cleanup},
                {"curl_multi_setopt", multi_setopt},
                {"curl_multi_add_handle", multi_add_handle},
                {"curl_multi_remove_handle", multi_remove_handle},
                {"curl_multi_socket_action", multi_socket_action},
                {"curl_multi_info_read", multi_info_read}}) &&
           global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  }
};

const Curl& curl() {
  static const std::optional<Curl> k_curl = []() -> std::optional<Curl> {
    Curl found;
    return found.load() ? std::optional(found) : std::nullopt;
  }();
  if (k_curl) return *k_curl;
  throw Error(codes::k_no_curl, "this machine has no libcurl, by which container engines are spoken to",
              "install it: on Debian the package libcurl4");
}

// Handed to programs that are started meanwhile it would keep connections open.
curl_socket_t open_socket(void*, curlsocktype, curl_sockaddr* address) {
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
struct CleanUp {
  void operator()(CURL* easy) const { curl().easy_cleanup(easy); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl().slist_free_all(list); }
};

// Whether the other side can have seen it.
HttpReply::Sent sent_of(CURLcode code) {
  bool never = code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_SSL_CONNECT_ERROR ||
               code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CERTPROBLEM || code == CURLE_SSL_CACERT_BADFILE;
  return never ? HttpReply::Sent::no : HttpReply::Sent::maybe;
}

struct Transfer {
  HttpRequest request;
  HttpClient::Done done;
  HttpReply reply;
  std::unique_ptr<std::FILE, CloseFile> upload;
  std::unique_ptr<CURL, CleanUp> easy;
  std::unique_ptr<curl_slist, FreeList> headers;

  template <typename Value>
  void set(CURLoption option, Value value) {
    if (curl().easy_setopt(easy.get(), option, value) != CURLE_OK)
      throw Error(codes::k_internal, cat("libcurl does not know its option ", static_cast<int>(option)));
  }

  long status() const {
    long status = 0;
    curl().easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
    return status;
  }

  bool is_good() const {
    const long is = status();
    return is >= 200 && is < 300;
  }

  // A line of the head of an answer; the last one is empty.
  static std::size_t take_head(char* data, std::size_t size, std::size_t count, void* self) {
    const auto& transfer = *static_cast<Transfer*>(self);
    const bool is_last = std::string_view(data, size * count) == "\r\n";
    if (is_last && transfer.request.on_begun && transfer.is_good()) transfer.request.on_begun();
    return size * count;
  }

  static std::size_t take(char* data, std::size_t size, std::size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    const std::string_view piece(data, size * count);
    if (transfer.request.on_data && transfer.is_good()) {
      transfer.request.on_data(piece);
    } else {
      if (transfer.reply.body.size() + piece.size() > k_most_gathered) return 0;
      transfer.reply.body += piece;
    }
    return piece.size();
  }
};

}  // namespace

class HttpClient::Multi {
 public:
  Multi(EventLoop& loop, HttpEndpoint endpoint)
      : loop_(loop), endpoint_(std::move(endpoint)), multi_(curl().multi_init()) {
    set(CURLMOPT_SOCKETFUNCTION, &Multi::on_socket);
    set(CURLMOPT_SOCKETDATA, this);
    set(CURLMOPT_TIMERFUNCTION, &Multi::on_timer);
    set(CURLMOPT_TIMERDATA, this);
  }
  Multi(const Multi&) = delete;
  Multi& operator=(const Multi&) = delete;

  ~Multi() {
    loop_.cancel_timer(timer_);
    for (auto& [id, transfer] : transfers_) curl().multi_remove_handle(multi_, transfer->easy.get());
    transfers_.clear();
    curl().multi_cleanup(multi_);
    for (const auto& [socket, interest] : sockets_) loop_.unwatch(socket);
  }

  Call start(HttpRequest request, Done done) {
    auto transfer = std::make_unique<Transfer>();
    transfer->request = std::move(request);
    transfer->done = std::move(done);
    transfer->easy.reset(curl().easy_init());
    prepare(*transfer);
    const Call id = next_++;
    by_handle_[transfer->easy.get()] = id;
    curl().multi_add_handle(multi_, transfer->easy.get());
    transfers_.emplace(id, std::move(transfer));
    return id;
  }

  void cancel(Call call) {
    auto found = transfers_.find(call);
    if (found == transfers_.end()) return;
    const std::unique_ptr<Transfer> transfer = take_out(found);
  }

 private:
  using Transfers = std::map<Call, std::unique_ptr<Transfer>>;

  template <typename Value>
  void set(CURLMoption option, Value value) {
    curl().multi_setopt(multi_, option, value);
  }

  void prepare(Transfer& transfer) const {
    const HttpRequest& request = transfer.request;
    transfer.set(CURLOPT_URL, cat(endpoint_.base, request.target).c_str());
    if (!endpoint_.unix_socket.empty()) transfer.set(CURLOPT_UNIX_SOCKET_PATH, endpoint_.unix_socket.c_str());
    transfer.set(CURLOPT_NOSIGNAL, 1L);
    transfer.set(CURLOPT_PROXY, "");
    transfer.set(CURLOPT_OPENSOCKETFUNCTION, &open_socket);
    transfer.set(CURLOPT_WRITEFUNCTION, &Transfer::take);
    transfer.set(CURLOPT_WRITEDATA, static_cast<void*>(&transfer));
    transfer.set(CURLOPT_HEADERFUNCTION, &Transfer::take_head);
    transfer.set(CURLOPT_HEADERDATA, static_cast<void*>(&transfer));
    transfer.set(CURLOPT_CONNECTTIMEOUT_MS, 10'000L);
    transfer.set(CURLOPT_TCP_KEEPALIVE, 1L);
    if (request.timeout_ns > 0)
      transfer.set(CURLOPT_TIMEOUT_MS, static_cast<long>(std::max<std::int64_t>(request.timeout_ns / k_ms, 1)));
    prepare_tls(transfer);
    prepare_body(transfer);
  }

  void prepare_tls(Transfer& transfer) const {
    if (!endpoint_.authority_file.empty()) transfer.set(CURLOPT_CAINFO, endpoint_.authority_file.c_str());
    if (!endpoint_.certificate_file.empty()) transfer.set(CURLOPT_SSLCERT, endpoint_.certificate_file.c_str());
    if (!endpoint_.key_file.empty()) transfer.set(CURLOPT_SSLKEY, endpoint_.key_file.c_str());
    if (endpoint_.identity == HttpEndpoint::Identity::checked) return;
    transfer.set(CURLOPT_SSL_VERIFYPEER, 0L);
    transfer.set(CURLOPT_SSL_VERIFYHOST, 0L);
  }

  static void prepare_body(Transfer& transfer) {
    const HttpRequest& request = transfer.request;
    // Without "Expect", which would cost a round trip.
    curl_slist* headers = curl().slist_append(nullptr, "Expect:");
    if (!request.body_file.empty()) {
      transfer.upload.reset(std::fopen(request.body_file.c_str(), "rbe"));
      if (!transfer.upload) throw_errno("open", request.body_file);
      transfer.set(CURLOPT_UPLOAD, 1L);
      transfer.set(CURLOPT_READDATA, static_cast<void*>(transfer.upload.get()));
      transfer.set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(stat_if_exists(request.body_file)->st_size));
    } else if (request.method != "GET" && request.method != "HEAD") {
      transfer.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
      transfer.set(CURLOPT_POSTFIELDS, request.body.data());
    }
    const bool has_body = !request.body.empty() || transfer.upload;
    headers = curl().slist_append(headers, cat("Content-Type:", has_body ? " " + request.content_type : "").c_str());
    for (const std::string& header : request.headers) headers = curl().slist_append(headers, header.c_str());
    transfer.headers.reset(headers);
    transfer.set(CURLOPT_HTTPHEADER, headers);
    if (request.method == "HEAD") transfer.set(CURLOPT_NOBODY, 1L);
    transfer.set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }

  std::unique_ptr<Transfer> take_out(Transfers::iterator found) {
    std::unique_ptr<Transfer> transfer = std::move(found->second);
    transfers_.erase(found);
    by_handle_.erase(transfer->easy.get());
    curl().multi_remove_handle(multi_, transfer->easy.get());
    return transfer;
  }

  void act(curl_socket_t socket, int events) {
    int running = 0;
    curl().multi_socket_action(multi_, socket, events, &running);
    deliver();
  }

  // What is called may start and cancel others, or end this.
  void deliver() {
    std::vector<std::unique_ptr<Transfer>> ended;
    int left = 0;
    while (CURLMsg* message = curl().multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;
      auto known = by_handle_.find(message->easy_handle);
      if (known == by_handle_.end()) continue;
      std::unique_ptr<Transfer> transfer = take_out(transfers_.find(known->second));
      HttpReply& reply = transfer->reply;
      if (code == CURLE_OK) {
        reply.status = static_cast<int>(transfer->status());
      } else {
        reply.sent = sent_of(code);
        reply.failure = curl().easy_strerror(code);
      }
      ended.push_back(std::move(transfer));
    }
    for (const auto& transfer : ended) transfer->done(std::move(transfer->reply));
  }

  static int on_socket(CURL*, curl_socket_t socket, int what, void* self, void*) {
    static_cast<Multi*>(self)->follow(socket, what);
    return 0;
  }

  void follow(curl_socket_t socket, int what) {
    if (what == CURL_POLL_REMOVE) {
      loop_.unwatch(socket);
      sockets_.erase(socket);
      return;
    }
    Ready interest = Ready::none;
    if (what != CURL_POLL_OUT) interest = interest | Ready::readable;
    if (what != CURL_POLL_IN) interest = interest | Ready::writable;
    auto [known, fresh] = sockets_.try_emplace(socket, interest);
    if (!fresh) {
      if (std::exchange(known->second, interest) != interest) loop_.change_interest(socket, interest);
      return;
    }
    loop_.watch(socket, interest, [this, socket](Ready ready) {
      int events = 0;
      if (has(ready, Ready::readable)) events |= CURL_CSELECT_IN;
      if (has(ready, Ready::writable)) events |= CURL_CSELECT_OUT;
      if (has(ready, Ready::failed)) events |= CURL_CSELECT_ERR;
      act(socket, events);
    });
  }

  static int on_timer(CURLM*, long timeout_ms, void* self) {
    static_cast<Multi*>(self)->set_timer(timeout_ms);
    return 0;
  }

  void set_timer(long timeout_ms) {
    loop_.cancel_timer(timer_);
    timer_ = {};
    if (timeout_ms < 0) return;
    timer_ = loop_.add_timer(TimerClock::awake, timer_now_ns(TimerClock::awake) + timeout_ms * k_ms,
                             [this] { act(CURL_SOCKET_TIMEOUT, 0); });
  }

  EventLoop& loop_;
  HttpEndpoint endpoint_;
  CURLM* multi_;
  TimerId timer_;
  std::map<curl_socket_t, Ready> sockets_;
  Transfers transfers_;
  std::map<CURL*, Call> by_handle_;
  Call next_ = 1;
};

HttpClient::HttpClient(EventLoop& loop, HttpEndpoint endpoint)
    : multi_(std::make_unique<Multi>(loop, std::move(endpoint))) {}

HttpClient::~HttpClient() = default;

HttpClient::Call HttpClient::start(HttpRequest request, Done done) {
  return multi_->start(std::move(request), std::move(done));
}

void HttpClient::cancel(Call call) { multi_->cancel(call); }

HttpReply call(HttpClient& client, EventLoop& loop, HttpRequest request, const std::stop_token& stop) {
  auto reply = std::make_shared<std::optional<HttpReply>>();  // outlives this where it is stopped
  client.start(std::move(request), [reply](HttpReply got) { *reply = std::move(got); });
  const std::stop_callback wake(stop, [&loop] { loop.post([] {}); });
  while (!*reply && !stop.stop_requested()) loop.run_once(EventLoop::Patience::until_ready);
  if (*reply) return std::move(**reply);
  HttpReply stopped;
  stopped.failure = "nobody waits for it any more";
  return stopped;
}

std::string url_encoded(std::string_view text) {
  constexpr std::string_view k_plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  constexpr std::string_view k_hex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (k_plain.find(c) != std::string_view::npos)
      out += c;
    else
      out += {'%', k_hex[byte >> 4U], k_hex[byte & 15U]};
  }
  return out;
}

}  // namespace wf
