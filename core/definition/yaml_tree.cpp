#include "core/definition/yaml_tree.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>

#include "core/base/heap.hpp"
#include "core/base/text.hpp"
#include "core/definition/codes.hpp"
#include "core/definition/yaml_rules.hpp"
#include "core/definition/yaml_surrogates.hpp"
#include "core/definition/yaml_trouble.hpp"

namespace wf {

namespace {

// Ends the parse from inside an event; what was wrong is already among the diagnostics.
struct StopParsing {};

// Where the value itself begins, behind an anchor: yaml-cpp marks the first property of a node.
std::size_t skip_anchor(std::string_view text, std::size_t at) {
  if (at >= text.size() || text[at] != '&') return at;
  std::size_t end = text.find_first_of(" \t\r\n,[]{}", at);
  std::size_t value = text.find_first_not_of(" \t\r\n", end);
  return value == std::string_view::npos ? text.size() : value;
}

YamlStyle style_at(std::string_view text, std::size_t at) {
  char first = at < text.size() ? text[at] : '\0';
  if (first == '"' || first == '\'') return YamlStyle::quoted;
  return first == '|' || first == '>' ? YamlStyle::block : YamlStyle::plain;
}

}  // namespace

// Receives yaml-cpp's events. A frame is an open collection.
class YamlTreeBuilder final : public YAML::EventHandler {
 public:
  enum class Pairs : std::uint8_t { none, hidden };
  YamlTreeBuilder(const SourceText& source, Pairs pairs, const LoadLimits& limits, Diagnostics& diagnostics)
      : source_(source), text_(source.text()), pairs_(pairs), limits_(limits), diagnostics_(diagnostics) {
    tree_.nodes_.reserve(text_.size() / 4 + 16);
  }

  YamlTree take() { return std::move(tree_); }
  bool empty() const { return tree_.nodes_.empty(); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ == 0) return;
    refuse(k_second_document_text, offset_of(mark));
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    std::size_t at = skip_anchor(text_, offset_of(mark));
    bool written = at < text_.size() && (text_[at] == '~' || text_[at] == 'n' || text_[at] == 'N');
    add(YamlKind::null, written ? at : offset_of_owner(at), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    YamlId target = anchors_.at(anchor);
    bool open = std::any_of(frames_.begin(), frames_.end(), [&](const Frame& f) { return f.id == target; });
    if (open) {
      report(codes::k_alias_cycle, offset_of(mark), "this alias stands inside what it stands for",
             "write the value out instead of the alias");
      throw StopParsing{};
    }
    YamlId id = place_node(YamlKind::alias, offset_of(mark));
    tree_.nodes_[id].first_child = target;
    const Extent& extent = extents_[anchor];
    count(extent.nodes, extent.height, offset_of(mark));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    std::size_t at = skip_anchor(text_, offset_of(mark));
    YamlStyle style = tag == "?" ? YamlStyle::plain : style_at(text_, at);
    check_tag(tag, at, style);
    YamlId id = add(YamlKind::scalar, at, anchor);
    YamlNode& node = tree_.nodes_[id];
    node.style = style;
    std::size_t begin = style == YamlStyle::quoted ? at + 1 : at;
    node.text = pairs_ == Pairs::none ? keep(value, begin) : keep(with_shown_pairs(value, pairs_at(at)), begin);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(YamlKind::sequence, mark, tag, anchor);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(YamlKind::mapping, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

 private:
  struct Extent {
    std::size_t nodes = 1;   // aliases counted as their whole expansion
    std::size_t height = 1;  // levels below and including the node
  };
  struct Frame {
    YamlId id;
    YamlId last_child;
    YAML::anchor_t anchor;
    Extent extent;
  };
  static constexpr std::string_view k_second_document_text = "a second document begins here";

  std::size_t offset_of(const YAML::Mark& mark) const {
    return static_cast<std::size_t>(std::max(0, mark.pos));
  }

  // An empty value has yaml-cpp's mark of whatever follows; its key says better where it is missing.
  std::size_t offset_of_owner(std::size_t otherwise) const {
    if (frames_.empty() || frames_.back().last_child == k_no_yaml) return otherwise;
    return tree_.nodes_[frames_.back().last_child].offset;
  }

  void report(std::string_view code, std::size_t at, std::string message, std::string hint) {
    diagnostics_.add(
        {code, Severity::error, source_.place(at, 1), std::move(message), {}, std::move(hint), {}});
  }

  void refuse(std::string_view message, std::size_t at) {
    report(codes::k_second_document, at, std::string(message),
           "keep one definition in a file; nothing may follow a closing bracket either");
    throw StopParsing{};
  }

  PairsAre pairs_at(std::size_t at) const {
    return text_.substr(at).starts_with('"') ? PairsAre::characters : PairsAre::text;
  }

  void check_tag(const std::string& tag, std::size_t at, YamlStyle style) {
    if (tag == "?" || (tag == "!" && style != YamlStyle::plain)) return;
    diagnostics_.add(explain_tag(source_, at));
  }

  std::string_view keep(const std::string& value, std::size_t at) {
    if (text_.compare(std::min(at, text_.size()), value.size(), value) == 0)
      return text_.substr(at, value.size());
    return tree_.folded_.emplace_back(value);
  }

  YamlId place_node(YamlKind kind, std::size_t at) {
    auto id = static_cast<YamlId>(tree_.nodes_.size());
    YamlNode& node = tree_.nodes_.emplace_back();
    node.offset = static_cast<std::uint32_t>(at);
    node.kind = kind;
    if (frames_.empty()) return id;
    Frame& parent = frames_.back();
    if (parent.last_child == k_no_yaml) {
      tree_.nodes_[parent.id].first_child = id;
    } else {
      tree_.nodes_[parent.last_child].next = id;
    }
    parent.last_child = id;
    ++tree_.nodes_[parent.id].count;
    return id;
  }

  YamlId add(YamlKind kind, std::size_t at, YAML::anchor_t anchor) {
    YamlId id = place_node(kind, at);
    remember(anchor, id, {});
    count(1, 1, at);
    return id;
  }

  void remember(YAML::anchor_t anchor, YamlId id, Extent extent) {
    if (anchor == 0) return;
    if (anchors_.size() <= anchor) {
      anchors_.resize(anchor + 1, k_no_yaml);
      extents_.resize(anchor + 1);
    }
    anchors_[anchor] = id;
    extents_[anchor] = extent;
  }

  // Adds a finished child to the open collection and holds both limits, so that no bomb is ever walked.
  void count(std::size_t nodes, std::size_t height, std::size_t at) {
    if (frames_.empty()) return;
    Extent& extent = frames_.back().extent;
    extent.nodes += nodes;
    extent.height = std::max(extent.height, height + 1);
    if (extent.nodes > limits_.nodes) {
      report(
          codes::k_too_many_nodes, at,
          cat("with its aliases expanded the file holds more than ", std::int64_t(limits_.nodes), " values"),
          "split the definition, or repeat less through aliases");
      throw StopParsing{};
    }
    check_depth(frames_.size() + height, at);
  }

  void check_depth(std::size_t depth, std::size_t at) {
    if (depth <= limits_.depth) return;
    report(codes::k_too_deep, at,
           cat("values are nested more than ", std::int64_t(limits_.depth), " levels deep here"),
           "flatten the definition; deep data belongs into a file input");
    throw StopParsing{};
  }

  void open(YamlKind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    std::size_t at = skip_anchor(text_, offset_of(mark));
    if (tag != "?") diagnostics_.add(explain_tag(source_, at));
    check_depth(frames_.size() + 1, at);
    YamlId id = place_node(kind, at);
    remember(anchor, id, {});
    frames_.push_back({id, k_no_yaml, anchor, {}});
  }

  void close() {
    Frame done = frames_.back();
    frames_.pop_back();
    remember(done.anchor, done.id, done.extent);
    count(done.extent.nodes, done.extent.height, tree_.nodes_[done.id].offset);
  }

  const SourceText& source_;
  std::string_view text_;
  Pairs pairs_;
  const LoadLimits& limits_;
  Diagnostics& diagnostics_;
  YamlTree tree_;
  std::vector<Frame> frames_;
  std::vector<YamlId> anchors_;
  std::vector<Extent> extents_;
  int documents_ = 0;
};

YamlMember find_member(const YamlTree& tree, YamlId mapping, std::string_view name) {
  YamlMember found;
  if (tree.kind(mapping) != YamlKind::mapping) return found;
  tree.each_member(mapping, [&](YamlId key, YamlId value) {
    if (tree.is_scalar(key) && tree.text(key) == name) found = {key, value};
  });
  return found;
}

Place place_of(const SourceText& source, const YamlTree& tree, YamlId id) {
  const YamlNode& node = tree[id];
  std::size_t bytes = 1;
  if (node.kind == YamlKind::scalar && node.style != YamlStyle::block)
    bytes = std::max<std::size_t>(1, node.text.size());
  if (node.style == YamlStyle::quoted) bytes += 2;
  return source.place(node.offset, bytes);
}

namespace {

// Runs the parser over both of the documents it may find; false when it had to stop.
bool run_parser(const SourceText& source, std::string text, YamlTreeBuilder& builder, Diagnostics& diagnostics) {
  std::istringstream stream{std::move(text)};
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) continue;
    return true;
  } catch (const StopParsing&) {
    return false;
  } catch (const YAML::Exception& trouble) {
    std::size_t at = trouble.mark.is_null() ? 0 : static_cast<std::size_t>(std::max(0, trouble.mark.pos));
    diagnostics.add(explain_trouble(source, at, trouble.msg));
    return false;
  }
}

}  // namespace

std::optional<YamlTree> parse_yaml(const SourceText& source, const LoadLimits& limits,
                                   Diagnostics& diagnostics) {
  if (!check_characters(source, limits, diagnostics)) return std::nullopt;
  expect_memory(k_memory_of_text * source.text().size());
  std::string text = with_hidden_pairs(source.text());
  auto pairs = text == source.text() ? YamlTreeBuilder::Pairs::none : YamlTreeBuilder::Pairs::hidden;
  YamlTreeBuilder builder(source, pairs, limits, diagnostics);
  if (!run_parser(source, std::move(text), builder, diagnostics)) return std::nullopt;
  if (builder.empty()) return YamlTree{};
  YamlTree tree = builder.take();
  YamlRules(source, tree, diagnostics).check();
  return tree;
}

}  // namespace wf
