// SQLite's result codes as errors of wf.
#pragma once
#include <string>
#include <string_view>

struct sqlite3;

namespace wf::sqlite {

// Throws the Error for `code`: what failed, the file, SQLite's own text and extended code, and, where it
// knows one, the place inside `sql`.
[[noreturn]] void fail(sqlite3* connection, int code, const std::string& file, std::string_view sql);

// Whether `code` says that bytes given to the disk may not have reached it.
bool is_failed_sync(int code);

}  // namespace wf::sqlite
