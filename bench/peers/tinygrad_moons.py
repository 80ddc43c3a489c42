# SPDX-License-Identifier: MIT
"""The moons net in tinygrad: a step of nn.optim.SGD under TinyJit, with kernels as tinygrad makes
them without a search (BEAM)."""
import os

import moons_peer as peer


class Net:
    def __init__(self, tinygrad, numpy, task, dtype, batch):
        Tensor, TinyJit = tinygrad.Tensor, tinygrad.TinyJit
        os.environ["OPTIM_DTYPE"] = {"f64": "float64", "f32": "float32"}[dtype]
        flat, x, y = task.arrays(numpy, dtype)
        self.numpy, self.loss = numpy, None
        self.parameters = []
        at = 0
        for rows, columns in peer.SHAPES:
            layer = flat[at : at + rows * (columns + 1)].reshape(rows, columns + 1)
            at += rows * (columns + 1)
            for part in (layer[:, :columns], layer[:, columns]):
                part = Tensor(numpy.ascontiguousarray(part))
                self.parameters.append(part.contiguous().realize())
        points, labels = Tensor(x).realize(), Tensor(y[:, None].copy()).realize()
        optimizer = tinygrad.nn.optim.SGD(self.parameters, lr=task.rate)
        w1, b1, w2, b2, w3, b3 = self.parameters

        @TinyJit
        def step():
            optimizer.zero_grad()
            h1 = (points @ w1.T + b1).relu()
            h2 = (h1 @ w2.T + b2).relu()
            hinge = (1 - labels * (h2 @ w3.T + b3)).relu()
            squares = sum((p * p).sum() for p in self.parameters)
            loss = hinge.sum() / task.n + peer.PENALTY * squares
            loss.backward()
            with tinygrad.helpers.Context(TRAINING=1):
                return loss.realize(*optimizer.schedule_step())
        self.step = step
        self.device = tinygrad.Device[tinygrad.Device.DEFAULT]

    def steps(self, count):
        for _ in range(count):
            self.loss = self.step()
        self.device.synchronize()

    def result(self):
        flat = []
        for k in range(0, 6, 2):
            weight, bias = (p.numpy() for p in self.parameters[k : k + 2])
            flat.append(self.numpy.concatenate([weight, bias[:, None]], axis=1).ravel())
        return self.loss.item(), self.numpy.concatenate(flat)


def ways(task):
    os.environ["DEV"] = {"cpu": "CPU", "cuda": "CUDA"}[task.device]
    os.environ["NUM_CPU_THREADS"] = str(task.threads)
    os.environ["PARALLEL"] = "0"
    import importlib.metadata

    import numpy
    import tinygrad
    version = importlib.metadata.version("tinygrad")
    try:
        tinygrad.Tensor([1.0]).realize()
    except Exception as error:
        raise peer.NotHere(peer.reason(error)) from error
    for dtype in ["f64", "f32"]:
        yield peer.Way("tinygrad TinyJit", dtype, version,
                       lambda batch, dtype=dtype: Net(tinygrad, numpy, task, dtype, batch),
                       [task.n])


if __name__ == "__main__":
    peer.main(ways)
