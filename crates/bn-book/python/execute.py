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
import queue
import re
import signal
import sys
import threading
import time

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbclient.util import run_sync
from nbformat.v4 import new_code_cell

ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
END = "end of the notebook"


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


def errors_of(cell):
    """What a cell wrote to standard error: this kernel's only sign of a panic or a failed `?`."""
    streams = (o for o in cell.outputs if o.output_type == "stream" and o.name == "stderr")
    return ANSI.sub("", "".join(o.text for o in streams)).strip()


def receive(client, cell, position, seconds):
    """Adds one more message to a cell's outputs; false when none comes in time."""
    try:
        message = run_sync(client.kc.iopub_channel.get_msg)(timeout=seconds)
    except queue.Empty:
        return False
    if message["header"]["msg_type"] in ("stream", "display_data"):
        client.process_message(message, cell, position)
    return True


def last_words(client, notebook):
    """What cells put out after the kernel called them done, in the order of sending.

    This kernel sends what a cell writes from another thread than its answer, so
    that a panic can come late; but nothing comes later than what is written later.
    """
    end = new_code_cell(f'println!("{END}"); eprintln!("{END}");')
    notebook.cells.append(end)
    position = len(notebook.cells) - 1
    client.execute_cell(end, position)
    begun = time.monotonic()
    while sum(END in o.get("text", "") for o in end.outputs) < 2:
        if time.monotonic() - begun > 30:
            raise TimeoutError("it does not answer after the last cell")
        receive(client, end, position, 1)
    for output in end.outputs:
        if "text" in output:
            output.text = output.text.replace(END + "\n", "")
    return [o for o in end.outputs if o.get("text", "-")]


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
                while receive(client, cell, position, 0.1):
                    pass
                message = errors_of(cell)
            except CellExecutionError as error:
                message = errors_of(cell) or str(error)
                said = [o for o in cell.outputs if o.output_type == "error"]
                if said:
                    message = "\n".join("\n".join(o.traceback) or o.evalue for o in said)
            except DeadKernelError:
                message = errors_of(cell) or "the kernel died"
            if message:
                tell(event="failed", cell=index, message=ANSI.sub("", message))
                return 1
            outputs.append(cell.outputs)
            last = cell
            tell(event="done", cell=index, seconds=time.monotonic() - begun)
        last.outputs += last_words(client, notebook)
        if message := errors_of(last):
            tell(event="failed", cell=index, message=message)
            return 1
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
