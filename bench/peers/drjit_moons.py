# SPDX-License-Identifier: MIT
"""The moons net in Dr.Jit: tensors of the whole batch; the step is @dr.freeze'd, so it is traced
once; the backend is LLVM or CUDA.

Cooperative vectors (drjit.nn) are left out: there are none in f64, nor in f32 on a GPU. The ReLU is
a select: with LLVM 15 and 16 and AVX-512 dr.maximum ends the process.
"""
import moons_peer as peer


class Net:
    def __init__(self, dr, numpy, kinds, task, dtype):
        self.dr, self.numpy, self.loss = dr, numpy, None
        number, self.tensor = kinds
        flat, x, y = task.arrays(numpy, dtype)
        self.parameters = []
        at = 0
        for rows, columns in peer.SHAPES:
            layer = flat[at : at + rows * (columns + 1)].reshape(rows, columns + 1)
            at += rows * (columns + 1)
            self.parameters += [self.tensor(numpy.ascontiguousarray(layer[:, :columns])),
                                self.tensor(numpy.ascontiguousarray(layer[:, columns]))]
        self.points = (self.tensor(x), self.tensor(y[:, None]))
        # Numbers that the compiler does not know, so that it compiles once for all.
        self.share, self.rate = dr.opaque(number, 1 / task.n), dr.opaque(number, task.rate)
        dr.eval(self.parameters)

        @dr.freeze
        def step(parameters, points, share, rate):
            dr.enable_grad(parameters)
            hinge = dr.sum(self.hinge(parameters, points), axis=None).array * share
            dr.backward(hinge)
            squares, updated = number(0), []
            for p in parameters:
                plain = dr.detach(p)
                squares += dr.sum(dr.square(plain), axis=None).array
                updated.append(plain - self.tensor(rate) * (dr.grad(p) + 2 * peer.PENALTY * plain))
            return dr.detach(hinge) + peer.PENALTY * squares, updated
        self.traced = step

    def relu(self, number):
        return self.dr.select(number > 0, number, 0)

    def hinge(self, parameters, points):
        w1, b1, w2, b2, w3, b3 = parameters
        h1 = self.relu(points[0] @ w1.T + b1)
        h2 = self.relu(h1 @ w2.T + b2)
        return self.relu(1 - points[1] * (h2 @ w3.T + b3))

    def steps(self, count):
        for _ in range(count):
            self.loss, self.parameters = self.traced(self.parameters, self.points, self.share,
                                                     self.rate)
            self.dr.eval(self.loss, self.parameters)
        self.dr.sync_thread()

    def result(self):
        flat = []
        for k in range(0, 6, 2):
            weight, bias = (self.numpy.array(p) for p in self.parameters[k : k + 2])
            flat.append(self.numpy.concatenate([weight, bias[:, None]], axis=1).ravel())
        return self.numpy.array(self.loss).item(), self.numpy.concatenate(flat)


def ways(task):
    import drjit as dr
    import drjit.nn  # noqa: F401
    import numpy
    backend = {"cpu": dr.JitBackend.LLVM, "cuda": dr.JitBackend.CUDA}[task.device]
    if not dr.has_backend(backend):
        raise peer.NotHere("Dr.Jit finds no " + ("libLLVM" if task.device == "cpu" else "GPU"))
    if task.device == "cpu":
        import drjit.llvm.ad as module
        dr.set_thread_count(task.threads)
    else:
        import drjit.cuda.ad as module
    kinds = {"f64": (module.Float64, module.TensorXf64), "f32": (module.Float32, module.TensorXf)}
    for dtype in ["f64", "f32"]:
        yield peer.Way("Dr.Jit tensors", dtype, dr.__version__,
                       lambda batch, dtype=dtype: Net(dr, numpy, kinds[dtype], task, dtype),
                       [task.n])


if __name__ == "__main__":
    peer.main(ways)
