# SPDX-License-Identifier: MIT
"""The moons net in CasADi: an SX graph of one example's loss and gradient, as C by its code
generator, compiled by gcc -O3 -march=native and called through its C interface, so that neither
numbers nor results are copied. A loop over the examples in the same C file adds them up. For more
than one thread each has its part of the batch, in a Python thread that waits for C.
"""
import concurrent.futures
import ctypes
import pathlib
import subprocess
import tempfile

import moons_peer as peer

# Generated code sets its results, so one example's are added up here; in parts, as f32 cannot add a
# million numbers one after the other to the accuracy that is asked for.
LOOP = """
void moons_sum(const casadi_real* p, const casadi_real* points, long long n, casadi_real* sums) {
  casadi_real result[338], part[338], w[WORK + 1];
  casadi_int iw[IWORK + 1];
  const casadi_real* arg[ARGS];
  casadi_real* res[RESULTS];
  for (int k = 0; k < 338; ++k) sums[k] = part[k] = 0;
  for (long long i = 0; i < n; ++i) {
    arg[0] = p;
    arg[1] = points + 3 * i;
    res[0] = result + 337;
    res[1] = result;
    moons(arg, res, iw, w, 0);
    for (int k = 0; k < 338; ++k) part[k] += result[k];
    if ((i + 1) % 1024 != 0 && i + 1 != n) continue;
    for (int k = 0; k < 338; ++k) sums[k] += part[k], part[k] = 0;
  }
}
"""


def one_example(casadi):
    p, point = casadi.SX.sym("p", peer.PARAMETERS), casadi.SX.sym("point", 3)
    values = [point[0], point[1]]
    at = 0
    for rows, columns in peer.SHAPES:
        sums = []
        for _ in range(rows):
            sums.append(p[at + columns] + sum(p[at + k] * values[k] for k in range(columns)))
            at += columns + 1
        values = [casadi.fmax(number, 0) for number in sums] if rows > 1 else sums
    loss = casadi.fmax(1 - point[2] * values[0], 0)
    return casadi.Function("moons", [p, point], [loss, casadi.gradient(loss, p)])


def compiled(casadi, dtype, folder):
    function = one_example(casadi)
    real = {"f64": "double", "f32": "float"}[dtype]
    name = f"moons_{dtype}.c"
    code = casadi.CodeGenerator(name, {"casadi_real": real})
    code.add(function)
    code.generate(str(folder) + "/")
    counts = {"ARGS": function.sz_arg(), "RESULTS": function.sz_res(), "IWORK": function.sz_iw(),
              "WORK": function.sz_w()}
    with open(folder / name, "a") as file:
        file.write("".join(f"#define {key} {count}\n" for key, count in counts.items()) + LOOP)
    library = folder / f"moons_{dtype}.so"
    subprocess.run(["gcc", "-O3", "-march=native", "-shared", "-fPIC", "-o", library,
                    folder / name, "-lm"], check=True)
    return ctypes.CDLL(str(library)).moons_sum


class Net:
    def __init__(self, numpy, task, dtype, moons_sum):
        kind = {"f64": numpy.float64, "f32": numpy.float32}[dtype]
        self.n, self.rate, self.loss = task.n, task.rate, None
        self.flat, x, y = task.arrays(numpy, dtype)
        self.points = numpy.ascontiguousarray(numpy.concatenate([x, y[:, None]], axis=1))
        self.sums = numpy.zeros((task.threads, 384), kind)  # a row has cache lines of its own
        pointer = numpy.ctypeslib.ndpointer(kind, flags="C")
        moons_sum.argtypes = [pointer, pointer, ctypes.c_longlong, pointer]
        moons_sum.restype = None
        bounds = [task.n * k // task.threads for k in range(task.threads + 1)]
        self.parts = [(self.points[a:b], b - a) for a, b in zip(bounds, bounds[1:])]
        self.moons_sum = moons_sum
        self.pool = concurrent.futures.ThreadPoolExecutor(task.threads)

    def part(self, k):
        points, count = self.parts[k]
        self.moons_sum(self.flat, points, count, self.sums[k])

    def steps(self, count):
        for _ in range(count):
            if len(self.parts) == 1:
                self.part(0)
            else:
                list(self.pool.map(self.part, range(len(self.parts))))
            sums = self.sums.sum(axis=0)[: peer.PARAMETERS + 1] / self.n
            self.loss = sums[-1] + peer.PENALTY * (self.flat @ self.flat)
            self.flat -= self.rate * (sums[:-1] + 2 * peer.PENALTY * self.flat)

    def result(self):
        return self.loss, self.flat


def ways(task):
    if task.device != "cpu":
        raise peer.NotHere("runs on the CPU only")
    import casadi
    import numpy
    with tempfile.TemporaryDirectory() as folder:
        for dtype in ["f64", "f32"]:
            try:
                moons_sum = compiled(casadi, dtype, pathlib.Path(folder))
            except (OSError, subprocess.CalledProcessError) as error:
                raise peer.NotHere(f"gcc: {peer.reason(error)}") from error
            yield peer.Way("CasADi C by gcc -O3", dtype, casadi.__version__,
                           lambda batch, dtype=dtype, moons_sum=moons_sum:
                           Net(numpy, task, dtype, moons_sum), [task.n])


if __name__ == "__main__":
    peer.main(ways)
