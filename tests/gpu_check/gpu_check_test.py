# SPDX-License-Identifier: MIT
"""gpu_check.py with tools that pretend: a GPU, programs that pass, fail or hang."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent

NVIDIA_SMI = """#!/bin/sh
echo 'NVIDIA H200, 580.1, 143771 MiB, 345 MHz, 3201 MHz, 1980 MHz, 700 W'
"""

# Writes the results that the test wants; remembers with what it was called.
DEVICE_TESTS = """#!{python}
import os, pathlib, sys
here = pathlib.Path(__file__).parent
with open(here / "calls.txt", "a") as calls:
    print(*sys.argv[1:], os.environ.get("LEVELGRAD_REQUIRE_GPU"), file=calls)
for word in sys.argv[1:]:
    if word.startswith("--gtest_output=json:"):
        pathlib.Path(word.split(":", 1)[1]).write_text((here / "results.json").read_text())
    if word.startswith("--gtest_flagfile="):
        (here / "flags.txt").write_text(pathlib.Path(word.split("=", 1)[1]).read_text())
sys.exit(int((here / "exit_code.txt").read_text()))
"""

BENCH = {"work": "moons", "rounds": 5, "least_ms": 10.0, "machine": "CPU", "logical_processors": 2,
         "host": "host", "compiler": "GNU", "cuda_runtime": "13.0", "cuda_driver": "13.0",
         "compute_capability": "9.0", "peers": {"torch": "2.11", "jax": "not there"},
         "limits": {"f32": {"global_memory": 3.19e8}},
         "rows": [{"n": 100, "how": "run", "what": "cuda-level launches", "dtype": "f32",
                   "ns_per_example": 901.0, "mad": 9.0, "examples_per_second": 1.1e6,
                   "to_host": 4.5}]}

BENCH_CUDA = """#!{python}
import pathlib, sys
file = sys.argv[sys.argv.index("--json") + 1]
pathlib.Path(file).write_text((pathlib.Path(__file__).parent / "bench.json").read_text())
"""

# Runs the program behind its options, as the real one does.
SANITIZER = """#!/bin/sh
while [ "${1#-}" != "$1" ] || [ "$1" = "$tool" ] || [ "$1" = 97 ]; do
  if [ "$1" = --tool ]; then tool=$2; fi
  shift
done
"$@"
"""


def result(name, seconds="0.01s", failures=None, skipped=False):
    suite, test = name.split(".")
    entry = {"name": test, "classname": suite, "status": "RUN", "time": seconds,
             "result": "SKIPPED" if skipped else "COMPLETED"}
    if failures:
        entry["failures"] = [{"failure": text} for text in failures]
    return entry


class GpuCheck(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="levelgrad-gpu-check-test-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.tools, self.build = self.folder / "tools", self.folder / "build" / "bin"
        self.tools.mkdir()
        self.build.mkdir(parents=True)
        self.script(self.tools / "nvidia-smi", NVIDIA_SMI)
        self.script(self.tools / "compute-sanitizer", SANITIZER)
        self.script(self.build / "device_tests", DEVICE_TESTS)
        self.script(self.build / "failure_tests", "#!/bin/sh\nexit 0\n")
        self.script(self.build / "bench_cuda", BENCH_CUDA)
        self.script(self.build / "levelgrad", "#!/bin/sh\necho \"same bits: $*\"\n")
        (self.build / "commit.txt").write_text("abc123\n")
        (self.build / "bench.json").write_text(json.dumps(BENCH))
        self.results([result("MathOnDevice/0.HasThePinnedBits"), result("Ops.Slow", "9s"),
                      result("Ops.Quick", "0.02s")])

    def script(self, path, text):
        path.write_text(text.replace("{python}", sys.executable))
        path.chmod(0o755)

    def results(self, tests, exit_code=0):
        text = json.dumps({"testsuites": [{"name": "all", "testsuite": tests}]})
        (self.build / "results.json").write_text(text)
        (self.build / "exit_code.txt").write_text(str(exit_code))

    def check(self, *words):
        """The exit code, what was said, the report as JSON and Markdown (None: there is none)."""
        out = self.folder / "out"
        # No tool of this machine but the shell's: a real nvidia-smi must not be found.
        done = subprocess.run(
            [sys.executable, str(HERE / "gpu_check.py"), "--build", str(self.build.parent), "--out",
             str(out), *words],
            env={**os.environ, "PATH": str(self.tools), "CUDA_HOME": str(self.folder)},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True, check=False)
        reports = sorted(out.glob("*.json")) if out.exists() else []
        if not reports:
            return done.returncode, done.stderr, None, None
        return (done.returncode, done.stderr, json.loads(reports[0].read_text()),
                reports[0].with_suffix(".md").read_text())

    def states(self, report):
        return {check["name"]: check["state"] for check in report["checks"]}

    def test_all_pass(self):
        code, said, report, text = self.check("--quick")
        self.assertEqual(0, code, said)
        names = ["device tests", "exact math", "parity moons", "parity yinyang", "failing device",
                 "bench", "memcheck", "racecheck", "initcheck", "synccheck"]
        self.assertEqual({name: "passed" for name in names}, self.states(report))
        self.assertEqual("NVIDIA H200", report["gpu"]["name"])
        self.assertEqual("abc123", report["commit"])
        self.assertTrue(report["quick"] and report["passed"])
        self.assertEqual("not there", report["toolkit"])
        for part in ["All checks passed", "abc123", "| memcheck | passed |", "1980 MHz",
                     "cuda-level launches", "jax: not there", "3.19e+08"]:
            self.assertIn(part, text)
        names = [path.name for path in (self.folder / "out").iterdir()]
        self.assertEqual(2, len(names))
        self.assertTrue(all("gpu-check-nvidia-h200-quick" in name for name in names), names)
        calls = (self.build / "calls.txt").read_text().splitlines()
        self.assertEqual(5, len(calls))
        self.assertTrue(all(call.endswith(" 1") for call in calls), calls)

    def test_sanitizers_get_the_quick_tests(self):
        self.check()
        self.assertEqual("--gtest_filter=MathOnDevice/0.HasThePinnedBits:Ops.Quick\n",
                         (self.build / "flags.txt").read_text())

    def test_failed_and_skipped_tests_are_named(self):
        self.results([result("Ops.Bits", failures=["differs"]), result("Ops.Fine"),
                      result("MathOnDevice/0.HasThePinnedBits", skipped=True)], exit_code=1)
        code, _, report, text = self.check()
        self.assertEqual(1, code)
        self.assertEqual("failed", self.states(report)["device tests"])
        self.assertEqual("failed", self.states(report)["exact math"])
        self.assertIn("1 failed: Ops.Bits", text)
        self.assertIn("1 skipped: MathOnDevice/0.HasThePinnedBits", text)
        self.assertIn("Not all checks passed", text)

    def test_only_skipped_tests_are_a_failure(self):
        self.results([result("Ops.Bits", skipped=True)])
        code, _, report, _ = self.check()
        self.assertEqual(1, code)
        self.assertEqual("failed", self.states(report)["device tests"])
        self.assertEqual("not run", self.states(report)["exact math"])
        self.assertEqual("not run", self.states(report)["memcheck"])

    def test_what_hangs_is_ended_with_its_children(self):
        self.script(self.build / "levelgrad",
                    "#!/bin/sh\n/bin/sleep 300 &\necho $! >>\"$0.children\"\necho begun\nwait\n")
        start = time.monotonic()
        code, _, report, _ = self.check("--seconds", "2")
        self.assertLess(time.monotonic() - start, 60)
        self.assertEqual(1, code)
        self.assertEqual("timed out", self.states(report)["parity moons"])
        self.assertEqual("passed", self.states(report)["bench"])
        for pid in (self.build / "levelgrad.children").read_text().split():
            self.assertFalse(self.runs(pid), pid)

    def runs(self, pid):
        try:
            with open(f"/proc/{pid}/stat") as file:
                return file.read().rsplit(")", 1)[1].split()[0] != "Z"
        except FileNotFoundError:
            return False

    def test_without_nvrtc(self):
        self.script(self.build / "levelgrad",
                    '#!/bin/sh\nif [ "$1" = info ]; then\n'
                    '  echo \'{"cuda": {"nvrtc": null, "why_no_nvrtc": "cannot be opened"}}\'\n'
                    'else echo "same bits: $*"; fi\n')
        code, _, report, text = self.check()
        self.assertEqual(0, code)
        self.assertEqual("not there", self.states(report)["generated code"])
        self.assertIn("were not run: cannot be opened", text)
        calls = (self.build / "calls.txt").read_text()
        self.assertIn("--gtest_filter=-JitOnDevice*:FusedOnDevice*", calls)
        self.assertIn("same bits: parity moons --executor cuda-level", text)

    def test_with_nvrtc(self):
        _, _, report, text = self.check()
        self.assertNotIn("generated code", self.states(report))
        self.assertNotIn("gtest_filter", (self.build / "calls.txt").read_text())
        self.assertIn("--executor cuda-fused,cuda-level", text)
        self.check("--quick")
        self.assertIn("--gtest_filter=-CudaFused*", (self.build / "calls.txt").read_text())

    def test_parity_that_fails(self):
        self.script(self.build / "levelgrad", "#!/bin/sh\necho 'node 7 | differs'\nexit 6\n")
        code, _, report, text = self.check()
        self.assertEqual(1, code)
        self.assertEqual("failed", self.states(report)["parity yinyang"])
        self.assertIn("node 7 / differs", text)

    def test_a_sanitizer_that_finds_something(self):
        self.script(self.tools / "compute-sanitizer",
                    "#!/bin/sh\necho '========= ERROR SUMMARY: 1 error'\nexit 97\n")
        code, _, report, text = self.check()
        self.assertEqual(1, code)
        self.assertEqual("failed", self.states(report)["racecheck"])
        self.assertIn("ERROR SUMMARY: 1 error", text)

    def test_a_sanitizer_that_is_missing_is_told(self):
        (self.tools / "compute-sanitizer").unlink()
        code, _, report, text = self.check()
        self.assertEqual(0, code)
        self.assertEqual("not there", self.states(report)["memcheck"])
        self.assertIn("| memcheck | not there |", text)

    def test_programs_that_are_missing_fail(self):
        for name in ["device_tests", "failure_tests", "levelgrad", "bench_cuda"]:
            (self.build / name).unlink()
        code, _, report, text = self.check()
        self.assertEqual(1, code)
        self.assertEqual("failed", self.states(report)["bench"])
        self.assertIn("bench_cuda gave no results", text)

    def test_a_bench_that_fails_keeps_its_rows(self):
        self.script(self.build / "bench_cuda", BENCH_CUDA + "print('other bits')\nsys.exit(1)\n")
        code, _, report, text = self.check()
        self.assertEqual(1, code)
        self.assertEqual("failed", self.states(report)["bench"])
        self.assertIn("other bits", text)
        self.assertIn("cuda-level launches", text)

    def test_without_a_gpu(self):
        self.script(self.tools / "nvidia-smi", "#!/bin/sh\necho 'No devices were found'\nexit 6\n")
        code, said, report, _ = self.check()
        self.assertEqual((4, None), (code, report))
        self.assertIn("no GPU: nvidia-smi: No devices were found", said)

    @unittest.skipIf(os.path.exists("/dev/nvidiactl") or os.path.exists("/dev/dxg"), "has a GPU")
    def test_without_a_driver(self):
        (self.tools / "nvidia-smi").unlink()
        code, said, report, _ = self.check()
        self.assertEqual((4, None), (code, report))
        self.assertIn("no GPU: nvidia-smi is not there", said)


if __name__ == "__main__":
    unittest.main()
