# SPDX-License-Identifier: MIT
"""The moons net in JAX: forward and backward as one compiled function.

    jax_moons.py DATA --n N --device cpu --rounds 11 --least-ms 50

DATA, the protocol and the exit codes are those of torch_moons.py. Two ways to the same gradients:
"jax jit", value_and_grad of the loss over the batch; "jax jit vmap", the grad of one example's loss
under vmap, then summed. All products in full f32 (no TF32). The clock is read after every STEPS
steps, when the device has done them.
"""
import argparse
import json
import os
import sys
import time

PENALTY = 1e-4
SHAPES = [(16, 2), (16, 16), (1, 16)]
PARAMETERS = 337
TOLERANCE = {"f64": 1e-9, "f32": 1e-3}
STEPS = {"cpu": 1, "cuda": 20}


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("data")
    parser.add_argument("--n", type=int, required=True)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--least-ms", type=float, default=50)
    return parser.parse_args()


def split(flat):
    """Flat [337] as weight [rows, columns] and bias [rows] of each layer."""
    parts = []
    at = 0
    for rows, columns in SHAPES:
        layer = flat[at : at + rows * (columns + 1)].reshape(rows, columns + 1)
        at += rows * (columns + 1)
        parts.append((layer[:, :columns], layer[:, columns]))
    return parts


def ways(jax):
    """Functions of parameters [337], x [n, 2], y [n] that give the gradient [337]."""
    jnp = jax.numpy

    def hinge(flat, x, y):
        (w1, b1), (w2, b2), (w3, b3) = split(flat)
        h1 = jax.nn.relu(x @ w1.T + b1)
        h2 = jax.nn.relu(h1 @ w2.T + b2)
        return jax.nn.relu(1 - y * (h2 @ w3.T + b3)[..., 0])

    def loss(flat, x, y):
        return jnp.mean(hinge(flat, x, y)) + PENALTY * jnp.sum(flat * flat)

    def batched(flat, x, y):
        # The loss too, or the compiler would leave out what only it needs.
        return jax.value_and_grad(loss)(flat, x, y)

    def per_example(flat, x, y):
        value, grad = jax.vmap(jax.value_and_grad(hinge), in_axes=(None, 0, 0))(flat, x, y)
        total = jnp.mean(value) + PENALTY * jnp.sum(flat * flat)
        return total, jnp.sum(grad, axis=0) / x.shape[0] + 2 * PENALTY * flat

    return {"jax jit": jax.jit(batched), "jax jit vmap": jax.jit(per_example)}


def sample(run, steps, n, least_ms):
    """ns per example."""
    done = 0
    start = time.perf_counter_ns()
    while True:
        results = [run() for _ in range(steps)]
        for result in results:
            result[1].block_until_ready()
        done += steps
        passed = time.perf_counter_ns() - start
        if passed >= least_ms * 1e6:
            return passed / (done * n)


def main():
    options = arguments()
    # Before the import. Others have memory on the device too.
    os.environ["XLA_PYTHON_CLIENT_PREALLOCATE"] = "false"
    os.environ["JAX_PLATFORMS"] = options.device
    if options.device == "cpu" and options.threads == 1:
        flags = os.environ.get("XLA_FLAGS", "")
        os.environ["XLA_FLAGS"] = flags + " --xla_cpu_multi_thread_eigen=false"
    try:
        import jax
        import numpy
    except ImportError:
        sys.exit(3)
    jax.config.update("jax_enable_x64", True)
    jax.config.update("jax_default_matmul_precision", "highest")
    try:
        device = jax.devices()[0]
    except (AssertionError, RuntimeError) as error:
        print(f"jax_moons: no device for {options.device} {error}", file=sys.stderr)
        sys.exit(3)
    numbers = numpy.fromfile(options.data, dtype=numpy.float64)
    parameters, reference = numbers[:PARAMETERS], numbers[PARAMETERS : 2 * PARAMETERS]
    points = numbers[2 * PARAMETERS :].reshape(options.n, 3)

    rows = []
    for dtype, number in [("f64", numpy.float64), ("f32", numpy.float32)]:
        data = [jax.device_put(numpy.ascontiguousarray(part, dtype=number), device)
                for part in (parameters, points[:, :2], points[:, 2])]
        for name, way in ways(jax).items():
            grad = numpy.asarray(way(*data)[1], dtype=numpy.float64)
            difference = numpy.abs(grad - reference)
            if not (difference <= TOLERANCE[dtype] * (1 + numpy.abs(reference))).all():
                print(f"jax_moons: other gradients, {name}, {dtype}", file=sys.stderr)
                sys.exit(1)
            rows.append((name, dtype, lambda way=way, data=data: way(*data), []))
    for _ in range(options.rounds):
        for _, _, run, samples in rows:
            samples.append(sample(run, STEPS[options.device], options.n, options.least_ms))
    for name, dtype, _, samples in rows:
        row = {"name": name, "dtype": dtype, "threads": options.threads, "n": options.n,
               "batch": options.n, "version": jax.__version__, "blas": "XLA",
               "ns_per_example": samples}
        print(json.dumps(row))


if __name__ == "__main__":
    main()
