"""Runs the code cells of a notebook with a Jupyter kernel, one after the other.

    python execute.py NOTEBOOK KERNEL < (open pipe) > events

Reads nothing from standard input: when it closes, whoever started this is gone,
and the kernel is stopped. Writes one JSON object per line to standard output:
`start` and `done` around each cell, `failed` with the message of a cell,
`broken` when there is no kernel to talk to, or at the end `finished` with the
outputs of every cell.
"""

import json
import os
import re
import signal
import sys
import threading
import time

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError

ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def tell(**event):
    print(json.dumps(event), flush=True)


def stop_when_abandoned(client):
    while sys.stdin.buffer.read(1):
        pass
    if client.km is not None and client.km.has_kernel:
        stop_with_children(client.km.provisioner.pid)
    os._exit(1)


def stop_with_children(pid):
    """The kernel runs cells in a child of its own, and compiles them in others."""
    if hasattr(os, "killpg"):
        os.killpg(os.getpgid(pid), signal.SIGKILL)
    else:
        os.kill(pid, signal.SIGTERM)


def run(path, kernel):
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=None, kernel_name=kernel, record_timing=False)
    threading.Thread(target=stop_when_abandoned, args=(client,), daemon=True).start()
    outputs = []
    with client.setup_kernel():
        for position, cell in enumerate(notebook.cells):
            if cell.cell_type != "code":
                continue
            index = len(outputs)
            tell(event="start", cell=index)
            begun = time.monotonic()
            try:
                client.execute_cell(cell, position)
            except CellExecutionError as error:
                said = [o for o in cell.outputs if o.output_type == "error"]
                message = "\n".join("\n".join(o.traceback) or o.evalue for o in said) or str(error)
                tell(event="failed", cell=index, message=ANSI.sub("", message))
                return 1
            except DeadKernelError:
                tell(event="failed", cell=index, message="the kernel died")
                return 1
            outputs.append(cell.outputs)
            tell(event="done", cell=index, seconds=time.monotonic() - begun)
    tell(event="finished", outputs=outputs)
    return 0


if __name__ == "__main__":
    try:
        status = run(*sys.argv[1:])
    except Exception as error:
        tell(event="broken", message=f"{type(error).__name__}: {error}")
        status = 1
    # Not sys.exit: the thread that waits for standard input would never be joined.
    sys.stderr.flush()
    os._exit(status)
