# SPDX-License-Identifier: MIT
"""The moons net in PyTorch: eager, batched matmuls, forward and backward.

    torch_moons.py DATA --n N --threads 1 --rounds 11 --least-ms 50

DATA holds little-endian doubles: 337 parameters, neuron by neuron, the weights and then the bias;
337 reference gradients; N rows of x0, x1, label. The gradients are compared with the reference
before anything is timed. Prints a JSON object per line, one for each way to run the N examples:

    {"name": ..., "dtype": "f64", "threads": 1, "n": N, "batch": ..., "version": ..., "blas": ...,
     "ns_per_example": [one sample for each round]}

"blas" is the file of the BLAS that does the products: with Debian's reference BLAS PyTorch is
several times slower than with OpenBLAS, and the program that took the samples must say so.

Exit code 1: other gradients; 3: no PyTorch.
"""
import argparse
import json
import os
import sys
import time

PENALTY = 1e-4
SHAPES = [(16, 2), (16, 16), (1, 16)]
PARAMETERS = 337
# Gradients in f32 are only looked at; they are not what the reference is for.
TOLERANCE = {"f64": 1e-9, "f32": 1e-3}
MINI_BATCHES = [2_000, 5_000, 10_000, 20_000, 50_000]


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("data")
    parser.add_argument("--n", type=int, required=True)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--least-ms", type=float, default=50)
    return parser.parse_args()


def loaded_blas():
    """Folder and name of the BLAS libraries in this process; "built in" where there are none."""
    with open("/proc/self/maps") as maps:
        files = {line.split()[-1] for line in maps if ".so" in line}
    paths = [path.split("/") for path in files]
    names = ["/".join(path[-2:]) for path in paths if "blas" in path[-1] or "mkl" in path[-1]]
    return ", ".join(sorted(names)) or "built in"


def split(flat):
    """Flat [337] as weight and bias of each layer."""
    parts = []
    at = 0
    for rows, columns in SHAPES:
        layer = flat[at : at + rows * (columns + 1)].reshape(rows, columns + 1)
        at += rows * (columns + 1)
        parts += [layer[:, :columns].contiguous(), layer[:, columns].contiguous()]
    return parts


class Net:
    def __init__(self, torch, flat, points, dtype):
        self.torch = torch
        self.parameters = [p.to(dtype).requires_grad_() for p in split(flat)]
        self.x = points[:, :2].to(dtype).contiguous()
        self.y = points[:, 2:].to(dtype).contiguous()

    def scores(self, x):
        linear = self.torch.nn.functional.linear
        w1, b1, w2, b2, w3, b3 = self.parameters
        return linear(linear(linear(x, w1, b1).relu(), w2, b2).relu(), w3, b3)

    def step(self, batch):
        """One step over all points, in mini-batches whose gradients add up."""
        n = self.x.shape[0]
        for p in self.parameters:
            p.grad = None
        for i in range(0, n, batch):
            x, y = self.x[i : i + batch], self.y[i : i + batch]
            ((1 - y * self.scores(x)).relu().sum() / n).backward()
        (PENALTY * sum((p * p).sum() for p in self.parameters)).backward()

    def same_gradients(self, batch, reference, tolerance):
        self.step(batch)
        for p, expected in zip(self.parameters, split(reference)):
            difference = (p.grad.double() - expected).abs()
            if not bool((difference <= tolerance * (1 + expected.abs())).all()):
                return False
        return True


def sample(net, batch, least_ms):
    """ns per example."""
    steps = 0
    start = time.perf_counter_ns()
    while True:
        net.step(batch)
        steps += 1
        passed = time.perf_counter_ns() - start
        if passed >= least_ms * 1e6:
            return passed / (steps * net.x.shape[0])


def best_mini_batch(net, least_ms):
    """The size with the shortest of three short trials; 0 where N is smaller than them all."""
    sizes = [size for size in MINI_BATCHES if size < net.x.shape[0]]
    trials = {size: min(sample(net, size, least_ms / 3) for _ in range(3)) for size in sizes}
    return min(trials, key=trials.get, default=0)


def main():
    options = arguments()
    # Before the import: OpenBLAS has threads of its own, which torch.set_num_threads may not reach.
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = str(options.threads)
    try:
        import torch
    except ImportError:
        sys.exit(3)
    torch.set_num_threads(options.threads)
    with open(options.data, "rb") as file:
        numbers = torch.frombuffer(bytearray(file.read()), dtype=torch.float64)
    parameters, reference = numbers[:PARAMETERS], numbers[PARAMETERS : 2 * PARAMETERS]
    points = numbers[2 * PARAMETERS :].reshape(options.n, 3)

    rows = []
    for name, dtype in [("f64", torch.float64), ("f32", torch.float32)]:
        net = Net(torch, parameters, points, dtype)
        mini = best_mini_batch(net, options.least_ms)
        for batch in [options.n] + [mini] * (mini > 0):
            if not net.same_gradients(batch, reference, TOLERANCE[name]):
                print(f"torch_moons: other gradients, {name}, batch {batch}", file=sys.stderr)
                sys.exit(1)
            rows.append((name, net, batch, []))
    for _ in range(options.rounds):
        for _, net, batch, samples in rows:
            samples.append(sample(net, batch, options.least_ms))
    blas = loaded_blas()
    for name, net, batch, samples in rows:
        row = {"name": "torch eager", "dtype": name, "threads": options.threads, "n": options.n,
               "batch": batch, "version": torch.__version__, "blas": blas,
               "ns_per_example": samples}
        print(json.dumps(row))


if __name__ == "__main__":
    main()
