"""The book's notebooks against PyTorch and matplotlib doing the same work, in one run.

    python3 -m venv TWINS && TWINS/bin/pip install -r benches/requirements.txt
    JUPYTER_PATH=$(cargo book kernel) python benches/notebooks.py TWINS/bin/python [CHAPTER…] > notebooks.json

Runs, one after the other and in turns, the notebook of a chapter and its twin in
`twins/`, and a start with one batch norm and one plot. Times are medians of
three turns, in seconds. The Python that runs this is the book's own.

A twin has one cell for each code cell of its notebook. It runs twice: with as many
threads as PyTorch takes by itself, and with one, which can be faster where networks
are small.
"""

import json
import os
import platform
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
TURNS = 3
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
print(json.dumps({"python": platform.python_version(), **modules, "torch threads": torch.get_num_threads()}))
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
    """What ran where: versions, processor, commit."""
    return {
        "processor": processor(),
        "processors": os.cpu_count(),
        "system": platform.platform(),
        "commit": said("git", "describe", "--always", "--dirty"),
        "rustc": said("rustc", "--version"),
        "twins": json.loads(said(torch_python, "-c", VERSIONS)),
    }


def once(kernel, cells):
    """Seconds from the start of a kernel to the end of each cell."""
    begun = time.monotonic()
    manager = KernelManager(kernel_name=kernel)
    manager.start_kernel(cwd=str(BOOK / "notebooks"))
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
    """Of several runs: the median of the whole, and of the cells."""
    cells = [after - before for run in runs for before, after in zip(run, run[1:])]
    return {
        "seconds": round(statistics.median(run[-1] for run in runs), 2),
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


def kernel_of(name):
    return name.replace(", ", "-").replace(" ", "-")


def main(torch_python, *chapters):
    # Kernels start in another folder.
    torch_python = str(Path(torch_python).absolute())
    chapters = chapters or sorted(path.stem for path in (HERE / "twins").glob("*.py"))
    # First, what can be wrong before anything has taken its minutes.
    work = {"first result and first plot": FIRST, **{chapter: cells_of(chapter) for chapter in chapters}}
    result = {"load": os.getloadavg()[0], **machine(torch_python), "work": {}}
    spec = KernelSpecManager().get_kernel_spec(KERNEL)
    python, script, warm = spec.argv[0], spec.argv[2], spec.argv[3]
    with tempfile.TemporaryDirectory() as folder:
        install_twins(torch_python, Path(folder) / "jupyter")
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
                for _ in range(TURNS):
                    os.environ["BN_SPARES"] = str(spares)
                    spare_is_ready()
                    runs["book"].append(once(KERNEL, cells["book"]))
                    spare_is_ready()
                    del os.environ["BN_SPARES"]
                    runs["book, no spare"].append(once(KERNEL, cells["book"]))
                    for twin in TWINS:
                        runs[twin].append(once(kernel_of(twin), cells["torch"]))
                result["work"][name] = {who: summary(of) for who, of in runs.items()}
                print(name, result["work"][name], file=sys.stderr)
        finally:
            keeper.stdin.close()
            keeper.wait()
        result["load_after"] = os.getloadavg()[0]
        print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main(*sys.argv[1:])
