"""The book's notebooks against PyTorch and matplotlib doing the same work, in one run.

    JUPYTER_PATH=$(cargo book kernel) python benches/notebooks.py TORCH_PYTHON [CHAPTER…] > notebooks.json

Runs, one after the other and in turns, the notebook of a chapter and its twin in
`twins/`, and a start with one batch norm and one plot. Times are medians of
three turns, in seconds. The Python that runs this is the book's own; TORCH_PYTHON
has torch, matplotlib and ipykernel.
"""

import json
import os
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


def once(kernel, cells):
    """Seconds from the start of a kernel to the end of each cell."""
    begun = time.monotonic()
    manager = KernelManager(kernel_name=kernel)
    manager.start_kernel(cwd=str(BOOK / "notebooks"))
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=300)
    marks = [time.monotonic() - begun]
    for cell in cells:
        reply = client.execute_interactive(cell, output_hook=lambda _: None, timeout=900)["content"]
        if reply["status"] != "ok":
            raise RuntimeError("\n".join([cell, *reply["traceback"]]))
        marks.append(time.monotonic() - begun)
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


def main(torch_python, *chapters):
    chapters = chapters or sorted(path.stem for path in (HERE / "twins").glob("*.py"))
    spec = KernelSpecManager().get_kernel_spec(KERNEL)
    python, script, warm = spec.argv[0], spec.argv[2], spec.argv[3]
    with tempfile.TemporaryDirectory() as folder:
        twin = Path(folder) / "jupyter/kernels/torch"
        twin.mkdir(parents=True)
        argv = [torch_python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        (twin / "kernel.json").write_text(json.dumps({"argv": argv, "display_name": "torch", "language": "python"}))
        os.environ["JUPYTER_PATH"] += os.pathsep + str(Path(folder) / "jupyter")
        spares = Path(folder) / "spares"
        # As `cargo book lab` does.
        keeper = subprocess.Popen(
            [python, "-I", script, warm, "--spares", str(spares)], stdin=subprocess.PIPE, cwd=BOOK / "notebooks"
        )

        def spare_is_ready():
            while not any(spares.glob("*.json")) or any(spares.glob("*.warming")):
                time.sleep(0.1)

        work = {"first result and first plot": FIRST}
        for chapter in chapters:
            work[chapter] = {"book": cells_of_book(chapter), "torch": cells_of_twin(chapter)}
        result = {"load": os.getloadavg()[0], "processors": os.cpu_count(), "work": {}}
        try:
            for name, cells in work.items():
                runs = {"book": [], "book, no spare": [], "torch": []}
                for _ in range(TURNS):
                    os.environ["BN_SPARES"] = str(spares)
                    spare_is_ready()
                    runs["book"].append(once(KERNEL, cells["book"]))
                    spare_is_ready()
                    del os.environ["BN_SPARES"]
                    runs["book, no spare"].append(once(KERNEL, cells["book"]))
                    runs["torch"].append(once("torch", cells["torch"]))
                result["work"][name] = {who: summary(of) for who, of in runs.items()}
                print(name, result["work"][name], file=sys.stderr)
        finally:
            keeper.stdin.close()
            keeper.wait()
        result["load_after"] = os.getloadavg()[0]
        print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main(*sys.argv[1:])
