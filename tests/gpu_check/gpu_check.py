# SPDX-License-Identifier: MIT
"""Everything that only a GPU can tell: device tests, sanitizers, parity, speed; in one report.

    gpu_check.py [--quick] [--build FOLDER] [--out FOLDER]

Builds the preset gpu-check, or takes the programs of a build folder made elsewhere; runs them, each
with a time limit; writes DATE-gpu-check-GPU.json and .md. A tool that is missing is reported as not
there. Exit codes: 0 all passed, 1 a check did not, 2 usage, 4 no GPU.

Only the standard library: a machine with a GPU may have nothing else.
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True  # the source folder stays as it is
from report import write_report  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOLS = ["memcheck", "racecheck", "initcheck", "synccheck"]
# Seconds that a check may take: with --quick, else.
LIMITS = {"build": (3000, 3000), "device tests": (100, 1200), "parity": (20, 120),
          "bench": (100, 1800), "sanitizer": (45, 600)}
QUICK_TOTAL = 285  # of all checks but the build
# What a sanitizer runs: the fastest tests, none slower than this, this long together. It is some
# ten to a hundred times slower.
SLOWEST_SANITIZED = 0.25
SANITIZED_TOTAL = (0.5, 5.0)
# No test may skip for want of a GPU; where the tests' files are, for programs made elsewhere.
TEST_ENVIRONMENT = {"LEVELGRAD_REQUIRE_GPU": "1", "LEVELGRAD_TESTS_FOLDER": str(ROOT / "tests")}
# What cannot run where NVRTC is not installed, and what takes too long for --quick: it compiles
# hundreds of Programs.
NVRTC_TESTS = "JitOnDevice*:FusedOnDevice*:FusedCache*:FusedWhyNot.*:CudaFused*:*/fused"
SLOW_TESTS = "CudaFused*"
NOT_PASSED = ["failed", "timed out", "not run"]
EXIT_FAILED, EXIT_UNAVAILABLE = 1, 4
SANITIZER_ERRORS = 97


def say(text):
    print(f"gpu-check: {text}", file=sys.stderr, flush=True)


class Finished:
    """What became of a command."""

    def __init__(self, code, seconds, output):
        self.code = code  # None: it took too long
        self.seconds = seconds
        self.output = output

    def last_lines(self, count=6):
        lines = [line for line in self.output.splitlines() if line.strip()]
        return " / ".join(lines[-count:])[-800:]


def run(command, limit, **environment):
    """Runs a command, and ends it with all that it started when it takes longer than its limit."""
    start = time.monotonic()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL,
                                   stdout=output, stderr=subprocess.STDOUT, cwd=ROOT,
                                   env={**os.environ, **environment}, start_new_session=True)
        try:
            code = process.wait(timeout=limit)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()
        output.seek(0)
        text = output.read().decode(errors="replace")
    return Finished(code, time.monotonic() - start, text)


class Session:
    """The checks so far, and the time that is left."""

    def __init__(self, options):
        self.quick = options.quick
        self.cap = options.seconds  # on every limit, for the test of this program
        self.checks = []
        self.start = time.monotonic()

    def left(self):
        if not self.quick:
            return float("inf")
        return QUICK_TOTAL - (time.monotonic() - self.start)

    def limit(self, kind):
        limit = LIMITS[kind][0 if self.quick else 1]
        return min(limit if self.cap is None else self.cap, self.left())

    def add(self, name, state, seconds=0.0, detail=""):
        say(f"{name}: {state}" + (f" ({detail})" if detail else ""))
        self.checks.append({"name": name, "state": state, "seconds": round(seconds, 1),
                            "detail": detail})

    def command(self, name, kind, command, **environment):
        """Runs a check's command. None: it has not finished, and that is noted."""
        limit = self.limit(kind)
        if limit < 1:
            self.add(name, "not run", 0, "no time was left")
            return None
        say(f"{name} ...")
        try:
            finished = run(command, limit, **environment)
        except OSError as error:
            self.add(name, "failed", 0, str(error))
            return None
        if finished.code is None:
            self.add(name, "timed out", finished.seconds,
                     f"after {limit:.0f} s: {finished.last_lines()}")
            return None
        return finished

    def passed(self):
        return not any(check["state"] in NOT_PASSED for check in self.checks)


def find_gpu():
    """What nvidia-smi says of the first GPU, or why there is none."""
    fields = ["name", "driver_version", "memory.total", "clocks.sm", "clocks.mem", "clocks.max.sm",
              "power.limit"]
    if shutil.which("nvidia-smi") is None:
        if os.path.exists("/dev/nvidiactl") or os.path.exists("/dev/dxg"):
            return {"name": "unknown GPU", "nvidia-smi": "not there"}, ""
        return None, "nvidia-smi is not there"
    asked = run(["nvidia-smi", "--query-gpu=" + ",".join(fields), "--format=csv,noheader"], 60)
    lines = asked.output.strip().splitlines()
    if asked.code != 0 or not lines:
        return None, "nvidia-smi: " + (asked.last_lines() or "it lists none")
    return dict(zip(fields, [cell.strip() for cell in lines[0].split(",")])), ""


def find_tool(name):
    """A program of the CUDA toolkit, which is not always on PATH."""
    toolkit_bin = pathlib.Path(os.environ.get("CUDA_HOME", "/usr/local/cuda")) / "bin"
    return shutil.which(name) or shutil.which(name, path=str(toolkit_bin))


def toolkit():
    nvcc = find_tool("nvcc")
    if nvcc is None:
        return "not there"
    found = re.search(r"release \S+ V?(\S+)", run([nvcc, "--version"], 60).output)
    return found.group(1) if found else "unknown"


def commits(build):
    """Of what was built, and of the checkout; "unknown" where nothing tells."""
    try:
        asked = run(["git", "describe", "--always", "--dirty", "--abbrev=12"], 60)
        checkout = asked.output.strip() if asked.code == 0 else "unknown"
    except OSError:
        checkout = "unknown"
    for file in [build / "bin" / "commit.txt", build / "commit.txt"]:
        if file.is_file():
            return file.read_text().strip() or "unknown", checkout
    return checkout, checkout


def find_program(build, name):
    for folder in ["bin", ".", "tests/cuda", "host", "bench"]:
        path = build / folder / name
        if path.is_file() and os.access(path, os.X_OK):
            return path
    return None


def made_elsewhere(build):
    """A folder with programs whose build is not of this checkout."""
    if find_program(build, "device_tests") is None:
        return False
    cache = build / "CMakeCache.txt"
    home = re.search(r"^CMAKE_HOME_DIRECTORY:INTERNAL=(.*)$",
                     cache.read_text() if cache.is_file() else "", re.MULTILINE)
    return home is None or pathlib.Path(home.group(1)) != ROOT or shutil.which("cmake") is None


def build_programs(session, options):
    """The folder with the programs."""
    if options.build is not None:
        return options.build.resolve()
    build = ROOT / "build" / "gpu-check"
    if made_elsewhere(build):
        return build
    if shutil.which("cmake") is None:
        session.add("build", "failed", 0,
                    "cmake is not there; --build names a folder made elsewhere")
        return build
    seconds = 0.0
    for command in [["cmake", "--preset", "gpu-check"],
                    ["cmake", "--build", "--preset", "gpu-check"]]:
        finished = session.command("build", "build", command)
        if finished is None:
            return build
        seconds += finished.seconds
        if finished.code != 0:
            session.add("build", "failed", seconds, finished.last_lines())
            return build
    session.add("build", "passed", seconds)
    session.start = time.monotonic()  # the build is not counted
    return build


def test_results(path):
    """(full name, "passed" | "failed" | "skipped", seconds) of a GoogleTest result file."""
    try:
        suites = json.loads(path.read_text())["testsuites"]
    except (OSError, ValueError, KeyError):
        return []
    results = []
    for test in (test for suite in suites for test in suite["testsuite"]):
        if test.get("status") != "RUN":
            continue
        state = "failed" if test.get("failures") else "passed"
        if test.get("result") == "SKIPPED":
            state = "skipped"
        seconds = float(test.get("time", "0s").rstrip("s"))
        results.append((f"{test['classname']}.{test['name']}", state, seconds))
    return results


def names_of(results, state):
    names = [name for name, found, _ in results if found == state]
    shown = ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")
    return f"{len(names)} {state}: {shown}" if names else ""


def why_no_nvrtc(session, build):
    """Why nothing can be compiled for cuda-fused; "" where it can, or nothing tells."""
    program = find_program(build, "levelgrad")
    if program is None:
        return ""
    try:
        info = json.loads(run([program, "info", "--json"], session.limit("parity")).output)
        return info["cuda"]["why_no_nvrtc"] or ""
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def check_device_tests(session, build, folder, no_nvrtc):
    """The results of all device tests, but those that need an NVRTC that is not there."""
    name = "device tests"
    program = find_program(build, "device_tests")
    if program is None:
        session.add(name, "failed", 0, f"device_tests is not in {build}")
        return []
    file = folder / "device_tests.json"
    environment = dict(TEST_ENVIRONMENT)
    if (levelgrad := find_program(build, "levelgrad")) is not None:
        environment["LEVELGRAD_PROGRAM"] = str(levelgrad)
    command = [program, f"--gtest_output=json:{file}"]
    if no_nvrtc:
        session.add("generated code", "not there", 0, f"{NVRTC_TESTS} were not run: {no_nvrtc}")
        command.append(f"--gtest_filter=-{NVRTC_TESTS}")
    elif session.quick:
        command.append(f"--gtest_filter=-{SLOW_TESTS}")
    finished = session.command(name, name, command, **environment)
    if finished is None:
        return []
    results = test_results(file)
    # Where a GPU is, a skipped test is one that nobody has run.
    trouble = [text for text in [names_of(results, "failed"), names_of(results, "skipped")] if text]
    if finished.code == 0 and results and not trouble:
        session.add(name, "passed", finished.seconds, f"{len(results)} tests")
    else:
        detail = "; ".join(trouble) or f"exit code {finished.code}: {finished.last_lines()}"
        session.add(name, "failed", finished.seconds, f"{len(results)} tests; {detail}")
    return results


def check_failing_device(session, build):
    """A program of its own, as the device is broken behind it for the process."""
    name = "failing device"
    program = find_program(build, "failure_tests")
    if program is None:
        session.add(name, "failed", 0, f"failure_tests is not in {build}")
        return
    finished = session.command(name, "parity", [program], **TEST_ENVIRONMENT)
    if finished is not None:
        state = "passed" if finished.code == 0 else "failed"
        session.add(name, state, finished.seconds, finished.last_lines(2))


def check_exact_math(session, results):
    math = [result for result in results if result[0].startswith("MathOnDevice")]
    seconds = sum(result[2] for result in math)
    if not math:
        session.add("exact math", "not run", 0, "no results of MathOnDevice")
    elif all(state == "passed" for _, state, _ in math):
        session.add("exact math", "passed", seconds,
                    f"{len(math)} sets of inputs have the pinned hashes")
    else:
        session.add("exact math", "failed", seconds,
                    names_of(math, "failed") or names_of(math, "skipped"))


def check_parity(session, build, no_nvrtc):
    program = find_program(build, "levelgrad")
    executors = "cuda-level" if no_nvrtc else "cuda-fused,cuda-level"
    for model in ["moons", "yinyang"]:
        name = f"parity {model}"
        if program is None:
            session.add(name, "failed", 0, f"levelgrad is not in {build}")
            continue
        finished = session.command(name, "parity",
                                   [program, "parity", model, "--executor", executors])
        if finished is not None:
            state = "passed" if finished.code == 0 else "failed"
            session.add(name, state, finished.seconds, finished.last_lines(3))


def check_bench(session, build, folder):
    """What bench_cuda wrote, also when it did not come to its end."""
    program = find_program(build, "bench_cuda")
    if program is None:
        session.add("bench", "failed", 0, f"bench_cuda is not in {build}")
        return None
    file = folder / "bench.json"
    command = [program, "--json", file, "--peers", ROOT / "bench" / "peers"]
    if session.quick:
        command += ["--n", "1000,1000000", "--rounds", "5", "--least-ms", "10",
                    "--peer-seconds", "40"]
    finished = session.command("bench", "bench", command)
    try:
        bench = json.loads(file.read_text())
    except (OSError, ValueError):
        bench = None
    if finished is not None:
        state = "passed" if finished.code == 0 and bench else "failed"
        peers = bench.get("peers", {}) if bench else {}
        detail = ", ".join(f"{peer}: {found}" for peer, found in peers.items())
        session.add("bench", state, finished.seconds,
                    detail if state == "passed" else finished.last_lines())
    return bench


def sanitized_tests(results, total):
    """The fastest of those that passed."""
    names = []
    for name, state, seconds in sorted(results, key=lambda result: result[2]):
        total -= seconds
        if state == "passed" and seconds <= SLOWEST_SANITIZED and total >= 0:
            names.append(name)
    return names


def check_sanitizers(session, build, folder, results):
    sanitizer = find_tool("compute-sanitizer")
    names = sanitized_tests(results, SANITIZED_TOTAL[0 if session.quick else 1])
    # A file, as the list can be longer than a command line.
    flags = folder / "flags.txt"
    flags.write_text("--gtest_filter=" + ":".join(names) + "\n")
    for tool in TOOLS:
        if sanitizer is None:
            session.add(tool, "not there", 0, "compute-sanitizer is not there")
            continue
        if not names:
            session.add(tool, "not run", 0, "no device test that is quick has passed")
            continue
        command = [sanitizer, "--tool", tool, "--error-exitcode", SANITIZER_ERRORS,
                   find_program(build, "device_tests"), f"--gtest_flagfile={flags}"]
        finished = session.command(tool, "sanitizer", command, **TEST_ENVIRONMENT)
        if finished is None:
            continue
        if finished.code == 0:
            session.add(tool, "passed", finished.seconds, f"over {len(names)} tests")
        elif "Device not supported" in finished.output:
            session.add(tool, "not there", finished.seconds,
                        "compute-sanitizer does not support this machine")
        else:
            session.add(tool, "failed", finished.seconds, finished.last_lines())


def arguments():
    parser = argparse.ArgumentParser(prog="run gpu-check")
    parser.add_argument("--quick", action="store_true",
                        help="at most five minutes, the build aside")
    parser.add_argument("--build", type=pathlib.Path, help="programs made elsewhere")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "bench" / "results",
                        help="folder for the report")
    parser.add_argument("--seconds", type=float, help=argparse.SUPPRESS)
    return parser.parse_args()


def main():
    options = arguments()
    gpu, why = find_gpu()
    if gpu is None:
        say(f"no GPU: {why}")
        return EXIT_UNAVAILABLE
    say(f"{gpu['name']}, driver {gpu.get('driver_version', 'unknown')}")
    session = Session(options)
    build = build_programs(session, options)
    commit, checkout = commits(build)
    with tempfile.TemporaryDirectory(prefix="levelgrad-gpu-check-") as scratch:
        folder = pathlib.Path(scratch)
        no_nvrtc = why_no_nvrtc(session, build)
        results = check_device_tests(session, build, folder, no_nvrtc)
        check_exact_math(session, results)
        check_parity(session, build, no_nvrtc)
        check_failing_device(session, build)
        bench = check_bench(session, build, folder)
        after, _ = find_gpu()
        check_sanitizers(session, build, folder, results)
    if after:
        gpu["clocks after the bench"] = ", ".join(
            f"{key} {after[key]}" for key in ["clocks.sm", "clocks.mem"] if key in after)
    report = {"date": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
              "passed": session.passed(), "quick": options.quick, "commit": commit,
              "checkout": checkout, "gpu": gpu, "toolkit": toolkit(),
              "python": sys.version.split()[0], "checks": session.checks, "bench": bench}
    for path in write_report(report, options.out):
        print(path)
    return 0 if session.passed() else EXIT_FAILED


if __name__ == "__main__":
    sys.exit(main())
