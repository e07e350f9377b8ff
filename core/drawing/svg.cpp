// A diagram as SVG, placed by the layout of this folder.
#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_map>

#include "core/base/markup.hpp"
#include "core/base/text.hpp"
#include "core/drawing/diagram.hpp"
#include "core/drawing/layout.hpp"
#include "core/drawing/text_width.hpp"

namespace wf {

namespace {

constexpr double k_margin = 20;
constexpr double k_title_size = 15;
constexpr double k_title_height = 28;
constexpr double k_name_size = 13;
constexpr double k_text_size = 11;
constexpr double k_name_height = 18;
constexpr double k_line_height = 15;
constexpr double k_padding_x = 12;
constexpr double k_padding_y = 8;
constexpr double k_stack_step = 4;  // between the sheets of a stack
constexpr double k_head_length = 8;
constexpr double k_head_half = 4;
constexpr std::size_t k_most_columns = 44;  // of a line in a box; the whole of it is in the tip

// Colours by class, each for a light and a dark page. Custom properties would be shorter, but not everything
// that draws SVG knows them.
constexpr std::string_view k_style = R"(
    text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
    text { fill: #1f2328; }
    .ground { fill: #ffffff; }
    .title { font-size: 15px; font-weight: 600; }
    .name { font-size: 13px; font-weight: 600; text-anchor: middle; }
    .more { font-size: 11px; text-anchor: middle; fill: #57606a; }
    .label { font-size: 11px; text-anchor: middle; fill: #57606a; }
    .note { font-size: 11px; fill: #9a6700; }
    .box { stroke-width: 1.2; }
    .plain { fill: #f6f8fa; stroke: #6e7781; }
    .green { fill: #e6f6ea; stroke: #4f9a63; }
    .blue { fill: #e3f0fd; stroke: #4483c4; }
    .red { fill: #fde7e6; stroke: #c93c37; }
    .amber { fill: #fff4d6; stroke: #b7862b; }
    .violet { fill: #f1e8fc; stroke: #8a5fc7; }
    .faded { fill: #f6f8fa; stroke: #aab2bb; stroke-dasharray: 4 3; }
    .line { fill: none; stroke: #8c959f; stroke-width: 1.3; }
    .head { fill: #6e7781; }
    .dashed { stroke-dasharray: 6 4; }
    .dotted { stroke-dasharray: 2 3; }
    .loose { stroke-opacity: 0.35; }
    .box.strong { stroke: #d4571e; stroke-width: 3; }
    .line.strong { stroke: #d4571e; stroke-width: 2.6; }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3; }
      .ground { fill: #0d1117; }
      .more, .label { fill: #9da7b3; }
      .note { fill: #d29922; }
      .plain { fill: #1c2128; stroke: #7d8590; }
      .green { fill: #12261a; stroke: #4fa868; }
      .blue { fill: #10233d; stroke: #539bf5; }
      .red { fill: #3a1518; stroke: #e5534b; }
      .amber { fill: #33270a; stroke: #d29922; }
      .violet { fill: #2a1b40; stroke: #a886e0; }
      .faded { fill: #15181d; stroke: #565e68; }
      .line { stroke: #6e7681; }
      .head { fill: #8b949e; }
      .box.strong, .line.strong { stroke: #ff8a4c; }
    }
)";

std::string_view class_of(Tone tone) {
  constexpr std::array<std::string_view, 7> k_classes{"plain", "green",  "blue", "red",
                                                      "amber", "violet", "faded"};
  return k_classes.at(static_cast<std::size_t>(tone));
}

// In the order of Line; then the same ones that stand out.
constexpr std::array<std::string_view, 6> k_line_classes{"",        " dashed",        " dotted",
                                                         " strong", " strong dashed", " strong dotted"};

std::size_t style_of(const Arrow& arrow) {
  return static_cast<std::size_t>(arrow.line) +
         (arrow.emphasis == Emphasis::strong ? k_line_classes.size() / 2 : 0);
}

// With one digit behind the point, whatever the locale.
std::string number(double value) {
  long tenths = std::lround(value * 10);
  std::string text = cat(tenths < 0 ? "-" : "", std::labs(tenths) / 10);
  return tenths % 10 == 0 ? text : cat(text, '.', std::labs(tenths) % 10);
}

std::string at(Point point) { return cat(number(point.x), ' ', number(point.y)); }

std::string cut(const std::string& text) { return cut_to_width(text, k_most_columns, "…"); }

double stack_depth(const Box& box) { return box.copies == Copies::many ? 2 * k_stack_step : 0; }

Extent extent_of(const Box& box) {
  double width = 0;
  for (std::size_t i = 0; i < box.lines.size(); ++i) {
    std::string text = cut(box.lines[i]);
    width =
        std::max(width, i == 0 ? text_width(text, k_name_size, Weight::bold) : text_width(text, k_text_size));
  }
  double lines = static_cast<double>(box.lines.size()) - 1;
  return {std::ceil(width + 2 * k_padding_x + stack_depth(box)),
          k_name_height + lines * k_line_height + 2 * k_padding_y + stack_depth(box)};
}

class Picture {
 public:
  explicit Picture(const Diagram& diagram) : diagram_(&diagram) {}

  std::string draw() {
    for (const Box& box : diagram_->boxes) network_.boxes.push_back(extent_of(box));
    for (const Arrow& arrow : diagram_->arrows)
      network_.links.push_back({arrow.from, arrow.to, label_id(arrow.label), style_of(arrow)});
    layout_ = lay_out(network_);
    write_head();
    write_lines();
    for (std::size_t box = 0; box < diagram_->boxes.size(); ++box) write_box(box);
    for (const PlacedLabel& label : layout_.labels) {
      Point where = moved(label.centre);
      write_text("label", {where.x, where.y + k_text_size * 0.36}, cut(labels_[label.label]));
    }
    return std::move(out_ += "</svg>\n");
  }

 private:
  // Equal labels are one.
  std::size_t label_id(const std::string& text) {
    if (text.empty()) return k_no_label;
    auto [place, is_new] = label_ids_.try_emplace(text, labels_.size());
    if (is_new) {
      labels_.push_back(text);
      network_.labels.push_back({text_width(cut(text), k_text_size) + 6, k_line_height});
    }
    return place->second;
  }

  double top() const {
    return k_margin + (diagram_->title.empty() ? 0 : k_title_height) +
           (diagram_->note.empty() ? 0 : k_line_height);
  }
  Point moved(Point point) const { return {point.x + k_margin, point.y + top()}; }

  void write_text(std::string_view style, Point where, const std::string& text) {
    out_ += cat("<text class=\"", style, "\" x=\"", number(where.x), "\" y=\"", number(where.y), "\">",
                escape_markup(escape_terminal(text), Markup::content), "</text>\n");
  }

  void write_tip(const std::string& text) {
    out_ += cat("<title>", escape_markup(text, Markup::content), "</title>");
  }

  void write_head() {
    std::string title = cut_to_width(diagram_->title, 2 * k_most_columns, "…");
    double words =
        std::max(text_width(title, k_title_size, Weight::bold), text_width(diagram_->note, k_text_size));
    std::string width = number(std::ceil(std::max(layout_.size.width, words) + 2 * k_margin));
    std::string height = number(std::ceil(layout_.size.height + top() + k_margin));
    out_ = cat("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"", width, "\" height=\"", height,
               "\" viewBox=\"0 0 ", width, " ", height, "\" role=\"img\">\n");
    write_tip(diagram_->title);
    out_ += cat("\n<style>", k_style, "</style>\n<rect class=\"ground\" width=\"100%\" height=\"100%\"/>\n");
    if (!diagram_->title.empty()) write_text("title", {k_margin, k_margin + k_title_size * 0.8}, title);
    if (!diagram_->note.empty()) write_text("note", {k_margin, top() - k_line_height * 0.6}, diagram_->note);
  }

  // A line that goes on to a head ends inside it.
  Point tail_of_head(const Stroke& stroke) const {
    if (!stroke.has_head) return stroke.end;
    double back = k_head_length - 1;
    return layout_.flow == Flow::right ? Point{stroke.end.x - back, stroke.end.y}
                                       : Point{stroke.end.x, stroke.end.y - back};
  }

  std::string curve(const Stroke& stroke) const {
    Point leave = moved(stroke.leave);
    Point enter = moved(stroke.is_loose ? tail_of_head(stroke) : stroke.enter);
    bool right = layout_.flow == Flow::right;
    Point middle{(leave.x + enter.x) / 2, (leave.y + enter.y) / 2};
    Point first = right ? Point{middle.x, leave.y} : Point{leave.x, middle.y};
    Point second = right ? Point{middle.x, enter.y} : Point{enter.x, middle.y};
    bool straight = right ? leave.y == enter.y : leave.x == enter.x;
    std::string bend = straight ? cat("L", at(enter)) : cat("C", at(first), " ", at(second), " ", at(enter));
    return cat("M", at(moved(stroke.begin)), "L", at(leave), bend, "L", at(moved(tail_of_head(stroke))),
               "\n");
  }

  std::string head(const Stroke& stroke) const {
    Point tip = moved(stroke.end);
    bool right = layout_.flow == Flow::right;
    Point left = right ? Point{tip.x - k_head_length, tip.y - k_head_half}
                       : Point{tip.x - k_head_half, tip.y - k_head_length};
    Point other = right ? Point{left.x, tip.y + k_head_half} : Point{tip.x + k_head_half, left.y};
    return cat("M", at(tip), "L", at(left), "L", at(other), "Z\n");
  }

  void write_path(std::string_view style, const std::string& data) {
    if (!data.empty()) out_ += cat("<path class=\"", style, "\" d=\"", data, "\"/>\n");
  }

  void write_lines() {
    std::array<std::string, k_line_classes.size()> lines;
    std::array<std::string, k_line_classes.size()> loose;
    std::string heads;
    for (const Stroke& stroke : layout_.strokes) {
      (stroke.is_loose ? loose : lines).at(stroke.style) += curve(stroke);
      if (stroke.has_head) heads += head(stroke);
    }
    for (std::size_t style = 0; style < lines.size(); ++style) {
      write_path(cat("line loose", k_line_classes[style]), loose[style]);
      write_path(cat("line", k_line_classes[style]), lines[style]);
    }
    write_path("head", heads);
  }

  void write_sheet(const Box& box, Point corner, const Extent& size) {
    out_ +=
        cat("<rect class=\"box ", class_of(box.look.tone), box.emphasis == Emphasis::strong ? " strong" : "",
            "\" x=\"", number(corner.x), "\" y=\"", number(corner.y), "\" width=\"", number(size.width),
            "\" height=\"", number(size.height), "\" rx=\"", box.look.corner, "\"/>");
  }

  void write_box(std::size_t id) {
    const Box& box = diagram_->boxes[id];
    double depth = stack_depth(box);
    Extent size{network_.boxes[id].width - depth, network_.boxes[id].height - depth};
    Point centre = moved(layout_.boxes[id]);
    Point corner{centre.x - network_.boxes[id].width / 2, centre.y - network_.boxes[id].height / 2};
    out_ += "<g>";
    if (!box.tip.empty()) write_tip(box.tip);
    for (double step = depth; step >= 0; step -= k_stack_step)
      write_sheet(box, {corner.x + step, corner.y + step}, size);
    out_ += "\n";
    double baseline = corner.y + k_padding_y + k_name_size;
    for (std::size_t i = 0; i < box.lines.size(); ++i) {
      write_text(i == 0 ? "name" : "more", {corner.x + size.width / 2, baseline}, cut(box.lines[i]));
      baseline += i == 0 ? k_name_height - 2 : k_line_height;
    }
    out_ += "</g>\n";
  }

  const Diagram* diagram_;
  Network network_;
  Layout layout_;
  std::vector<std::string> labels_;
  std::unordered_map<std::string, std::size_t> label_ids_;
  std::string out_;
};

}  // namespace

std::string render_svg(const Diagram& diagram) { return Picture(diagram).draw(); }

}  // namespace wf
