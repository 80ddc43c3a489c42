# SPDX-License-Identifier: MIT
"""The moons net in PyTorch: batched matmuls and autograd, torch.optim.SGD; eager, with the loss
compiled (torch.compile), and on a GPU each of them also as a CUDA graph that is replayed.

On a GPU TF32 is off.
"""
import os

import moons_peer as peer


def loaded_blas(torch):
    """Folder and name of the BLAS that does the products. With Debian's reference BLAS PyTorch is
    several times slower than with OpenBLAS."""
    if torch.backends.mkl.is_available():
        return "MKL"
    with open("/proc/self/maps") as maps:
        files = {line.split()[-1] for line in maps if ".so" in line}
    paths = [path.split("/") for path in files]
    names = ["/".join(path[-2:]) for path in paths
             if "blas" in path[-1] and "cublas" not in path[-1] and "numpy" not in path[-2]]
    return ", ".join(sorted(names)) or "built in"


def split(flat):
    """Flat [337] as weight and bias of each layer."""
    parts = []
    at = 0
    for rows, columns in peer.SHAPES:
        layer = flat[at : at + rows * (columns + 1)].reshape(rows, columns + 1)
        at += rows * (columns + 1)
        parts += [layer[:, :columns].contiguous(), layer[:, columns].contiguous()]
    return parts


def sgd(torch, parameters, rate):
    """The variant with the fewest kernels that this PyTorch has."""
    for extra in [{"fused": True}, {"foreach": True}]:
        try:
            return torch.optim.SGD(parameters, lr=rate, **extra)
        except (TypeError, RuntimeError):
            continue
    return torch.optim.SGD(parameters, lr=rate)


class Net:
    def __init__(self, torch, task, dtype, batch, compiled):
        self.torch, self.device, self.n, self.batch = torch, task.device, task.n, batch
        kind = {"f64": torch.float64, "f32": torch.float32}[dtype]
        place = {"device": task.device, "dtype": kind}
        numbers = torch.frombuffer(task.points, dtype=torch.float64).reshape(task.n, 3)
        flat = torch.frombuffer(task.parameters, dtype=torch.float64)
        self.parameters = [p.to(**place, copy=True).requires_grad_() for p in split(flat)]
        self.x = numbers[:, :2].to(**place, copy=True).contiguous()
        self.y = numbers[:, 2:].to(**place, copy=True).contiguous()
        self.optimizer = sgd(torch, self.parameters, task.rate)
        self.hinge_of = torch.compile(self.hinge) if compiled else self.hinge
        self.loss = None

    def hinge(self, x, y, w1, b1, w2, b2, w3, b3):
        linear = self.torch.nn.functional.linear
        scores = linear(linear(linear(x, w1, b1).relu(), w2, b2).relu(), w3, b3)
        return (1 - y * scores).relu().sum() / self.n

    def step(self):
        """One step over all points, in mini-batches whose grads add up."""
        self.optimizer.zero_grad(set_to_none=True)
        loss = peer.PENALTY * sum((p * p).sum() for p in self.parameters)
        for i in range(0, self.n, self.batch):
            x, y = self.x[i : i + self.batch], self.y[i : i + self.batch]
            # One graph for the last mini-batch and the penalty.
            part = self.hinge_of(x, y, *self.parameters)
            if i + self.batch < self.n:
                part.backward()
                loss = loss + part.detach()
            else:
                loss = loss + part
        loss.backward()
        self.optimizer.step()
        self.loss = loss.detach()

    def steps(self, count):
        for _ in range(count):
            self.step()
        if self.device == "cuda":
            self.torch.cuda.synchronize()

    def result(self):
        flat = []
        for (rows, columns), k in zip(peer.SHAPES, range(0, 6, 2)):
            weight, bias = self.parameters[k].detach(), self.parameters[k + 1].detach()
            layer = self.torch.cat([weight, bias.reshape(rows, 1)], dim=1)
            flat += layer.reshape(-1).cpu().double().tolist()
        return self.loss.item(), flat


class GraphNet(Net):
    """The whole step with the update, captured once and replayed."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        # PyTorch's recipe: steps on a stream aside first, so that the capture sets nothing up.
        cuda = self.torch.cuda
        start = [p.detach().clone() for p in self.parameters]
        aside = cuda.Stream()
        aside.wait_stream(cuda.current_stream())
        with cuda.stream(aside):
            for _ in range(3):
                super().step()
        cuda.current_stream().wait_stream(aside)
        self.optimizer.zero_grad(set_to_none=True)
        self.graph = cuda.CUDAGraph()
        with cuda.graph(self.graph):
            super().step()
        with self.torch.no_grad():
            for p, number in zip(self.parameters, start):
                p.copy_(number)

    def step(self):
        self.graph.replay()


def ways(task):
    # torch.compile would start one process for each core.
    os.environ.setdefault("TORCHINDUCTOR_COMPILE_THREADS", "1")
    import torch
    if task.device == "cuda":
        if not torch.cuda.is_available():
            raise peer.NotHere("this PyTorch finds no GPU")
        torch.backends.cuda.matmul.allow_tf32 = False
        torch.backends.cudnn.allow_tf32 = False
    torch.set_num_threads(task.threads)
    version = f"{torch.__version__}, BLAS {loaded_blas(torch)}"
    kinds = [("torch eager", Net, False)]
    if hasattr(torch, "compile") and not task.hurry:
        kinds.append(("torch compile", Net, True))
    if task.device == "cuda":
        kinds += [(name.replace("torch", "torch CUDA graph,"), GraphNet, compiled)
                  for name, _, compiled in kinds]
    for dtype in ["f64", "f32"]:
        for name, kind, compiled in kinds:
            # Compiling takes a while: fewer sizes.
            sizes = [size for size in task.sizes()
                     if not compiled or size in (task.n, 10_000, 50_000, 500_000)]
            yield peer.Way(name, dtype, version,
                           lambda batch, dtype=dtype, kind=kind, compiled=compiled:
                           kind(torch, task, dtype, batch, compiled), sizes)


if __name__ == "__main__":
    peer.main(ways)
