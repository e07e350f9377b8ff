#include "core/catalog/log_times.hpp"

#include <cstring>
#include <optional>

#include "core/base/file.hpp"
#include "core/catalog/runs.hpp"

namespace wf {

namespace {

constexpr std::int64_t k_year_10000 = 253'402'300'800'000'000;
constexpr std::size_t k_record = 2 * sizeof(std::int64_t);
constexpr std::size_t k_most_file = 2 * LogTimes::k_most * k_record;

std::size_t index_of(LogStream stream) { return stream == LogStream::out ? 0 : 1; }

void put_number(std::string& out, std::uint64_t number) {
  for (; number >= 0x80U; number >>= 7U) out += static_cast<char>((number & 0x7fU) | 0x80U);
  out += static_cast<char>(number);
}

std::optional<std::uint64_t> take_number(std::string_view& bytes) {
  std::uint64_t number = 0;
  for (unsigned shift = 0; shift < 63 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    number |= std::uint64_t{byte & 0x7fU} << shift;
    if (byte < 0x80U) return number;
  }
  return std::nullopt;
}

}  // namespace

bool LogTimes::add(const LogMark& mark) {
  std::int64_t& end = ends_[index_of(mark.stream)];
  bool kept = true;
  if (mark.end < end) {
    std::erase_if(marks_,
                  [&](const LogMark& one) { return one.stream == mark.stream && one.end > mark.end; });
    kept = false;
  }
  const bool is_news = mark.end > end || !kept;
  end = mark.end;
  if (is_news && mark.end > 0) marks_.push_back(mark);
  if (marks_.size() < k_most) return kept;
  thin();
  return false;
}

void LogTimes::thin() {
  bool drop[2] = {true, true};
  std::int64_t last[2] = {ends_[0], ends_[1]};
  std::erase_if(marks_, [&](const LogMark& one) {
    const std::size_t stream = index_of(one.stream);
    const bool goes = drop[stream] && one.end != last[stream];
    drop[stream] = !drop[stream];
    return goes;
  });
}

// Of each: how much was written, doubled, with the stream in the lowest bit; and how long after the one
// before.
std::string LogTimes::packed() const {
  std::string out;
  std::int64_t ends[2] = {0, 0};
  std::int64_t time_us = 0;
  for (const LogMark& mark : marks_) {
    std::int64_t& end = ends[index_of(mark.stream)];
    put_number(out, static_cast<std::uint64_t>(mark.end - end) << 1U | index_of(mark.stream));
    put_number(out, static_cast<std::uint64_t>(mark.time_us - time_us));
    end = mark.end;
    time_us = mark.time_us;
  }
  return out;
}

LogTimes LogTimes::unpacked(std::string_view bytes) {
  constexpr std::uint64_t k_beyond = std::uint64_t{1} << 62U;
  LogTimes times;
  std::uint64_t ends[2] = {0, 0};
  std::uint64_t time_us = 0;
  while (!bytes.empty() && times.marks_.size() < k_most) {
    const auto grown = take_number(bytes);
    const auto later = take_number(bytes);
    if (!grown || !later) break;
    const std::size_t stream = *grown & 1U;
    ends[stream] += *grown >> 1U;
    time_us += *later;
    if (ends[stream] >= k_beyond || time_us >= std::uint64_t{k_year_10000}) break;
    times.marks_.push_back({stream == 0 ? LogStream::out : LogStream::err,
                            static_cast<std::int64_t>(ends[stream]), static_cast<std::int64_t>(time_us)});
    times.ends_[stream] = static_cast<std::int64_t>(ends[stream]);
  }
  return times;
}

std::string LogTimes::record_of(const LogMark& mark) {
  const std::int64_t numbers[2] = {mark.end * 2 + static_cast<std::int64_t>(index_of(mark.stream)),
                                   mark.time_us};
  return {reinterpret_cast<const char*>(numbers), sizeof numbers};
}

LogTimes read_log_times(const std::string& path) {
  LogTimes times;
  const std::string text = read_part(path, k_most_file, FilePart::end);
  std::int64_t last_us = 0;
  for (std::size_t at = 0; at + k_record <= text.size(); at += k_record) {
    std::int64_t numbers[2];
    std::memcpy(numbers, text.data() + at, sizeof numbers);
    // A task may have written there.
    if (numbers[0] < 0 || numbers[1] < last_us || numbers[1] >= k_year_10000) break;
    last_us = numbers[1];
    times.add({numbers[0] % 2 == 0 ? LogStream::out : LogStream::err, numbers[0] / 2, numbers[1]});
  }
  return times;
}

LogTimes log_times_of(Database& database, const RunKey& run, const NodePath& node, std::int64_t attempt) {
  Statement& row = database.statement(
      "SELECT log_times FROM attempt WHERE project = ?1 AND domain = ?2 AND run = ?3 AND node = ?4 AND "
      "element = ?5 AND "
      "attempt = ?6 AND log_times IS NOT NULL");
  row.bind(run.project, run.domain, run.id, node.node, node.element, attempt);
  return row_of(row, [](const Statement& found) { return LogTimes::unpacked(found.bytes(0)); })
      .value_or(LogTimes());
}

}  // namespace wf
