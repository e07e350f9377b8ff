// The schema's versions, forward only, one transaction each.
#pragma once
#include "core/store/database.hpp"

namespace wf::sqlite {

inline constexpr std::int64_t k_application_id = 0x77665374;  // "wfSt"
std::int64_t newest_schema();

// Refuses a database that is not wf's, and one with a schema that is newer or too old.
enum class SchemaState { current, older };
SchemaState inspect_schema(Database& database, const std::string& file);

// Brings the schema to the newest version; safe when several processes do it at once.
void migrate(Database& database, const std::string& file);

}  // namespace wf::sqlite
