// SPDX-License-Identifier: MIT
#include "levelgrad/host/confusion_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "fitted_text.h"
#include "levelgrad/error.h"
#include "schedule_style.h"
#include "schedule_words.h"

namespace levelgrad::host {
namespace {

constexpr std::size_t most_numbered = 30;
constexpr std::size_t most_classes = 4096;
constexpr double matrix_side = 480;
constexpr double widest_cell = 96;
constexpr double least_numbered_cell = 22;
constexpr double least_zero_cell = 36;  // smaller ones are empty, or one would see but zeros
constexpr double label_size = 11;
constexpr double label_leading = 14;  // the least distance of two labels
constexpr double longest_label = 150;
constexpr double least_width = 460;
constexpr std::size_t image_side = 1920;  // about: pixels of a matrix that is an image

constexpr Color white{255, 255, 255};
constexpr Color right_color{0, 114, 178};
constexpr Color wrong_color{213, 94, 0};

void check(const ConfusionPlot& plot) {
  const std::size_t classes = plot.confusion.class_count;
  if (classes == 0 || classes > most_classes || plot.class_names.size() > classes) {
    throw ArgumentError(fmt::format("a confusion matrix of {} classes with {} names", classes,
                                    plot.class_names.size()),
                        fmt::format("1 to {} classes, and not more names", most_classes));
  }
  if (plot.confusion.counts.size() != classes * classes) {
    throw ShapeError(fmt::format("a confusion matrix of {} classes got {} counts", classes,
                                 plot.confusion.counts.size()));
  }
}

std::string text_of(std::uint64_t count) {
  return count >= 100000 ? with_prefix(static_cast<double>(count)) : grouped(count);
}

class Matrix {
public:
  explicit Matrix(const ConfusionPlot& plot) : plot_(plot) {
    check(plot);
    cell_ = std::min(matrix_side / static_cast<double>(classes()), widest_cell);
    if (numbered()) cell_ = std::max(cell_, least_numbered_cell);
    for (const std::uint64_t count : plot.confusion.counts) {
      number_size_ = std::min(number_size_, 13 * (cell_ - 4) / safe_text_width(text_of(count), 13));
    }
    stride_ = static_cast<std::size_t>(std::ceil(label_leading / cell_));
    for (std::size_t k = 0; k < classes(); k += stride_) {
      names_.push_back(fitted(class_name(plot.class_names, k), longest_label, label_size));
      longest_ = std::max(longest_, safe_text_width(names_.back(), label_size));
    }
    upward_ = longest_ > cell_ * static_cast<double>(stride_) - 8;
    const double side = cell_ * static_cast<double>(classes());
    area_ = {heading_margin + 20 + longest_ + 10, heading_height(plot.title, plot.subtitle) + 8,
             side, side};
  }

  [[nodiscard]] Size size() const {
    return {std::max(area_.right() + heading_margin, least_width), legend_baseline() + 18};
  }

  void draw(Canvas& canvas) const {
    canvas.fill_rect({0, 0, canvas.size().width, canvas.size().height}, white);
    draw_heading(plot_.title, plot_.subtitle, canvas);
    if (numbered()) {
      cells(canvas);
    } else {
      canvas.image(area_, shades());
    }
    canvas.polygon(std::array{Point{area_.x, area_.y}, Point{area_.right(), area_.y},
                              Point{area_.right(), area_.bottom()}, Point{area_.x, area_.bottom()}},
                   no_color, {1, axis_color});
    labels(canvas);
    legend(canvas);
  }

private:
  [[nodiscard]] std::size_t classes() const { return plot_.confusion.class_count; }
  [[nodiscard]] bool numbered() const { return classes() <= most_numbered; }
  [[nodiscard]] double names_height() const { return upward_ ? longest_ + 12 : 18; }
  [[nodiscard]] double legend_baseline() const { return area_.bottom() + names_height() + 48; }

  [[nodiscard]] Color color(std::size_t truth, std::size_t predicted, std::uint64_t support) const {
    const auto count = static_cast<double>(plot_.confusion.count(truth, predicted));
    return count == 0 ? white
                      : confusion_color(truth == predicted, count / static_cast<double>(support));
  }

  void cells(Canvas& canvas) const {
    for (std::size_t truth = 0; truth < classes(); ++truth) {
      const std::uint64_t support = plot_.confusion.support(truth);
      for (std::size_t predicted = 0; predicted < classes(); ++predicted) {
        const Rect cell{area_.x + cell_ * static_cast<double>(predicted),
                        area_.y + cell_ * static_cast<double>(truth), cell_, cell_};
        canvas.fill_rect({cell.x + 0.5, cell.y + 0.5, cell.width - 1, cell.height - 1},
                         color(truth, predicted, support));
        number(cell, plot_.confusion.count(truth, predicted), support, canvas);
      }
    }
  }

  void number(const Rect& cell, std::uint64_t count, std::uint64_t support, Canvas& canvas) const {
    if (count == 0 && cell.width < least_zero_cell) return;
    const double share = static_cast<double>(count) / std::max(1.0, static_cast<double>(support));
    canvas.text({cell.x + cell.width / 2, cell.y + cell.height / 2 + number_size_ * 0.36},
                text_of(count),
                {.size = number_size_,
                 .color = count == 0    ? axis_color
                          : share > 0.5 ? white
                                        : ink,
                 .anchor = Anchor::Middle});
  }

  /// As an image: a rectangle for each of so many cells would make a large file.
  [[nodiscard]] Image shades() const {
    const std::size_t block = std::max<std::size_t>(1, image_side / classes());
    Image image(block * classes(), block * classes());
    for (std::size_t truth = 0; truth < classes(); ++truth) {
      const std::uint64_t support = plot_.confusion.support(truth);
      for (std::size_t predicted = 0; predicted < classes(); ++predicted) {
        const Color shade = color(truth, predicted, support);
        for (std::size_t i = 0; i < block * block; ++i) {
          std::uint8_t* pixel =
              image.pixel(truth * block + i / block, predicted * block + i % block);
          pixel[0] = shade.r;
          pixel[1] = shade.g;
          pixel[2] = shade.b;
        }
      }
    }
    return image;
  }

  void labels(Canvas& canvas) const {
    const TextStyle end{.size = label_size, .color = ink, .anchor = Anchor::End};
    TextStyle below = end;
    below.upward = upward_;
    below.anchor = upward_ ? Anchor::End : Anchor::Middle;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      const double middle = cell_ * (static_cast<double>(i * stride_) + 0.5);
      canvas.text({area_.x - 8, area_.y + middle + 4}, names_[i], end);
      canvas.text({area_.x + middle + (upward_ ? 4 : 0), area_.bottom() + (upward_ ? 8 : 16)},
                  names_[i], below);
    }
    canvas.text({area_.x - longest_ - 16, area_.y + area_.height / 2}, "true class", upward_text);
    canvas.text({area_.x + area_.width / 2, area_.bottom() + names_height() + 16},
                "predicted class", small_middle);
  }

  void legend(Canvas& canvas) const {
    const double y = legend_baseline();
    double x = heading_margin;
    for (const bool right : {true, false}) {
      for (const double share : {0.1, 0.4, 0.7, 1.0}) {
        canvas.fill_rect({x, y - 9, 11, 11}, confusion_color(right, share));
        x += 12;
      }
      const std::string text = right ? "right" : "wrong: share of the true class";
      canvas.text({x + 5, y}, text, small_text);
      x += safe_text_width(text, label_size) + 22;
    }
  }

  const ConfusionPlot& plot_;
  double cell_ = 0;
  double number_size_ = 13;  // one for all cells: a larger digit would look like a larger count
  std::size_t stride_ = 1;   // of so many classes one has a label
  std::vector<std::string> names_;
  double longest_ = 0;
  bool upward_ = false;
  Rect area_;
};

}  // namespace

void draw(const ConfusionPlot& plot, Canvas& canvas) { Matrix(plot).draw(canvas); }

Size fitting_size(const ConfusionPlot& plot) { return Matrix(plot).size(); }

Color confusion_color(bool right, double share) {
  // A single mistake among many must still show.
  return mix(white, right ? right_color : wrong_color, 0.12 + 0.88 * share);
}

}  // namespace levelgrad::host
