# SPDX-License-Identifier: MIT
"""The moons net in JAX, two ways to the same grads: "jit", value_and_grad of the loss over the
batch, and "jit vmap(grad)", that of one example's loss under vmap, then summed.

Steps are a loop inside one compiled function, and so are the mini-batches of a step. All products
in full f32 (no TF32).
"""
import os

import moons_peer as peer


def split(flat):
    """Flat [337] as weight [rows, columns] and bias [rows] of each layer."""
    parts = []
    at = 0
    for rows, columns in peer.SHAPES:
        layer = flat[at : at + rows * (columns + 1)].reshape(rows, columns + 1)
        at += rows * (columns + 1)
        parts.append((layer[:, :columns], layer[:, columns]))
    return parts


def hinge(jax, flat, x, y):
    (w1, b1), (w2, b2), (w3, b3) = split(flat)
    h1 = jax.nn.relu(x @ w1.T + b1)
    h2 = jax.nn.relu(h1 @ w2.T + b2)
    return jax.nn.relu(1 - y * (h2 @ w3.T + b3)[..., 0])


def batched(jax):
    def total(flat, x, y):
        return jax.numpy.sum(hinge(jax, flat, x, y))
    return jax.value_and_grad(total)


def per_example(jax):
    one = jax.vmap(jax.value_and_grad(lambda *them: hinge(jax, *them)), in_axes=(None, 0, 0))

    def both(flat, x, y):
        values, grads = one(flat, x, y)
        return values.sum(), grads.sum(axis=0)
    return both


class Net:
    def __init__(self, jax, numpy, task, dtype, grad_of_sum, batch):
        self.jax, self.loss = jax, None
        flat, x, y = task.arrays(numpy, dtype)
        chunks = task.n // batch
        put = lambda them: jax.device_put(them, jax.devices()[0])
        self.flat = put(flat)
        self.x, self.y = put(x.reshape(chunks, batch, 2)), put(y.reshape(chunks, batch))

        def sums(flat, x, y):
            if chunks == 1:
                return grad_of_sum(flat, x[0], y[0])

            def add(before, points):
                return jax.tree.map(jax.numpy.add, before, grad_of_sum(flat, *points)), None
            zero = (jax.numpy.zeros((), flat.dtype), jax.numpy.zeros_like(flat))
            return jax.lax.scan(add, zero, (x, y))[0]

        def step(flat, x, y):
            value, grad = sums(flat, x, y)
            loss = value / task.n + peer.PENALTY * (flat * flat).sum()
            return flat - task.rate * (grad / task.n + 2 * peer.PENALTY * flat), loss

        def many(count, flat, x, y):
            start = (flat, jax.numpy.zeros((), flat.dtype))
            return jax.lax.fori_loop(0, count, lambda _, state: step(state[0], x, y), start)
        self.many = jax.jit(many)

    def steps(self, count):
        self.flat, self.loss = self.many(count, self.flat, self.x, self.y)
        self.flat.block_until_ready()

    def result(self):
        return self.loss, self.jax.device_get(self.flat)


def ways(task):
    # Before the import. Others have memory on the device too.
    os.environ["XLA_PYTHON_CLIENT_PREALLOCATE"] = "false"
    os.environ["JAX_PLATFORMS"] = task.device
    import jax
    import numpy
    jax.config.update("jax_enable_x64", True)
    jax.config.update("jax_default_matmul_precision", "highest")
    try:
        jax.devices()
    except (AssertionError, RuntimeError) as error:
        raise peer.NotHere(f"no device for {task.device}: {error}") from error
    most = 1_000_000 if task.device == "cuda" else 100_000  # with 337 grads of each example
    for dtype in ["f64", "f32"]:
        for name, way, sizes in [("JAX jit", batched, task.sizes()),
                                 ("JAX jit vmap(grad)", per_example, task.sizes(most))]:
            yield peer.Way(name, dtype, jax.__version__,
                           lambda batch, dtype=dtype, way=way:
                           Net(jax, numpy, task, dtype, way(jax), batch), sizes)


if __name__ == "__main__":
    peer.main(ways)
