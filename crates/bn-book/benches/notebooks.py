"""The book's notebooks against PyTorch and matplotlib doing the same work, in one run.

    cargo book bench --notebooks [CHAPTER]

Runs, one after the other and in turns, the notebook of a chapter and its twin in
`twins/`, and a start with one batch norm and one plot. Times are those of the
faster of two turns, in seconds. The Python that runs this is the book's own; the first
argument is one with PyTorch.

A twin has one cell for each code cell of its notebook. It runs twice: with as many
threads as PyTorch takes by itself, and with one, which can be faster where networks
are small.

What the steps of the book's kernel gain is measured with less: one without a spare
kernel warmed ahead, one that also optimizes the cells, and evcxr as it comes, which
compiles the crates when a notebook asks for them.
"""

import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

HERE = Path(__file__).resolve().parent
BOOK = HERE.parents[2]
KERNEL = "rust-batch-norm"
TURNS = 2
START = "first result and first plot"
# The work that kernels do which only show what a step gains.
STEPS_DO = (START, "02-batch-norm")
# Each twin's name in the result, and what its kernel finds in its environment: `lab.py`
# stands here, as bn-lab stands in the book's kernel.
# It may keep its bytecode, whatever the shell says.
LAB = {"PYTHONPATH": str(HERE), "PYTHONDONTWRITEBYTECODE": ""}
TWINS = {
    "torch": LAB,
    "torch, one thread": {**LAB, "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"},
}
VERSIONS = """
import json, platform
import matplotlib, numpy, sklearn, torch
modules = {module.__name__: module.__version__ for module in (torch, numpy, matplotlib, sklearn)}
print(json.dumps({"python": platform.python_version(), **modules}))
"""
FIRST = {
    "book": [
        "use bn::prelude::*;\nlet x = array![[1.0, 10.0], [3.0, 30.0]];\n"
        "let (y, _) = BatchNorm::<f64>::params(2).check()?.layer().forward_train(x.view())?;\nprintln!(\"{y}\");",
        'LineChart::new("x", "y").line(Arm::BatchNorm, [1.0, 2.0], [1.0, -1.0]).figure("one", "One.", "A line.")?.show();',
    ],
    "torch": [
        "import torch\nx = torch.tensor([[1.0, 10.0], [3.0, 30.0]])\ny = torch.nn.BatchNorm1d(2)(x)\nprint(y)",
        "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2], [1, -1])\nplt.show()",
    ],
}


def cells_of_book(chapter):
    notebook = json.loads((BOOK / "notebooks" / f"{chapter}.ipynb").read_text())
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]


def cells_of_twin(chapter):
    text = (HERE / "twins" / f"{chapter}.py").read_text()
    return [cell.strip() for cell in text.split("# %%\n")[1:]]


def cells_of(chapter):
    """The cells of both, if they are as many."""
    cells = {"book": cells_of_book(chapter), "torch": cells_of_twin(chapter)}
    book, twin = len(cells["book"]), len(cells["torch"])
    if book != twin:
        sys.exit(f"{chapter}: the notebook has {book} code cells, its twin {twin}: write the twin's anew")
    return cells


def processor():
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def said(*command):
    return subprocess.run(command, cwd=BOOK, check=True, capture_output=True, text=True).stdout.strip()


def machine(torch_python):
    """What ran where: versions and processor."""
    return {
        "processor": f"{processor()}, {os.cpu_count()} threads",
        "system": platform.system(),
        "rustc": said("rustc", "--version").split()[1],
        **json.loads(said(torch_python, "-c", VERSIONS)),
    }


def once(kernel, cells):
    """Seconds from the start of a kernel to the end of each cell."""
    begun = time.monotonic()
    manager = KernelManager(kernel_name=kernel)
    # What evcxr says about itself and the crates it compiles is of no interest here.
    manager.start_kernel(cwd=str(BOOK / "notebooks"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=300)
        marks = [time.monotonic() - begun]
        for cell in cells:
            reply = client.execute_interactive(cell, output_hook=lambda _: None, timeout=900)["content"]
            if reply["status"] != "ok":
                raise RuntimeError("\n".join([cell, *reply["traceback"]]))
            marks.append(time.monotonic() - begun)
    finally:
        client.stop_channels()
        manager.shutdown_kernel()
    return marks


def summary(runs):
    """Of several runs: the fastest as a whole, and the median of all cells."""
    cells = [after - before for run in runs for before, after in zip(run, run[1:])]
    return {
        "seconds": round(min(run[-1] for run in runs), 2),
        "median_cell": round(statistics.median(cells), 3),
        "cells": len(runs[0]) - 1,
    }


def install_twins(torch_python, folder):
    """A kernel for each of `TWINS`; the folder is for JUPYTER_PATH."""
    for name, environment in TWINS.items():
        kernel = folder / "kernels" / kernel_of(name)
        kernel.mkdir(parents=True)
        spec = {
            "argv": [torch_python, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
            "display_name": name,
            "language": "python",
            "env": environment,
        }
        (kernel / "kernel.json").write_text(json.dumps(spec))


def install_steps(spec, folder):
    """Kernels that lack a step: as `install_twins`."""
    warm = Path(spec.argv[3])
    optimizing = folder / "optimizing"
    shutil.copytree(warm, optimizing, symlinks=True, ignore=shutil.ignore_patterns("deps"))
    settings = (optimizing / "warm.json").read_text()
    (optimizing / "warm.json").write_text(settings.replace("-Copt-level=0", "-Copt-level=1"))
    engine = json.loads(settings)["engine"]
    steps = {
        "book, cells optimized": {**spec.to_dict(), "argv": [*spec.argv[:3], str(optimizing), *spec.argv[4:]]},
        "evcxr": {"argv": [engine, "--control_file", "{connection_file}"], "display_name": "evcxr", "language": "rust"},
    }
    for name, step in steps.items():
        kernel = folder / "kernels" / kernel_of(name)
        kernel.mkdir(parents=True)
        (kernel / "kernel.json").write_text(json.dumps(step))


def kernel_of(name):
    return name.replace(", ", "-").replace(" ", "-")


def main(torch_python, *chapters):
    # Kernels start in another folder.
    torch_python = str(Path(torch_python).absolute())
    chapters = chapters or sorted(path.stem for path in (HERE / "twins").glob("*.py"))
    # First, what can be wrong before anything has taken its minutes.
    work = {START: FIRST, **{chapter: cells_of(chapter) for chapter in chapters}}
    result = {"environment": machine(torch_python), "load": os.getloadavg()[0], "work": []}
    spec = KernelSpecManager().get_kernel_spec(KERNEL)
    python, script, warm = spec.argv[0], spec.argv[2], spec.argv[3]
    with tempfile.TemporaryDirectory() as folder:
        install_twins(torch_python, Path(folder) / "jupyter")
        install_steps(spec, Path(folder) / "jupyter")
        paths = [os.environ.get("JUPYTER_PATH", ""), str(Path(folder) / "jupyter")]
        os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, paths))
        spares = Path(folder) / "spares"
        # As `cargo book lab` does.
        keeper = subprocess.Popen(
            [python, "-I", script, warm, "--spares", str(spares)], stdin=subprocess.PIPE, cwd=BOOK / "notebooks"
        )

        def spare_is_ready():
            while not any(spares.glob("*.json")) or any(spares.glob("*.warming")):
                if keeper.poll() is not None:
                    raise RuntimeError("the program that keeps spare kernels has ended")
                time.sleep(0.1)

        try:
            for name, cells in work.items():
                runs = {who: [] for who in ("book", "book, no spare", *TWINS)}
                if name in STEPS_DO:
                    dependency = f":dep bn = {{ path = {str(BOOK / 'crates/bn')!r} }}".replace("'", '"')
                    runs["book, cells optimized"] = [once(kernel_of("book, cells optimized"), cells["book"])]
                    runs["evcxr"] = [once("evcxr", [f"{dependency}\n{cells['book'][0]}", *cells["book"][1:]])]
                for _ in range(TURNS):
                    os.environ["BN_SPARES"] = str(spares)
                    spare_is_ready()
                    runs["book"].append(once(KERNEL, cells["book"]))
                    spare_is_ready()
                    del os.environ["BN_SPARES"]
                    runs["book, no spare"].append(once(KERNEL, cells["book"]))
                    # The slower of the twins need not run again.
                    again = [min(TWINS, key=lambda twin: runs[twin][0][-1])] if runs["torch"] else TWINS
                    for twin in again:
                        runs[twin].append(once(kernel_of(twin), cells["torch"]))
                for who, of in runs.items():
                    told = {"work": name, "who": who, **summary(of)}
                    result["work"].append(told)
                    print(f"{name:30}  {who:18} {told['seconds']:8.2f} s, median cell {told['median_cell']:.3f} s", file=sys.stderr)
        finally:
            keeper.stdin.close()
            keeper.wait()
        print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main(*sys.argv[1:])
