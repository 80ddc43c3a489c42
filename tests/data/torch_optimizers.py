# SPDX-License-Identifier: MIT
"""Prints what PyTorch makes of five parameters in ten steps: torch-optimizers.txt.

Usage: python torch_optimizers.py > torch-optimizers.txt  (PyTorch 2.15, f64, on a CPU)

A block for each case: its name, then the parameters behind each step. The grads do not depend on
the parameters: grad(i, t) below, for parameter i and step t from 0, in numbers that f64 holds
exactly. The cases are those of tests/core/optimizers_test.cpp. Rates of schedules follow.
"""
import torch
from torch.optim import SGD, Adagrad, Adam, AdamW, RMSprop
from torch.optim.lr_scheduler import (ConstantLR, CosineAnnealingLR, LinearLR, SequentialLR,
                                      StepLR)

INITIAL = [0.75, -1.5, 3.0, 0.015625, -40.0]


def grad(i, t):
    return [0.5 - 0.375 * t, 0.5**t, t * t - 3.0, (-1.0) ** t * 0.25, 16.0 - t][i]


CASES = {
    "Sgd": (SGD, dict(lr=0.1)),
    "SgdMomentum": (SGD, dict(lr=0.1, momentum=0.9)),
    "SgdMomentum dampened": (SGD, dict(lr=0.1, momentum=0.8, dampening=0.3, weight_decay=0.02)),
    "SgdMomentum nesterov": (SGD, dict(lr=0.05, momentum=0.9, weight_decay=0.1, nesterov=True)),
    "SgdMomentum without": (SGD, dict(lr=0.05, momentum=0, dampening=0.5, weight_decay=0.1)),
    "Adam": (Adam, dict()),
    "Adam decayed": (Adam, dict(lr=0.1, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.25)),
    "AdamW": (AdamW, dict()),
    "AdamW decayed": (AdamW, dict(lr=0.1, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.25)),
    "RMSProp": (RMSprop, dict()),
    "RMSProp momentum": (RMSprop, dict(lr=0.02, alpha=0.9, eps=1e-3, weight_decay=0.1,
                                       momentum=0.9)),
    "RMSProp centered": (RMSprop, dict(lr=0.02, alpha=0.9, eps=0.25, centered=True)),
    "RMSProp all": (RMSprop, dict(lr=0.02, alpha=0.8, eps=0.25, weight_decay=0.1, momentum=0.5,
                                  centered=True)),
    "Adagrad": (Adagrad, dict()),
    "Adagrad decayed": (Adagrad, dict(lr=0.5, lr_decay=0.1, weight_decay=0.1, eps=1e-3)),
    "Adam clipped": (Adam, dict(lr=0.1)),
    "Sgd clipped": (SGD, dict(lr=0.1)),
}
MAX_NORM = 20.0  # bites in some of the steps

SCHEDULES = {
    "Constant": lambda o, n: ConstantLR(o, factor=1),
    "Linear": lambda o, n: LinearLR(o, start_factor=1, end_factor=0.25, total_iters=n),
    "Cosine": lambda o, n: CosineAnnealingLR(o, T_max=n, eta_min=0.3 * 0.25),
    "Step": lambda o, n: StepLR(o, step_size=3, gamma=0.5),
}


def train(name, optimizer, settings):
    print("case", name)
    params = [torch.tensor(p, dtype=torch.float64, requires_grad=True) for p in INITIAL]
    made = optimizer(params, foreach=False, **settings)
    for t in range(10):
        for i, p in enumerate(params):
            p.grad = torch.tensor(grad(i, t), dtype=torch.float64)
        if name.endswith("clipped"):
            torch.nn.utils.clip_grad_norm_(params, MAX_NORM, foreach=False)
        made.step()
        print(*(repr(p.item()) for p in params))


def rates(name, make, warmup):
    print("rates", name, warmup)
    optimizer = SGD([torch.zeros(1, requires_grad=True)], lr=0.3)
    schedule = make(optimizer, 20 - warmup) if warmup == 0 else SequentialLR(
        optimizer,
        [LinearLR(optimizer, start_factor=1 / (warmup + 1), total_iters=warmup),
         make(optimizer, 20 - warmup)], milestones=[warmup])
    found = []
    for _ in range(20):
        found.append(repr(float(optimizer.param_groups[0]["lr"])))
        optimizer.step()
        schedule.step()
    print(*found)


for case, (optimizer, settings) in CASES.items():
    train(case, optimizer, settings)
for schedule, make in SCHEDULES.items():
    for warmup in (0, 4):
        rates(schedule, make, warmup)
