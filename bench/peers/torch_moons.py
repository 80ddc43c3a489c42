# SPDX-License-Identifier: MIT
"""The moons net in PyTorch: batched matmuls, forward and backward; eager, and on a GPU also as a
CUDA graph that is replayed.

    torch_moons.py DATA --n N --device cpu --threads 1 --rounds 11 --least-ms 50

DATA holds little-endian doubles: 337 parameters, neuron by neuron, the weights and then the bias;
337 reference gradients; N rows of x0, x1, label. The gradients are compared with the reference
before anything is timed. Prints a JSON object per line, one for each way to run the N examples:

    {"name": ..., "dtype": "f64", "threads": 1, "n": N, "batch": ..., "version": ..., "blas": ...,
     "ns_per_example": [one sample for each round]}

"blas" is the file of the BLAS that does the products: with Debian's reference BLAS PyTorch is
several times slower than with OpenBLAS, and the program that took the samples must say so.

On a GPU the data are there from the start, the grads stay there, TF32 is off, and the clock is read
after every STEPS steps, when the device has done them: no other work and no waiting is counted.

Exit code 1: other gradients; 3: no PyTorch, or for --device cuda none that finds a GPU.
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
MINI_BATCHES = {
    "cpu": [2_000, 5_000, 10_000, 20_000, 50_000],
    "cuda": [100_000, 200_000, 500_000, 1_000_000],
}
# Between two looks at the clock. A GPU is given many, as it works behind the program's back.
STEPS = {"cpu": 1, "cuda": 20}


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("data")
    parser.add_argument("--n", type=int, required=True)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
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
    name = "torch eager"

    def __init__(self, torch, device, flat, points, dtype):
        self.torch = torch
        self.device = device
        self.parameters = [p.to(device, dtype).requires_grad_() for p in split(flat)]
        self.x = points[:, :2].to(device, dtype).contiguous()
        self.y = points[:, 2:].to(device, dtype).contiguous()

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

    def finish(self):
        """Waits until the device has done all steps."""
        if self.device == "cuda":
            self.torch.cuda.synchronize()

    def same_gradients(self, batch, reference, tolerance):
        self.step(batch)
        for p, expected in zip(self.parameters, split(reference)):
            difference = (p.grad.cpu().double() - expected).abs()
            if not bool((difference <= tolerance * (1 + expected.abs())).all()):
                return False
        return True


class GraphNet(Net):
    """The whole step, captured once for each size of mini-batch and replayed."""

    name = "torch CUDA graph"

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.graphs = {}

    def captured(self, batch):
        """PyTorch's recipe: steps on a stream aside first, so that the capture sets nothing up."""
        cuda = self.torch.cuda
        aside = cuda.Stream()
        aside.wait_stream(cuda.current_stream())
        with cuda.stream(aside):
            for _ in range(3):
                super().step(batch)
        cuda.current_stream().wait_stream(aside)
        for p in self.parameters:
            p.grad = None
        graph = cuda.CUDAGraph()
        with cuda.graph(graph):
            super().step(batch)
        # The grads that this graph writes; a capture for another size makes its own.
        return graph, [p.grad for p in self.parameters]

    def step(self, batch):
        if batch not in self.graphs:
            self.graphs[batch] = self.captured(batch)
        graph, grads = self.graphs[batch]
        graph.replay()
        for p, grad in zip(self.parameters, grads):
            p.grad = grad


def sample(net, batch, least_ms):
    """ns per example."""
    steps = 0
    net.finish()
    start = time.perf_counter_ns()
    while True:
        for _ in range(STEPS[net.device]):
            net.step(batch)
            steps += 1
        net.finish()
        passed = time.perf_counter_ns() - start
        if passed >= least_ms * 1e6:
            return passed / (steps * net.x.shape[0])


def best_mini_batch(net, least_ms):
    """The size with the shortest of three short trials; 0 where N is smaller than them all."""
    sizes = [size for size in MINI_BATCHES[net.device] if size < net.x.shape[0]]
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
    if options.device == "cuda":
        if not torch.cuda.is_available():
            sys.exit(3)
        torch.backends.cuda.matmul.allow_tf32 = False
        torch.backends.cudnn.allow_tf32 = False
    torch.set_num_threads(options.threads)
    with open(options.data, "rb") as file:
        numbers = torch.frombuffer(bytearray(file.read()), dtype=torch.float64)
    parameters, reference = numbers[:PARAMETERS], numbers[PARAMETERS : 2 * PARAMETERS]
    points = numbers[2 * PARAMETERS :].reshape(options.n, 3)

    rows = []
    for name, dtype in [("f64", torch.float64), ("f32", torch.float32)]:
        for kind in [Net, GraphNet] if options.device == "cuda" else [Net]:
            net = kind(torch, options.device, parameters, points, dtype)
            mini = best_mini_batch(net, options.least_ms)
            for batch in [options.n] + [mini] * (mini > 0):
                if not net.same_gradients(batch, reference, TOLERANCE[name]):
                    print(f"torch_moons: other gradients, {net.name}, {name}, batch {batch}",
                          file=sys.stderr)
                    sys.exit(1)
                rows.append((name, net, batch, []))
    for _ in range(options.rounds):
        for _, net, batch, samples in rows:
            samples.append(sample(net, batch, options.least_ms))
    blas = loaded_blas()
    for name, net, batch, samples in rows:
        row = {"name": net.name, "dtype": name, "threads": options.threads, "n": options.n,
               "batch": batch, "version": torch.__version__, "blas": blas,
               "ns_per_example": samples}
        print(json.dumps(row))


if __name__ == "__main__":
    main()
