# SPDX-License-Identifier: MIT
"""What the peers share: arguments, data, the check of what they compute, and the clock.

    torch_moons.py DATA --n N --device cpu --threads 1 --rate R --loss L --serve

The work is one step of training of the moons net 2-16-16-1 (ReLU, linear output) over the whole
batch: loss = mean(relu(1 - y * score)) + 1e-4 * sum(p * p), its grads, p -= R * grad. Nothing of it
depends on what was learnt, so steps go on from where the last one left the parameters.

DATA holds little-endian doubles: 337 parameters, neuron by neuron, the weights and then the bias;
337 grads that the peer's must agree with; N rows of x0, x1, label.

A peer is a function ways(task) that yields Way objects: ways to do the work in that package. Each
is made, checked (its first step must move the parameters by R times the given grads, and its loss
must be the one given) and warmed up before the clock is started. Of the sizes of mini-batches that
a way offers, whose grads add up before the update, the fastest of short trials is kept.

With --serve a JSON object comes first, {"rows": [{"name", "dtype", "threads", "n", "batch",
"version"}], "notes": [...]}, or {"why": ...} where the peer cannot run here. Then each line on
stdin, "ROW LEAST_MS", is answered by a line with ns per example. So others can take turns with it.
Without --serve it takes --rounds samples of at least --least-ms each and prints a JSON object per
row, with "ns_per_example". Exit codes then: 1 other grads, 3 the peer cannot run here.
"""
import argparse
import array
import gc
import json
import os
import sys
import time

PENALTY = 1e-4
SHAPES = [(16, 2), (16, 16), (1, 16)]
PARAMETERS = 337
# Grads in f32 are only looked at; they are not what the reference is for.
TOLERANCE = {"f64": 1e-9, "f32": 1e-3}
MINI_BATCHES = {
    "cpu": [2_000, 5_000, 10_000, 20_000, 50_000],
    "cuda": [100_000, 200_000, 500_000, 1_000_000],
}


class NotHere(Exception):
    """The peer cannot run on this machine; the message says why."""


class Task:
    def __init__(self, options):
        self.n, self.device, self.threads = options.n, options.device, options.threads
        self.rate, self.loss = options.rate, options.loss
        self.hurry = not options.serve  # bench_cuda has no time for compilers
        with open(options.data, "rb") as file:
            numbers = array.array("d", file.read())
        self.parameters = numbers[:PARAMETERS]
        self.grads = numbers[PARAMETERS : 2 * PARAMETERS]
        self.points = numbers[2 * PARAMETERS :]  # [n][3]: x0, x1, label

    def arrays(self, numpy, dtype):
        """Parameters [337], x [n, 2] and y [n] as NumPy arrays of "f64" or "f32"."""
        kind = {"f64": numpy.float64, "f32": numpy.float32}[dtype]
        points = numpy.frombuffer(self.points).reshape(self.n, 3)
        return (numpy.array(self.parameters, kind),
                numpy.ascontiguousarray(points[:, :2], kind),
                numpy.ascontiguousarray(points[:, 2], kind))

    def sizes(self, most=None):
        """Mini-batches to try; the whole batch is one of them unless it is larger than most."""
        whole = [self.n] if most is None or self.n <= most else []
        return whole + [size for size in MINI_BATCHES[self.device]
                        if size < self.n and self.n % size == 0 and size <= (most or size)]

    def steps_between_looks(self):
        """At the clock. A GPU is given many, as it works behind the program's back."""
        return 20 if self.device == "cuda" else max(1, 2_000 // self.n)


class Way:
    """A way to do the work.

    make(batch) returns an object with steps(count), which takes count steps and comes back when
    they are done, and result(), (loss of the last step or None, the 337 parameters).
    """

    def __init__(self, name, dtype, version, make, sizes):
        self.name, self.dtype, self.version = name, dtype, version
        self.make, self.sizes = make, sizes
        self.batch, self.net, self.samples = 0, None, []

    def sample(self, task, least_ms):
        """ns per example."""
        count = task.steps_between_looks()
        done = 0
        start = time.perf_counter_ns()
        while True:
            self.net.steps(count)
            done += count
            passed = time.perf_counter_ns() - start
            if passed >= least_ms * 1e6:
                return passed / (done * task.n)

    def wrong(self, task):
        """What is wrong with the first step; "" for nothing."""
        self.net.steps(1)
        loss, after = self.net.result()
        tolerance = TOLERANCE[self.dtype]
        worst = 0
        for p, q, grad in zip(task.parameters, after, task.grads, strict=True):
            # Not the difference alone: a NaN must not pass.
            error = abs((p - float(q)) / task.rate - grad) / (1 + abs(grad))
            worst = error if not error <= worst else worst
        if not worst <= tolerance:
            return f"other grads, off by {worst:.1e}"
        if loss is not None and task.loss is not None:
            error = abs(float(loss) - task.loss)
            if not error <= tolerance * (1 + abs(task.loss)):
                return f"another loss, {float(loss):.9g}, not {task.loss:.9g}"
        return ""

    def trial(self, task, batch):
        """ns per example, roughly."""
        self.net = self.make(batch)
        self.net.steps(1)
        best = min(self.sample(task, 5) for _ in range(3))
        self.net = None
        gc.collect()
        return best

    def prepare(self, task):
        self.batch = self.sizes[0]
        if len(self.sizes) > 1:
            self.batch = min(self.sizes, key=lambda batch: self.trial(task, batch))
        self.net = self.make(self.batch)
        wrong = self.wrong(task)
        if wrong:
            raise ArithmeticError(wrong)
        self.sample(task, 5)

    def row(self, task):
        return {"name": self.name, "dtype": self.dtype, "threads": task.threads, "n": task.n,
                "batch": self.batch, "version": self.version}


def reason(error):
    """One line, not too long."""
    text = str(error).strip().split("\n")[0] or type(error).__name__
    return text if len(text) <= 160 else text[:160] + "..."


def prepared(ways, task, notes):
    rows = []
    for way in ways(task):
        try:
            way.prepare(task)
            rows.append(way)
        except Exception as error:  # whatever a package throws: the other ways go on
            way.net = None
            notes.append((f"{way.name}, {way.dtype}: {reason(error)}",
                          isinstance(error, ArithmeticError)))
    return rows


def serve(rows, task, notes, out):
    why = {"why": "; ".join(text for text, _ in notes) or "has no way to do this"}
    head = {"rows": [way.row(task) for way in rows], "notes": [text for text, _ in notes]}
    print(json.dumps(head if rows else why), file=out, flush=True)
    for line in sys.stdin:
        index, least_ms = line.split()
        try:
            print(rows[int(index)].sample(task, float(least_ms)), file=out, flush=True)
        except Exception as error:
            print(reason(error), file=out, flush=True)


def take_all(rows, task, notes, options, out):
    for text, _ in notes:
        print(text, file=sys.stderr)
    if any(wrong for _, wrong in notes):
        sys.exit(1)
    if not rows:
        sys.exit(3)
    for _ in range(options.rounds):
        for way in rows:
            way.samples.append(way.sample(task, options.least_ms))
    for way in rows:
        print(json.dumps(way.row(task) | {"ns_per_example": way.samples}), file=out)


def main(ways):
    parser = argparse.ArgumentParser()
    parser.add_argument("data")
    parser.add_argument("--n", type=int, required=True)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rate", type=float, default=2**-10)
    parser.add_argument("--loss", type=float)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--least-ms", type=float, default=50)
    parser.add_argument("--serve", action="store_true")
    options = parser.parse_args()
    # Packages print to stdout as they please.
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    task = Task(options)
    notes, rows = [], []
    try:
        rows = prepared(ways, task, notes)
    except ImportError as error:
        notes.append((f"not installed: {error.name or reason(error)}", False))
    except NotHere as error:
        notes.append((reason(error), False))
    if options.serve:
        serve(rows, task, notes, out)
    else:
        take_all(rows, task, notes, options, out)
