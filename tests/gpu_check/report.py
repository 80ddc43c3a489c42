# SPDX-License-Identifier: MIT
"""The report of gpu_check.py as JSON and as Markdown, made for committing."""
import json
import os
import re


def slug(text):
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def cell(text):
    return str(text).replace("|", "/").replace("\n", " ")


def number(value, digits=4):
    return "-" if value is None else f"{value:.{digits}g}"


def table(head, rows):
    """head: names, a numeric column's with a trailing colon."""
    lines = ["| " + " | ".join(name.rstrip(":") for name in head) + " |",
             "|" + "|".join("--:" if name.endswith(":") else "---" for name in head) + "|"]
    return lines + ["| " + " | ".join(cell(value) for value in row) + " |" for row in rows]


def bench_lines(bench):
    if not bench:
        return ["bench_cuda gave no results."]
    lines = [f"{bench['work']}; medians of {bench['rounds']} rounds of at least "
             f"{bench['least_ms']:g} ms; {bench['machine']}, {bench['logical_processors']} logical "
             f"processors; {bench['host']}; built by {bench['compiler']}.",
             "run: a user's call, inputs handed over and grads handed back each time. steps: a "
             "step of SGD over the whole batch, 20 in one call; peers: data and grads stay on the "
             "device, no update.", ""]
    for name, state in bench["peers"].items():
        lines.append(f"- {name}: {cell(state)}")
    for dtype, limits in bench["limits"].items():
        parts = ", ".join(f"{name.replace('_', ' ')} {number(value, 3)}"
                          for name, value in limits.items())
        lines.append(f"- limits of {dtype}, examples/s: {parts}")
    if not bench["limits"]:
        lines.append("- limits: this GPU is not in the table of GPUs")
    rows = [[row["n"], row["how"], row["what"], row["dtype"], number(row["ns_per_example"]),
             f"{100 * row['mad'] / row['ns_per_example']:.1f} %",
             number(row["examples_per_second"]),
             number(row.get("to_host"), 3), number(row.get("to_torch"), 3),
             number(row.get("expected_ns_per_example"))] for row in bench["rows"]]
    return lines + [""] + table(["n:", "how", "what", "dtype", "ns/example:", "MAD:", "examples/s:",
                                 "/ host:", "/ torch:", "expected ns:"], rows)


def markdown(report):
    gpu = report["gpu"]
    kind = ", quick" if report["quick"] else ""
    lines = [f"# GPU check{kind}: {gpu['name']}, {report['date']}", "",
             ("All checks passed." if report["passed"] else "**Not all checks passed.**"), "",
             f"- commit {report['commit']}"
             + (f" (the checkout: {report['checkout']})"
                if report["checkout"] not in [report["commit"], "unknown"] else ""),
             f"- toolkit (nvcc) {report['toolkit']}, Python {report['python']}"]
    if report["bench"]:
        lines.append(f"- CUDA runtime {report['bench']['cuda_runtime']}, of the driver "
                     f"{report['bench']['cuda_driver']}, compute capability "
                     f"{report['bench']['compute_capability']}")
    lines += [f"- {name} {value}" for name, value in gpu.items() if name != "name"]
    lines += ["", "## Checks", ""]
    lines += table(["check", "result", "seconds:", "what"],
                   [[check["name"], check["state"], check["seconds"], check["detail"]]
                    for check in report["checks"]])
    lines += ["", "## Speed", ""] + bench_lines(report["bench"])
    return "\n".join(lines) + "\n"


def write_report(report, folder):
    """The paths of the files. A reader never sees half of one."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{report['date'][:10]}-gpu-check-{slug(report['gpu']['name'])}"
    if report["quick"]:
        name += "-quick"
    paths = []
    for ending, text in [(".json", json.dumps(report, indent=1) + "\n"), (".md", markdown(report))]:
        path = folder / (name + ending)
        temporary = folder / f".{name}{ending}.{os.getpid()}"
        temporary.write_text(text)
        temporary.replace(path)
        paths.append(path)
    return paths
