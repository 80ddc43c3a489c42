# SPDX-License-Identifier: MIT
"""One fold of real_data.py in another package, in a process of its own.

    real_peers.py {same,defaults,torch} TRAIN.csv TEST.csv [--regression]

same       scikit-learn's MLP with the rate, the batch size and the epochs of `levelgrad train`
defaults   scikit-learn's MLP with its own, until it stops by itself
torch      PyTorch: the same net, AdamW, the same rate, batch size and epochs, all in f64

Inputs are standardised by the training part. Prints one JSON object: score (accuracy, or R2 with
--regression) of the test part, seconds of the training alone, examples that it saw, version.
Exit code 4: the package is not installed.
"""
import argparse
import csv
import json
import sys
import time
import warnings

HIDDEN, RATE, BATCH, EPOCHS = 16, 0.01, 32, 200
SEED = 1
EXIT_UNAVAILABLE = 4


class Part:
    """Inputs [example, feature], labels [example] as text."""

    def __init__(self, path):
        import numpy
        with open(path, newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file))[1:]
        self.inputs = numpy.array([row[:-1] for row in rows], dtype=float)
        self.labels = [row[-1] for row in rows]


def with_sklearn(options, train, test, regression):
    import sklearn
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    kind = MLPRegressor if regression else MLPClassifier
    model = kind(hidden_layer_sizes=(HIDDEN,), activation="tanh", random_state=SEED, **options)
    labels, wanted = train.labels, test.labels
    if regression:
        labels, wanted = [float(label) for label in labels], [float(label) for label in wanted]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it has not converged
        start = time.perf_counter()
        model.fit(train.inputs, labels)
        seconds = time.perf_counter() - start
    return {"score": float(model.score(test.inputs, wanted)), "seconds": seconds,
            "examples": len(labels) * model.n_iter_,
            "version": f"scikit-learn {sklearn.__version__}"}


def same(*fold):
    # No stop before the last epoch.
    options = {"learning_rate_init": RATE, "batch_size": BATCH, "max_iter": EPOCHS, "tol": 0,
               "n_iter_no_change": EPOCHS}
    return with_sklearn(options, *fold)


def defaults(*fold):
    return with_sklearn({"max_iter": 5000}, *fold)


def with_torch(train, test, regression):
    import torch
    torch.manual_seed(SEED)
    torch.set_default_dtype(torch.float64)
    functional = torch.nn.functional
    names = [] if regression else sorted(set(train.labels))
    if regression:
        loss_of = functional.mse_loss
    else:
        two = len(names) == 2
        loss_of = functional.binary_cross_entropy_with_logits if two else functional.cross_entropy
    one_score = len(names) <= 2

    def labels_of(part):
        labels = [names.index(label) if names else float(label) for label in part.labels]
        return torch.tensor(labels, dtype=torch.float64 if one_score else torch.int64)

    def scores_of(inputs):
        scores = net(inputs)
        return scores.squeeze(1) if one_score else scores

    x, y = torch.from_numpy(train.inputs), labels_of(train)
    count, features = x.shape
    net = torch.nn.Sequential(torch.nn.Linear(features, HIDDEN), torch.nn.Tanh(),
                              torch.nn.Linear(HIDDEN, 1 if one_score else len(names)))
    optimizer = torch.optim.AdamW(net.parameters(), lr=RATE, fused=True)
    start = time.perf_counter()
    for _ in range(EPOCHS):
        order = torch.randperm(count)
        for rows in order.split(BATCH):
            optimizer.zero_grad()
            loss_of(scores_of(x[rows]), y[rows]).backward()
            optimizer.step()
    seconds = time.perf_counter() - start
    with torch.no_grad():
        scores, wanted = scores_of(torch.from_numpy(test.inputs)), labels_of(test)
    if regression:
        score = 1 - ((scores - wanted) ** 2).sum() / ((wanted - wanted.mean()) ** 2).sum()
    else:
        found = (scores > 0) if one_score else scores.argmax(1)
        score = (found == wanted).double().mean()
    return {"score": score.item(), "seconds": seconds, "examples": count * EPOCHS,
            "version": f"PyTorch {torch.__version__}"}


def main():
    ways = {"same": same, "defaults": defaults, "torch": with_torch}
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("way", choices=ways)
    parser.add_argument("train")
    parser.add_argument("test")
    parser.add_argument("--regression", action="store_true")
    arguments = parser.parse_args()
    try:
        train, test = Part(arguments.train), Part(arguments.test)
        means, scales = train.inputs.mean(0), train.inputs.std(0)
        scales[scales == 0] = 1  # a constant column
        for part in [train, test]:
            part.inputs = (part.inputs - means) / scales
        print(json.dumps(ways[arguments.way](train, test, arguments.regression)))
    except ImportError as error:
        print(error, file=sys.stderr)
        return EXIT_UNAVAILABLE
    return 0


if __name__ == "__main__":
    sys.exit(main())
