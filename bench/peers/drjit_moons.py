# SPDX-License-Identifier: MIT
"""The moons net in Dr.Jit: drjit.nn with cooperative vectors, an example in each lane, and the whole
step in @dr.freeze, so that it is traced once; the backend is LLVM or CUDA.
"""
import moons_peer as peer


class Net:
    def __init__(self, dr, numpy, kinds, task, dtype):
        nn = dr.nn
        self.dr, self.numpy, self.task = dr, numpy, task
        number, self.tensor = kinds
        flat, x, y = task.arrays(numpy, dtype)
        parts, at = [], 0
        for rows, columns in peer.SHAPES:
            layer = flat[at : at + rows * (columns + 1)].reshape(rows, columns + 1)
            at += rows * (columns + 1)
            parts += [self.tensor(numpy.ascontiguousarray(layer[:, :columns])),
                      number(numpy.ascontiguousarray(layer[:, columns]))]
        self.views = nn.pack(*parts, layout="training")
        self.buffer = self.views[0].buffer
        self.x0, self.x1 = (number(numpy.ascontiguousarray(x[:, k])) for k in range(2))
        self.y = number(y)
        # A power of two by which opaque numbers do not change what is compiled.
        self.share, self.rate = dr.opaque(number, 1 / task.n), dr.opaque(number, task.rate)

        @dr.freeze
        def step(buffer, views, x0, x1, y, share, rate):
            w1, b1, w2, b2, w3, b3 = views
            dr.enable_grad(buffer)
            h1 = dr.maximum(nn.matvec(w1, nn.CoopVec(x0, x1), b1), 0)
            h2 = dr.maximum(nn.matvec(w2, h1, b2), 0)
            (score,) = nn.matvec(w3, h2, b3)
            hinge = dr.sum(dr.maximum(1 - y * score, 0)) * share
            loss = hinge + peer.PENALTY * dr.sum(dr.square(dr.detach(buffer)))
            dr.backward(hinge)
            grad = dr.grad(buffer) + 2 * peer.PENALTY * dr.detach(buffer)
            dr.disable_grad(buffer)
            buffer -= rate * grad
            return dr.detach(loss)
        self.traced = step
        self.loss = None

    def steps(self, count):
        for _ in range(count):
            self.loss = self.traced(self.buffer, self.views, self.x0, self.x1, self.y, self.share,
                                    self.rate)
            self.dr.eval(self.loss, self.buffer)
        self.dr.sync_thread()

    def result(self):
        plain = self.dr.nn.unpack(*self.views)
        flat = []
        for k in range(0, 6, 2):
            weight = self.numpy.array(self.tensor(plain[k]))
            bias = self.numpy.array(self.tensor(plain[k + 1])).reshape(-1, 1)
            flat.append(self.numpy.concatenate([weight, bias], axis=1).ravel())
        return self.loss[0], self.numpy.concatenate(flat)


def ways(task):
    import drjit as dr
    import drjit.nn  # noqa: F401
    import numpy
    backend = {"cpu": dr.JitBackend.LLVM, "cuda": dr.JitBackend.CUDA}[task.device]
    if not dr.has_backend(backend):
        missing = "no libLLVM is found" if task.device == "cpu" else "Dr.Jit finds no GPU"
        raise peer.NotHere(missing)
    if task.device == "cpu":
        import drjit.llvm.ad as module
        # The thread that asks works, too.
        dr.set_thread_count(task.threads)
    else:
        import drjit.cuda.ad as module
    kinds = {"f64": (module.Float64, module.TensorXf64), "f32": (module.Float32, module.TensorXf)}
    for dtype in ["f64", "f32"]:
        yield peer.Way("Dr.Jit nn, frozen", dtype, dr.__version__,
                       lambda batch, dtype=dtype: Net(dr, numpy, kinds[dtype], task, dtype),
                       [task.n])


if __name__ == "__main__":
    peer.main(ways)
