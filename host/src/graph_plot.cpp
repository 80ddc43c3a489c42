// SPDX-License-Identifier: MIT
#include "levelgrad/host/graph_plot.h"

#include <fmt/format.h>

#include <array>

#include "levelgrad/host/svg_canvas.h"

namespace levelgrad::host {
namespace {

constexpr double box_width = 176;
constexpr double box_height = 34;
constexpr double column_step = 250;
constexpr double row_step = 46;
constexpr double margin = 24;

constexpr Color ink{40, 44, 52};
constexpr Color faint{150, 156, 166};
constexpr Color leaf_fill{232, 241, 250};
constexpr Color op_fill{255, 255, 255};
constexpr Color root_fill{253, 240, 217};

class GraphPlot {
public:
  explicit GraphPlot(const Sketch& drawing)
      : drawing_(drawing),
        canvas_({2 * margin + (drawing.column_count - 1) * column_step + box_width,
                 2 * margin + (drawing.row_count - 1) * row_step + box_height}) {}

  std::string svg() {
    canvas_.fill_rect({0, 0, canvas_.size().width, canvas_.size().height}, {255, 255, 255});
    for (const SketchNode& node : drawing_.nodes) draw_edges(node);
    for (const SketchNode& node : drawing_.nodes) draw_box(node);
    return canvas_.svg();
  }

private:
  [[nodiscard]] Rect box(const SketchNode& node) const {
    const double middle = (drawing_.row_count - 1) / 2.0;
    return {margin + node.x * column_step, margin + (middle + node.y) * row_step, box_width,
            box_height};
  }

  /// From the right side of each operand to the left side of the box, level at both ends.
  void draw_edges(const SketchNode& node) {
    const Rect to = box(node);
    const Point end{to.x, to.y + to.height / 2};
    for (const int place : node.operands) {
      const Rect from = box(drawing_.nodes[static_cast<std::size_t>(place)]);
      const Point start{from.right(), from.y + from.height / 2};
      constexpr int pieces = 16;
      std::array<Point, pieces + 1> curve;
      for (int k = 0; k <= pieces; ++k) {
        const double t = static_cast<double>(k) / pieces;
        const double eased = t * t * (3 - 2 * t);
        curve[static_cast<std::size_t>(k)] = {start.x + (end.x - start.x) * t,
                                              start.y + (end.y - start.y) * eased};
      }
      canvas_.polyline(curve, {1, faint});
    }
  }

  void draw_box(const SketchNode& node) {
    const Rect r = box(node);
    const bool root = &node == &drawing_.nodes.back();
    const std::array<Point, 4> corners = {Point{r.x, r.y}, Point{r.right(), r.y},
                                          Point{r.right(), r.bottom()}, Point{r.x, r.bottom()}};
    const Color fill = root ? root_fill : node.operands.empty() ? leaf_fill : op_fill;
    canvas_.polygon(corners, fill, {1, root || node.node_count > 1 ? ink : faint});
    std::string title = node.label.empty() ? node.symbol : node.label;
    if (!node.label.empty() && !node.symbol.empty() && node.node_count == 1) {
      title = node.symbol + "  " + title;
    }
    canvas_.text({r.x + 6, r.y + 14}, title, {.size = 11, .color = ink, .bold = true});
    if (node.node_count > 1) {
      canvas_.text({r.right() - 6, r.y + 14}, fmt::format("{} nodes", node.node_count),
                   {.size = 10, .color = faint, .anchor = Anchor::End});
    }
    canvas_.text({r.x + 6, r.bottom() - 6}, fmt::format("{:.4g}", node.data),
                 {.size = 10, .color = ink});
    canvas_.text({r.right() - 6, r.bottom() - 6}, fmt::format("grad {:.4g}", node.grad),
                 {.size = 10, .color = ink, .anchor = Anchor::End});
  }

  const Sketch& drawing_;
  SvgCanvas canvas_;
};

}  // namespace

std::string graph_svg(const Sketch& drawing) { return GraphPlot(drawing).svg(); }

}  // namespace levelgrad::host
