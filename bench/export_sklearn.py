# SPDX-License-Identifier: MIT
"""Writes scikit-learn's bundled data sets as CSV: iris, wine, breast_cancer, digits, diabetes.

    export_sklearn.py FOLDER

A header, then a row for each example, the label last: a class's name where scikit-learn has one, else
its number. Numbers are written so that they read back as the same bits.
"""
import argparse
import csv
import pathlib

LOADERS = {
    "iris": ("load_iris", {}),
    "wine": ("load_wine", {}),
    "breast_cancer": ("load_breast_cancer", {}),
    "digits": ("load_digits", {}),
    # As measured, not as scikit-learn scales it: scaling is what --standardize is for.
    "diabetes": ("load_diabetes", {"scaled": False}),
}


def load(name):
    """Feature names, features [rows][columns] and labels: strings, or floats for diabetes."""
    from sklearn import datasets
    loader, options = LOADERS[name]
    data = getattr(datasets, loader)(**options)
    names = [str(column) for column in data.feature_names]
    rows = [[float(cell) for cell in row] for row in data.data]
    if name == "diabetes":
        labels = [float(label) for label in data.target]
    else:
        labels = [str(data.target_names[label]) for label in data.target]
    return names, rows, labels


def write(path, names, rows, labels):
    """One CSV file: repr() of a float is the shortest text that reads back as the same bits."""
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*names, "label"])
        for row, label in zip(rows, labels):
            writer.writerow([*map(repr, row), label if isinstance(label, str) else repr(label)])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    for name in LOADERS:
        write(folder / f"{name}.csv", *load(name))


if __name__ == "__main__":
    main()
