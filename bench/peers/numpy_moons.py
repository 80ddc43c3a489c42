# SPDX-License-Identifier: MIT
"""The moons net in NumPy: backpropagation by hand over mini-batches, in arrays that are kept."""
import moons_peer as peer


class Net:
    def __init__(self, np, task, dtype, batch):
        self.np, self.batch, self.n, self.rate = np, batch, task.n, task.rate
        self.flat, self.x, self.y = task.arrays(np, dtype)
        self.grads = np.zeros_like(self.flat)
        self.layers = list(self.parts(self.flat))
        self.sums = list(self.parts(self.grads))
        self.h1, self.h2, self.d1 = (np.empty((batch, 16), self.flat.dtype) for _ in range(3))
        self.loss = None

    @staticmethod
    def parts(flat):
        """Views of weight [rows, columns] and bias [rows] of each layer."""
        at = 0
        for rows, columns in peer.SHAPES:
            layer = flat[at : at + rows * (columns + 1)].reshape(rows, columns + 1)
            at += rows * (columns + 1)
            yield layer[:, :columns], layer[:, columns]

    def add(self, x, y):
        """The grads of some examples to the sums; returns their loss."""
        np = self.np
        (w1, b1), (w2, b2), (w3, b3) = self.layers
        (s1, t1), (s2, t2), (s3, t3) = self.sums
        h1, h2, d1 = self.h1, self.h2, self.d1
        np.matmul(x, w1.T, out=h1)
        h1 += b1
        np.maximum(h1, 0, out=h1)
        np.matmul(h1, w2.T, out=h2)
        h2 += b2
        np.maximum(h2, 0, out=h2)
        margin = 1 - y * (h2 @ w3[0] + b3[0])
        active = margin > 0
        d3 = np.where(active, y, 0)
        d3 *= -1 / self.n
        s3[0] += d3 @ h2
        t3 += d3.sum()
        d2 = np.multiply(d3[:, None], w3, out=h2, where=h2 > 0)  # where not, h2 is 0 already
        s2 += d2.T @ h1
        t2 += d2.sum(axis=0)
        np.matmul(d2, w2, out=d1)
        d1 *= h1 > 0
        s1 += d1.T @ x
        t1 += d1.sum(axis=0)
        return margin.sum(where=active) / self.n

    def steps(self, count):
        for _ in range(count):
            self.grads[:] = (2 * peer.PENALTY) * self.flat
            self.loss = peer.PENALTY * (self.flat @ self.flat)
            for i in range(0, self.n, self.batch):
                self.loss += self.add(self.x[i : i + self.batch], self.y[i : i + self.batch])
            self.flat -= self.rate * self.grads

    def result(self):
        return self.loss, self.flat


def ways(task):
    import numpy as np
    if task.device != "cpu":
        raise peer.NotHere("runs on the CPU only")
    version = np.__version__
    try:
        blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
        version += f", BLAS {blas['name']} {blas['version']}"
    except (KeyError, TypeError):  # NumPy before 1.25 only prints it
        version += ", BLAS unknown"
    for dtype in ["f64", "f32"]:
        yield peer.Way("NumPy by hand", dtype, version,
                       lambda batch, dtype=dtype: Net(np, task, dtype, batch), task.sizes())


if __name__ == "__main__":
    peer.main(ways)
