#include "core/secrets/secrets.hpp"

#include "core/base/environment.hpp"
#include "core/base/file.hpp"
#include "core/base/program_output.hpp"
#include "core/base/text.hpp"
#include "core/base/timer_queue.hpp"
#include "core/secrets/codes.hpp"

namespace wf {

namespace {

constexpr std::int64_t k_good_for_ns = 300'000'000'000;
constexpr std::int64_t k_patience_ns = 60'000'000'000;
constexpr std::size_t k_most_bytes = std::size_t{64} * 1024;  // of what fits into a variable
constexpr std::string_view k_prefix = "WF_SECRET_";

[[noreturn]] void refuse(const std::string& name, const SecretSource& source, const std::string& why) {
  throw Error(codes::k_secret_unavailable,
              cat("the secret '", name, "' cannot be had from ", source.text(), ": ", why),
              cat("mend that, or name another place with 'wf secret set ", name, " SOURCE'"));
}

std::string without_line_end(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

std::string read_secret_file(const std::string& name, const SecretSource& source) {
  try {
    auto info = stat_if_exists(source.place);
    if (!info) refuse(name, source, "there is no such file");
    // A pipe could hold everything up, and a device have no end.
    if (!S_ISREG(info->st_mode)) refuse(name, source, "it is no regular file");
    if (static_cast<std::size_t>(info->st_size) > k_most_bytes + 2)
      refuse(name, source, "it has more than 65536 bytes");
    return read_file(source.place);
  } catch (const Error& error) {
    if (error.code().id == codes::k_secret_unavailable.id) throw;
    refuse(name, source, error.message());
  }
}

ProgramOutput ask(const SecretSource& source, int stop_fd) {
  SpawnRequest request;
  request.argv = {"/bin/sh", "-c", source.place};
  request.environment = whole_environment();
  request.folder = source.folder;
  return program_output(std::move(request), {k_most_bytes + 2, k_patience_ns, stop_fd});
}

void check_fitness(const std::string& name, const std::string& value) {
  auto unfit = [&](const std::string& why, const char* hint) {
    throw Error(codes::k_unfit_secret, cat("the value of the secret '", name, "' ", why), hint);
  };
  if (value.size() < k_least_secret_bytes)
    unfit(cat("has ", value.size(), value.size() == 1 ? " byte" : " bytes"),
          "from 6 bytes on it can be told from other text and kept out of logs: use a longer one");
  if (value.size() > k_most_bytes)
    unfit("has more than 65536 bytes", "that is more than fits into a variable");
  if (value.find('\0') != std::string::npos)
    unfit("contains a NUL byte", "encode it, as base64 for instance");
}

}  // namespace

SecretVariables take_secret_variables() {
  return take_environment([](std::string_view variable) { return variable.starts_with(k_prefix); });
}

Secrets::Secrets(std::map<std::string, SecretSource> sources, SecretVariables variables)
    : sources_(std::move(sources)), variables_(std::move(variables)) {
  variables_.merge(take_environment([this](std::string_view variable) {
    for (const auto& [name, source] : sources_)
      if (source.kind == SecretSource::Kind::environment && source.place == variable) return true;
    return false;
  }));
}

std::optional<SecretSource> Secrets::source(const std::string& name) const {
  const std::string variable = secret_variable(name);
  if (variables_.contains(variable))
    return SecretSource{SecretSource::Kind::environment, variable, {}, std::string(variable)};
  auto found = sources_.find(name);
  if (found == sources_.end()) return std::nullopt;
  return found->second;
}

std::map<std::string, SecretSource> Secrets::sources() const {
  std::map<std::string, SecretSource> all = sources_;
  for (const auto& [variable, value] : variables_) {
    if (!variable.starts_with(k_prefix)) continue;
    std::string name;
    for (char c : variable.substr(k_prefix.size()))
      name += c == '_' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (auto found = source(name)) all[name] = *found;
  }
  return all;
}

Error Secrets::missing(const std::string& name) {
  return Error(codes::k_no_secret, cat("nothing on this machine gives the secret '", name, "'"),
               cat("say where it is with 'wf secret set ", name, " SOURCE', or set ", secret_variable(name)));
}

std::string Secrets::value(const std::string& name, int stop_fd) {
  auto from = source(name);
  if (!from) throw Error(missing(name));
  const std::shared_ptr<Fetched> known = fetched(name);
  std::scoped_lock lock(known->mutex);
  if (known->at_ns != 0 && timer_now_ns(TimerClock::boot) - known->at_ns < k_good_for_ns) return known->value;
  std::string value = without_line_end(fetch(name, *from, stop_fd));
  check_fitness(name, value);
  known->value = std::move(value);
  known->at_ns = timer_now_ns(TimerClock::boot);
  return known->value;
}

std::shared_ptr<Secrets::Fetched> Secrets::fetched(const std::string& name) {
  std::scoped_lock lock(mutex_);
  std::shared_ptr<Fetched>& known = fetched_[name];
  if (!known) known = std::make_shared<Fetched>();
  return known;
}

std::string Secrets::fetch(const std::string& name, const SecretSource& source, int stop_fd) const {
  if (source.kind == SecretSource::Kind::file) return read_secret_file(name, source);
  if (source.kind == SecretSource::Kind::environment) {
    auto found = variables_.find(source.place);
    if (found == variables_.end()) refuse(name, source, "the variable is not set");
    return found->second;
  }
  ProgramOutput output = ask(source, stop_fd);
  if (output.failure.empty()) return std::move(output.out);
  // It may have said the value and failed then.
  const Mask mask({without_line_end(output.out)});
  refuse(name, source, masked(mask, output.failure));
}

}  // namespace wf
