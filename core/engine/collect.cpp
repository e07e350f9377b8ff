#include "core/engine/collect.hpp"

#include <sys/stat.h>

#include <algorithm>

#include "core/base/codes.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/definition/constraints.hpp"
#include "core/definition/dataset.hpp"
#include "core/engine/codes.hpp"
#include "core/engine/collect_report.hpp"
#include "core/engine/staging.hpp"
#include "core/engine/words.hpp"

namespace wf {

namespace {

constexpr std::int64_t k_scalar_limit = std::int64_t{1} << 20U;  // bytes of a scalar's text
constexpr std::int64_t k_json_limit = std::int64_t{64} << 20U;   // bytes of a compound's JSON

struct Refused {
  InvalidOutput why;
};

[[noreturn]] void refuse(const Port& port, const std::string& why) {
  throw Refused{
      {codes::k_output_invalid, cat("the output '", port.name, "' (", port.type.text(), ") ", why)}};
}

// Names with digit runs compared as numbers: "part2" before "part10".
bool natural_less(std::string_view a, std::string_view b) {
  auto digit = [](char c) { return c >= '0' && c <= '9'; };
  auto number = [&](std::string_view& text) {
    std::size_t length = 0;
    while (length < text.size() && digit(text[length])) ++length;
    std::string_view run = text.substr(0, length);
    text.remove_prefix(length);
    run.remove_prefix(std::min(run.find_first_not_of('0'), run.size()));
    return run;
  };
  std::string_view left = a;
  std::string_view right = b;
  while (!left.empty() && !right.empty()) {
    if (digit(left.front()) && digit(right.front())) {
      std::string_view x = number(left);
      std::string_view y = number(right);
      if (x.size() != y.size()) return x.size() < y.size();
      if (x != y) return x < y;
    } else {
      if (left.front() != right.front())
        return static_cast<unsigned char>(left.front()) < static_cast<unsigned char>(right.front());
      left.remove_prefix(1);
      right.remove_prefix(1);
    }
  }
  if (left.empty() != right.empty()) return left.empty();
  return a < b;
}

// Whether a part of the way to what is at `relative` in `folder` is no folder: a task can put a link there,
// and behind it lies what it may not read itself.
bool leads_outside(const std::string& folder, std::string_view relative) {
  for (std::size_t slash = relative.find('/'); slash != std::string_view::npos;
       slash = relative.find('/', slash + 1)) {
    auto info = lstat_if_exists(cat(folder, '/', relative.substr(0, slash)));
    if (info && !S_ISDIR(info->st_mode)) return true;
  }
  return false;
}

class Collector {
 public:
  Collector(std::string work, BlobStore& blobs) : work_(std::move(work)), blobs_(blobs) {}

  // What cannot be kept is told by its place in the working folder.
  void collect(const Port& port) {
    try {
      take(port);
    } catch (const Error& error) {
      if (error.code().id != codes::k_unreachable.id && error.code().id != codes::k_special_file.id) throw;
      std::string message = error.message();
      if (std::size_t at = message.find(work_ + "/"); at != std::string::npos)
        message.erase(at, work_.size() + 1);
      refuse(port, cat("cannot be kept: ", message));
    }
  }

  CollectedOutputs take() { return std::move(collected_); }

 private:
  void take(const Port& port) {
    std::string path = cat(work_, '/', output_path(port));
    auto info = lstat_if_exists(path);
    if (!info && port.type.kind() == Kind::optional) {
      put(port, Json());
      return;
    }
    if (!info) refuse(port, cat("was not written: there is no ", output_path(port)));
    const Type& type = without_optional(port.type);
    if (type.kind() == Kind::directory)
      put(port, take_folder(port, path, *info));
    else if (type.is_content_collection())
      put(port, take_collection(port, type, path, *info));
    else if (type.is_content())
      put(port, take_file(port, type, path, *info));
    else if (type.is_scalar())
      put(port, checked(port, value_from_output_text(port.type, scalar_text(port, path, *info))));
    else
      put(port, take_json(port, path, *info));
  }

  void put(const Port& port, Json value) {
    if (auto broken = violation(port, value)) refuse(port, cat("is not allowed: ", broken->message));
    collected_.outputs.push_back({port.name, port.type, std::move(value)});
  }

  static void require_regular(const Port& port, const struct stat& info) {
    if (S_ISLNK(info.st_mode)) refuse(port, "is a symbolic link; write the file itself");
    if (!S_ISREG(info.st_mode))
      refuse(port, cat("is no regular file: ", S_ISDIR(info.st_mode) ? "a folder" : "a special file",
                       " stands at ", output_path(port)));
  }

  static void require_folder(const Port& port, const struct stat& info) {
    if (!S_ISDIR(info.st_mode))
      refuse(port, cat("is no folder any more: ", output_path(port), " was replaced"));
  }

  static Json checked(const Port& port, ValueResult result) {
    if (auto* error = std::get_if<ValueError>(&result)) {
      refuse(port, cat("is invalid", error->path.empty() ? "" : " at ", error->path, ": ", error->message));
    }
    return std::get<Json>(std::move(result));
  }

  static std::string scalar_text(const Port& port, const std::string& path, const struct stat& info) {
    require_regular(port, info);
    if (info.st_size > k_scalar_limit)
      refuse(port, cat("has ", info.st_size, " bytes, too many for a scalar; declare it as file"));
    return read_file(path);
  }

  // A file or dataset.
  Json take_file(const Port& port, const Type& type, const std::string& path, const struct stat& info) {
    require_regular(port, info);
    if (auto fault = type.kind() == Kind::dataset ? check_dataset_file(type, path) : std::nullopt)
      refuse(port, cat("is invalid: ", fault->message));
    collected_.blobs.push_back(blobs_.take_file(path));
    return file_value(collected_.blobs.back().digest);
  }

  Json take_folder(const Port& port, const std::string& path, const struct stat& info) {
    require_folder(port, info);
    std::vector<NewBlob> blobs = blobs_.take_folder(path);
    Digest tree = blobs.back().digest;
    std::move(blobs.begin(), blobs.end(), std::back_inserter(collected_.blobs));
    return directory_value(tree);
  }

  Json take_element(const Port& port, const Type& type, const std::string& path) {
    auto info = lstat_if_exists(path);
    if (auto broken = name_violation(port, path.substr(path.find_last_of('/') + 1)))
      refuse(port, cat("is not allowed: ", broken->message));
    return type.element().kind() == Kind::directory ? take_folder(port, path, *info)
                                                    : take_file(port, type.element(), path, *info);
  }

  Json take_collection(const Port& port, const Type& type, const std::string& path, const struct stat& info) {
    require_folder(port, info);
    std::vector<std::string> names = list_folder(path);
    if (type.kind() == Kind::list) {
      std::sort(names.begin(), names.end(), natural_less);
      Json list = Json::array();
      for (const std::string& name : names) list.push(take_element(port, type, cat(path, '/', name)));
      return list;
    }
    Json map = Json::object();
    for (const std::string& name : names) {
      if (find_invalid_utf8(name) != std::string::npos)
        refuse(port, cat("has the key '", name, "', which is no UTF-8"));
      map.add(name, take_element(port, type, cat(path, '/', name)));
    }
    return map;
  }

  Json take_json(const Port& port, const std::string& path, const struct stat& info) {
    require_regular(port, info);
    if (info.st_size > k_json_limit)
      refuse(port, cat("has ", info.st_size, " bytes, too many for JSON; declare it as file"));
    try {
      Json json = Json::parse(read_file(path), output_path(port));
      return checked(port, value_from_json(port.type, json, [&](const Type& type, const std::string& text) {
                       return content(type, text);
                     }));
    } catch (const Error& error) {
      refuse(port, cat("is invalid: ", error.message()));
    }
  }

  // A file named inside a compound output: a path below the working folder.
  ValueResult content(const Type& type, const std::string& text) {
    auto relative = normalize_relative(text);
    if (!relative) return ValueError{"", cat("'", text, "' is no path below the working folder"), ""};
    if (leads_outside(work_, *relative))
      return ValueError{"", cat("the way to '", text, "' leads through a link"), ""};
    std::string path = cat(work_, '/', *relative);
    auto info = lstat_if_exists(path);
    bool folder = type.kind() == Kind::directory;
    if (!info || (folder ? !S_ISDIR(info->st_mode) : !S_ISREG(info->st_mode))) {
      return ValueError{"", cat("there is no ", folder ? "folder" : "regular file", " '", text, "'"), ""};
    }
    Port port{"", type, {}, "", "", {}};
    return folder ? take_folder(port, path, *info) : take_file(port, type, path, *info);
  }

  std::string work_;
  BlobStore& blobs_;
  CollectedOutputs collected_;
};

// Whether its content lies at the output's own path, and not where its JSON says.
bool is_placed_by_name(const Type& type) { return type.is_content() || type.is_content_collection(); }

// Bytes of the files at and below `path`; stops counting past `limit`. An entry costs a look, if not a read.
std::int64_t bytes_below(const std::string& path, std::int64_t limit) {
  constexpr std::int64_t k_look = 256;
  auto info = lstat_if_exists(path);
  if (!info) return 0;
  if (!S_ISDIR(info->st_mode)) return S_ISREG(info->st_mode) ? info->st_size + k_look : k_look;
  std::int64_t bytes = k_look;
  for (const std::string& name : list_folder(path)) {
    if (bytes > limit) break;
    bytes += bytes_below(cat(path, '/', name), limit - bytes);
  }
  return bytes;
}

constexpr std::int64_t k_little = std::int64_t{256} * 1024;

// In the folder of an attempt.
constexpr std::string_view k_outputs = "work/out/";
constexpr std::string_view k_report = "work/out/_report";

// Its report is one of them.
std::int64_t bytes_of_logs(const std::string& attempt_folder) {
  std::int64_t bytes = bytes_below(cat(attempt_folder, '/', k_report), k_little);
  for (const char* log : {"/stdout", "/stderr"}) bytes += bytes_below(attempt_folder + log, k_little);
  return bytes;
}

std::optional<InvalidOutput> reported_error(const std::string& path) {
  auto info = lstat_if_exists(path);
  if (!info) return std::nullopt;
  const std::string text = read_part(path, 1000, FilePart::beginning);
  return InvalidOutput{codes::k_reported_error, cat("the task reported an error in $WF_OUTPUTS/_ERROR",
                                                    !S_ISREG(info->st_mode) ? ", which is no file"
                                                    : trim(text).empty()    ? ", which is empty"
                                                                            : ": ",
                                                    trim(text))};
}

std::optional<NewBlob> collect_log(const std::string& path, BlobStore& blobs) {
  auto info = lstat_if_exists(path);
  if (!info || !S_ISREG(info->st_mode) || info->st_size == 0) return std::nullopt;
  return blobs.take_file(path);
}

}  // namespace

bool is_of_the_task(const Error& error) {
  return error.code().id == codes::k_unreachable.id || error.code().exit == Exit::run_failed;
}

std::variant<CollectedOutputs, InvalidOutput> collect_outputs(const Task& task,
                                                              const std::string& attempt_folder,
                                                              BlobStore& blobs) {
  try {
    if (leads_outside(attempt_folder, k_outputs)) {
      if (task.outputs.empty()) return CollectedOutputs{};
      return InvalidOutput{codes::k_output_invalid,
                           "its folder out/, or the one around it, is no folder any more: it was replaced"};
    }
    const std::string work = working_folder(attempt_folder);
    if (auto reported = reported_error(work + "/out/_ERROR")) return std::move(*reported);
    Collector collector(work, blobs);
    for (const Port& port : task.outputs) collector.collect(port);
    return collector.take();
  } catch (const Refused& refused) {
    return refused.why;
  } catch (const Error& error) {
    if (!is_of_the_task(error)) throw;
    return InvalidOutput{error.code().exit == Exit::run_failed ? error.code() : codes::k_output_invalid,
                         error.message()};
  }
}

AttemptLogs collect_logs(const std::string& attempt_folder, BlobStore& blobs) {
  AttemptLogs logs;
  try {
    logs.out = collect_log(attempt_folder + "/stdout", blobs);
    logs.err = collect_log(attempt_folder + "/stderr", blobs);
    const std::string report = cat(attempt_folder, '/', k_report);
    if (exists(report) && !leads_outside(attempt_folder, k_report))
      logs.report = collect_report(report, blobs);
  } catch (const Error& error) {
    if (!is_of_the_task(error)) throw;  // it has made its own folder unreadable: so much of its logs is lost
  }
  return logs;
}

Amount amount_to_collect(const Task& task, const std::string& attempt_folder) {
  const std::string work = working_folder(attempt_folder);
  std::int64_t bytes = 0;
  try {
    for (const Port& port : task.outputs) {
      if (without_optional(port.type).has_content() && !is_placed_by_name(without_optional(port.type)))
        return Amount::much;
      bytes += bytes_below(cat(work, '/', output_path(port)), k_little);
    }
    bytes += bytes_of_logs(attempt_folder);
  } catch (const Error&) {
    return Amount::much;  // what cannot be looked at is for the collector to refuse
  }
  return bytes <= k_little ? Amount::little : Amount::much;
}

Amount amount_of_logs(const std::string& attempt_folder) {
  try {
    return bytes_of_logs(attempt_folder) <= k_little ? Amount::little : Amount::much;
  } catch (const Error&) {
    return Amount::much;
  }
}

}  // namespace wf
