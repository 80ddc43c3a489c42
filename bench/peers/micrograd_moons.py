# SPDX-License-Identifier: MIT
"""The moons net in micrograd, as in its demo: a graph of Values for each step."""
import importlib.metadata

import moons_peer as peer


class Net:
    def __init__(self, task):
        from micrograd.engine import Value
        from micrograd.nn import MLP
        self.rate, self.loss = task.rate, None
        self.model = MLP(2, [16, 16, 1])
        self.parameters = self.model.parameters()
        for p, number in zip(self.parameters, task.parameters, strict=True):
            p.data = number
        points = [task.points[i : i + 3] for i in range(0, 3 * task.n, 3)]
        self.x = [[Value(x0), Value(x1)] for x0, x1, _ in points]
        self.y = [label for _, _, label in points]

    def step(self):
        losses = [(1 + -y * self.model(x)).relu() for x, y in zip(self.x, self.y)]
        loss = sum(losses) * (1.0 / len(losses))
        loss = loss + peer.PENALTY * sum(p * p for p in self.parameters)
        self.model.zero_grad()
        loss.backward()
        for p in self.parameters:
            p.data -= self.rate * p.grad
        self.loss = loss.data

    def steps(self, count):
        for _ in range(count):
            self.step()

    def result(self):
        return self.loss, [p.data for p in self.parameters]


def ways(task):
    if task.device != "cpu":
        raise peer.NotHere("runs on the CPU only")
    version = importlib.metadata.version("micrograd")
    import micrograd.engine  # noqa: F401  (or there is no way)
    yield peer.Way("micrograd", "f64", version, lambda batch: Net(task), [task.n])


if __name__ == "__main__":
    peer.main(ways)
