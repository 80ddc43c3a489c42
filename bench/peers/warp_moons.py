# SPDX-License-Identifier: MIT
"""The moons net in NVIDIA Warp: a kernel with an example in each thread, its backward kernel by
wp.Tape, whose sums over the examples are atomic additions; on a GPU the launches of a step are
captured once as a CUDA graph, as Warp's manual advises. On the CPU Warp has one thread.
"""
import moons_peer as peer


def kernels(wp, real):
    """The kernels of a step in one dtype."""
    vec2, vec16 = wp.types.vector(2, real), wp.types.vector(16, real)
    mat1, mat2 = wp.types.matrix((16, 2), real), wp.types.matrix((16, 16), real)

    @wp.func
    def relu(h: vec16):
        result = vec16()
        for k in range(16):
            result[k] = wp.max(h[k], real(0.0))
        return result

    @wp.kernel(module="unique")
    def hinge(x: wp.array(dtype=vec2), y: wp.array(dtype=real), w1: wp.array(dtype=mat1),
              b1: wp.array(dtype=vec16), w2: wp.array(dtype=mat2), b2: wp.array(dtype=vec16),
              w3: wp.array(dtype=vec16), b3: wp.array(dtype=real), share: real,
              loss: wp.array(dtype=real)):
        i = wp.tid()
        h1 = relu(w1[0] * x[i] + b1[0])
        h2 = relu(w2[0] * h1 + b2[0])
        margin = real(1.0) - y[i] * (wp.dot(w3[0], h2) + b3[0])
        wp.atomic_add(loss, 0, share * wp.max(margin, real(0.0)))

    # All parameters lie in one array; the views above are parts of it.
    @wp.kernel(module="unique", enable_backward=False)
    def update(flat: wp.array(dtype=real), grad: wp.array(dtype=real), rate: real, penalty: real,
               loss: wp.array(dtype=real)):
        k = wp.tid()
        p = flat[k]
        wp.atomic_add(loss, 0, penalty * p * p)
        flat[k] = p - rate * (grad[k] + real(2.0) * penalty * p)

    return hinge, update, (mat1, vec16, mat2, vec16, vec16, real), vec2


def order(numpy):
    """Where the parameters stand when each layer's weights come before its biases."""
    places, at = [], 0
    for rows, columns in peer.SHAPES:
        layer = numpy.arange(at, at + rows * (columns + 1)).reshape(rows, columns + 1)
        at += rows * (columns + 1)
        places += [layer[:, :columns].ravel(), layer[:, columns]]
    return places


class Net:
    def __init__(self, wp, numpy, task, dtype):
        real = {"f64": wp.float64, "f32": wp.float32}[dtype]
        self.wp, self.numpy, self.task, self.real = wp, numpy, task, real
        self.hinge, self.update, types, vec2 = kernels(wp, real)
        flat, x, y = task.arrays(numpy, dtype)
        self.places = order(numpy)
        with wp.ScopedDevice(task.device):
            self.x, self.y = wp.array(x, dtype=vec2), wp.array(y, dtype=real)
            self.flat = wp.array(flat[numpy.concatenate(self.places)], dtype=real)
            self.grad = wp.zeros_like(self.flat)
            self.loss = wp.zeros(1, dtype=real, requires_grad=True)
            self.parameters = []
            at = 0
            for kind, places in zip(types, self.places):
                self.parameters.append(self.view(at, len(places), kind))
                at += len(places)
            self.tape = wp.Tape()
            with self.tape:
                self.launch_hinge()
            self.graph = None
            if task.device == "cuda":
                # Kernels are loaded by a step that has no effect on the parameters.
                before = wp.clone(self.flat)
                self.step()
                wp.copy(self.flat, before)
                with wp.ScopedCapture() as capture:
                    self.step()
                self.graph = capture.graph

    def view(self, at, count, kind):
        """One parameter: that part of the flat array, with that part of the flat grad."""
        def part(array):
            return self.wp.array(ptr=array[at:].ptr, shape=1, dtype=kind, device=array.device)
        parameter = part(self.flat)
        parameter.grad = part(self.grad)
        return parameter

    def launch_hinge(self):
        self.wp.launch(self.hinge, dim=self.task.n,
                       inputs=[self.x, self.y, *self.parameters, self.real(1 / self.task.n)],
                       outputs=[self.loss])

    def step(self):
        self.loss.zero_()
        self.grad.zero_()
        self.launch_hinge()
        self.loss.grad.fill_(1)
        self.tape.backward()
        self.wp.launch(self.update, dim=peer.PARAMETERS,
                       inputs=[self.flat, self.grad, self.real(self.task.rate),
                               self.real(peer.PENALTY)], outputs=[self.loss])

    def steps(self, count):
        with self.wp.ScopedDevice(self.task.device):
            for _ in range(count):
                if self.graph is not None:
                    self.wp.capture_launch(self.graph)
                else:
                    self.step()
            self.wp.synchronize_device()

    def result(self):
        flat = self.numpy.zeros(peer.PARAMETERS)
        flat[self.numpy.concatenate(self.places)] = self.flat.numpy()
        return self.loss.numpy()[0], flat


def ways(task):
    import numpy
    import warp as wp
    wp.config.quiet = True
    wp.init()
    if task.device == "cuda" and not wp.is_cuda_available():
        raise peer.NotHere("Warp finds no GPU")
    for dtype in ["f64", "f32"]:
        yield peer.Way("Warp Tape, CUDA graph" if task.device == "cuda" else "Warp Tape", dtype,
                       wp.config.version,
                       lambda batch, dtype=dtype: Net(wp, numpy, task, dtype), [task.n])


if __name__ == "__main__":
    peer.main(ways)
