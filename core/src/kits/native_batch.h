// SPDX-License-Identifier: MIT
//
// Whole batches by generated C++, in one thread: behind native_lanes.h, the graph's code and its
// constants. In a file to take away, which stands alone.

namespace levelgrad {

constexpr std::size_t chunk_size = 128;  ///< examples that are folded one after the other

/// Numbers that vectors may lie over, 0 at first.
class Numbers {
public:
  explicit Numbers(std::size_t count)
      : data_(static_cast<Number*>(::operator new(count * sizeof(Number), alignment))) {
    std::fill_n(data_, count, Number(0));
  }
  Numbers(const Numbers&) = delete;
  Numbers& operator=(const Numbers&) = delete;
  ~Numbers() { ::operator delete(data_, alignment); }
  Number* data() { return data_; }
  Number& operator[](std::size_t i) { return data_[i]; }

private:
  static constexpr std::align_val_t alignment = std::align_val_t(128);
  Number* data_;
};

/// Puts the folds of chunks together: 2k with 2k + 1, left operand first; an odd one out moves up.
class ChunkTree {
public:
  explicit ChunkTree(std::size_t width) : width_(width) {}
  /// Takes the next chunk's. fold [width].
  void push(const Number* fold) {
    std::vector<Number> sum(fold, fold + width_);
    std::size_t level = 0;
    for (; level < waiting_.size() && !waiting_[level].empty(); ++level) {
      add_left(waiting_[level], sum);
      waiting_[level].clear();
    }
    if (level == waiting_.size()) waiting_.emplace_back();
    waiting_[level] = std::move(sum);
  }
  /// total [width].
  void finish(Number* total) const {
    std::vector<Number> sum;
    for (const std::vector<Number>& left : waiting_) {
      if (left.empty()) continue;
      if (sum.empty()) {
        sum = left;
      } else {
        add_left(left, sum);
      }
    }
    std::copy(sum.begin(), sum.end(), total);
  }

private:
  static void add_left(const std::vector<Number>& left, std::vector<Number>& sum) {
    for (std::size_t k = 0; k < sum.size(); ++k) sum[k] = left[k] + sum[k];
  }

  std::size_t width_;
  std::vector<std::vector<Number>> waiting_;  // [level], empty: nothing waits there
};

/// A lane that runs forward alone: what only backward reads is left out by the compiler.
struct ValueLane : NativeLane {
  Lanes seed(std::size_t) const { return Lanes{}; }
  void keep([[maybe_unused]] std::size_t slot, [[maybe_unused]] Lanes x) const {
    if constexpr (piece_count > 1) NativeLane::keep(slot, x);
  }
};

/// Examples with the parameters that they share.
class Batch {
public:
  Batch(const Number* parameters, const Number* inputs, std::size_t count)
      : inputs_(inputs), count_(count), weight_(Number(1) / static_cast<Number>(count)) {
    std::copy_n(parameters, parameter_count, u_.data());
    prologue_forward(u_.data());
  }

  void step(Number* loss, Number* grads) {
    // In one pass the joins' grads are asked for before the joins are known: they do not depend on
    // them.
    if (!one_pass) sweep(false, nullptr);
    epilogue_forward(u_.data(), sums_.data(), weight_);
    epilogue_backward(u_.data(), d_.data(), weight_, seeds_.data());
    sweep(true, nullptr);
    epilogue_forward(u_.data(), sums_.data(), weight_);
    if (!early_grads) epilogue_backward(u_.data(), d_.data(), weight_, seeds_.data());
    for (std::size_t k = 0; k < sum_count; ++k) {
      if (sum_of[k] != unused) d_[sum_of[k]] = grads_[k];
    }
    prologue_backward(u_.data(), d_.data());
    *loss = uniform_output(u_.data(), 0);
    std::copy_n(d_.data(), parameter_count, grads);
  }

  void outputs(Number* const* results) {
    sweep(false, results);
    epilogue_forward(u_.data(), sums_.data(), weight_);
    for (unsigned k = 0; k < output_count; ++k) {
      if (results[k] != nullptr && !output_varies[k]) {
        *results[k] = uniform_output(u_.data(), k);
      }
    }
  }

private:
  /// One chunk after the other: the joins' sums, and the grads of what the body reads.
  void sweep(bool backward, Number* const* results) {
    ChunkTree sums(join_count), grads(sum_count);
    for (std::size_t begin = 0; begin < count_; begin += chunk_size) {
      const std::size_t end = std::min(count_, begin + chunk_size);
      for (std::size_t k = 0; k < sum_count; ++k) {
        // The last chunk goes on from what the epilogue has left.
        const bool goes_on = backward && end == count_ && sum_of[k] != unused;
        folds_[k] = goes_on ? d_[sum_of[k]] : Number(0);
      }
      for (std::size_t rest = end; rest > begin;) {
        const std::size_t lanes = std::min(sub_block, rest - begin);
        rest -= lanes;
        run_sub_block(rest, lanes, backward, results);
        for (std::size_t j = 0; j < join_count; ++j) {
          std::copy_n(row(frame_.data(), joined_row + j), lanes, &joined_[j][rest - begin]);
        }
        if (backward) fold_lanes(frame_.data(), 0, lanes, folds_.data());
      }
      for (std::size_t j = 0; j < join_count; ++j) {
        Number sum = 0;
        for (std::size_t l = 0; l < end - begin; ++l) sum = sum + joined_[j][l];
        chunk_sums_[j] = sum;
      }
      sums.push(chunk_sums_.data());
      if (backward) grads.push(folds_.data());
    }
    sums.finish(sums_.data());
    if (backward) grads.finish(grads_.data());
  }

  void run_sub_block(std::size_t first, std::size_t lanes, bool backward, Number* const* results) {
    const std::size_t width = (lanes + 15) / 16 * 16;
    for (std::size_t k = 0; k < input_count; ++k) {
      Number* const to = row(frame_.data(), input_row + k);
      for (std::size_t l = 0; l < lanes; ++l) to[l] = inputs_[(first + l) * input_count + k];
      std::fill(to + lanes, to + width, Number(0));
    }
    for (std::size_t l = 0; l < width; l += lane_count) {
      const NativeLane lane = {frame_.data() + l, u_.data(), seeds_.data()};
      if (backward) {
        all_pieces(lane);
      } else {
        const ValueLane value_lane = {lane};
        value_pieces(value_lane);
      }
    }
    if (backward) turn_columns(frame_.data(), width);
    for (std::size_t k = 0; k < output_count && results != nullptr; ++k) {
      if (results[k] == nullptr || !output_varies[k]) continue;
      std::copy_n(row(frame_.data(), output_row + k), lanes, results[k] + first);
    }
  }

  const Number* inputs_;  // [count][input_count]
  std::size_t count_;
  Number weight_;
  Numbers u_{uniform_count}, d_{uniform_count};
  Numbers sums_{join_count}, chunk_sums_{join_count}, seeds_{join_count};
  Numbers folds_{sum_count}, grads_{sum_count};
  Numbers frame_{frame_rows * sub_block};
  std::vector<std::array<Number, chunk_size>> joined_{join_count};
};

/// Whether the compiler makes a * b + c one operation, which it must not.
inline bool contracts() {
  volatile Number number = Number(1) + Number(1) / Number(sizeof(Number) == 8 ? 1 << 30 : 1 << 20);
  const Number a = number, b = number, c = number, d = number;
  volatile Number product = a * b;
  return c * d - product != Number(0);
}

template <class F>
inline int guarded(std::size_t count, const F& f) {
  if (count == 0) return 1;
  if (contracts()) return 2;
  try {
    f();
  } catch (const std::bad_alloc&) {
    return 1;
  }
  return 0;
}

inline int run_step(const Number* parameters, const Number* inputs, std::size_t count, Number* loss,
                    Number* grads) {
  return guarded(count, [&] { Batch(parameters, inputs, count).step(loss, grads); });
}
inline int run_outputs(const Number* parameters, const Number* inputs, std::size_t count,
                       Number* const* results) {
  return guarded(count, [&] { Batch(parameters, inputs, count).outputs(results); });
}

}  // namespace levelgrad
