// SPDX-License-Identifier: MIT
//
// To try a file that was taken away: inputs from stdin, one example after the other, loss and grads
// to stdout with all their bits.

namespace levelgrad {

inline int step_of_stdin(const Number* parameters) {
  std::vector<Number> inputs;
  for (double x = 0; std::scanf("%lf", &x) == 1;) inputs.push_back(static_cast<Number>(x));
  const std::size_t width = input_count == 0 ? 1 : input_count;
  const std::size_t count = input_count == 0 ? 1 : inputs.size() / width;
  if (!std::feof(stdin) || count == 0 || count * input_count != inputs.size()) {
    std::fprintf(stderr, "stdin must have %u numbers for each example\n", unsigned(input_count));
    return 1;
  }
  Number loss = 0;
  std::vector<Number> grads(parameter_count);
  const int status = run_step(parameters, inputs.data(), count, &loss, grads.data());
  if (status != 0) {
    std::fprintf(stderr, "error %d\n", status);
    return 1;
  }
  std::printf("loss %a\n", double(loss));
  for (const Number grad : grads) std::printf("grad %a\n", double(grad));
  return 0;
}

}  // namespace levelgrad
