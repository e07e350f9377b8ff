#include "core/transfer/notes.hpp"

#include <array>
#include <utility>

#include "core/base/text.hpp"
#include "core/transfer/codes.hpp"

namespace wf::transfer {

namespace {

// A member of an event's data, and the column that it is.
struct Member {
  std::string_view name;
  std::string_view column;
};

struct NoteRule {
  std::string_view table;
  EventType type;
  std::array<Member, 5> members;  // those without a column are none
};

constexpr std::array<NoteRule, 8> k_in_place{{
    {"registration",
     EventType::registration_added,
     {{{"id", "id"}, {"name", "name"}, {"seq", "seq"}, {"version", "version"}, {"from", "promoted_from"}}}},
    {"label", EventType::label_set, {{{"name", "name"}, {"label", "label"}, {"version", "version"}}}},
    {"launch_plan_registration",
     EventType::plan_registered,
     {{{"id", "id"}, {"name", "name"}, {"seq", "seq"}, {"plan", "plan"}}}},
    {"launch_plan_activation",
     EventType::plan_activated,
     {{{"name", "name"}, {"plan", "plan"}, {"from", "before"}, {"by", "activated_by"}}}},
    {"tag",
     EventType::tag_set,
     {{{"workflow", "workflow"},
       {"task", "task"},
       {"tag", "name"},
       {"artifact", "artifact"},
       {"by", "created_by"}}}},
    {"pin", EventType::pin_set, {{{"kind", "kind"}, {"id", "id"}, {"by", "created_by"}}}},
    {"project", EventType::project_created, {{{"name", "name"}}}},
    {"domain", EventType::domain_created, {{{"name", "name"}}}},
}};

// Ids as people write them, digests in hex.
Json value_of(const Cell& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
  if (const auto* raw = std::get_if<Raw>(&value)) {
    std::optional<Uuid> id = Uuid::from_bytes(raw->bytes);
    return id ? id->text() : to_hex(raw->bytes);
  }
  return text_of(value);
}

// What is no UTF-8 would make this store's own events unreadable for ever.
void require_utf8(const Shape& shape, const Row& row, std::string_view column) {
  if (find_invalid_utf8(text_of(cell(shape, row, column))) == std::string_view::npos) return;
  throw Error(codes::k_bundle_wrong, cat("a '", column, "' of a row of '", shape.table, "' is no UTF-8"),
              "nothing was taken; no command of wf writes such a row: make it anew where it came from");
}

bool is_null(const Cell& value) { return std::holds_alternative<std::monostate>(value); }

}  // namespace

Notes::Notes(Store& store) : events_(store.database()), now_us_(store.clock().wall_us()) {}

void Notes::append_in_place(const Shape& shape, const Row& row, EventType type, const Json& data) {
  bool placed = shape.place_of("project") < row.size();
  std::string stream =
      placed ? domain_stream(text_of(cell(shape, row, "project")), text_of(cell(shape, row, "domain")))
             : std::string(k_store_stream);
  events_.append(stream, type, now_us_, data);
}

void Notes::note(const Shape& shape, const Row& row) {
  if (shape.table == "pool") {
    require_utf8(shape, row, "name");
    events_.append(std::string(k_store_stream), EventType::pool_set, now_us_,
                   Json::object()
                       .add("pool", text_of(cell(shape, row, "name")))
                       .add("size", integer_of(cell(shape, row, "size"))));
    return;
  }
  for (const NoteRule& rule : k_in_place) {
    if (rule.table != shape.table) continue;
    Json data = Json::object();
    for (const Member& member : rule.members) {
      if (member.column.empty() || is_null(cell(shape, row, member.column))) continue;
      require_utf8(shape, row, member.column);
      data.add(std::string(member.name), value_of(cell(shape, row, member.column)));
    }
    bool ends = rule.type == EventType::plan_activated && is_null(cell(shape, row, "plan"));
    append_in_place(shape, row, ends ? EventType::plan_deactivated : rule.type, data);
  }
}

void Notes::note_version(const Shape& registration, const Row& row) {
  append_in_place(registration, row, EventType::version_registered,
                  Json::object()
                      .add("name", text_of(cell(registration, row, "name")))
                      .add("version", digest_of(cell(registration, row, "version")).hex()));
}

void Notes::note_stream(const std::string& stream, const StreamHead& head, const std::optional<Uuid>& store) {
  Json data = Json::object();
  data.add("stream", stream).add("seq", head.seq).add("hash", head.hash.hex());
  if (store) data.add("store", store->text());
  events_.append(std::string(k_store_stream), EventType::stream_merged, now_us_, data);
}

}  // namespace wf::transfer
