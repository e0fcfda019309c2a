"""What a client of Jupyter sees of the kernel: one function per promise.

    python jupyter.py PROMISE…    with JUPYTER_PATH set; fails when one is not kept

Promises that ask for a kernel share one, in the order given. `gone` is for the end: then no
kernel is left, which is no promise where others run notebooks with the same build.
"""

import contextlib
import inspect
import json
import os
import queue
import random
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from jupyter_client.manager import KernelManager

NAME = "rust-batch-norm"
RUNNING = Path(os.environ["JUPYTER_PATH"]).parent / "running"


class Kernel:
    def __init__(self, **options):
        self.manager = KernelManager(kernel_name=NAME)
        self.manager.start_kernel(**options)
        self.client = self.manager.client()
        self.client.start_channels()

    def __enter__(self):
        self.client.wait_for_ready(timeout=100)
        return self

    def __exit__(self, *_):
        self.client.stop_channels()
        self.manager.shutdown_kernel()

    def run(self, code, **options):
        """The reply, and all that was put out."""
        told = []
        reply = self.client.execute_interactive(
            code, output_hook=lambda m: told.append(m), timeout=100, **options
        )
        return reply["content"], [(m["msg_type"], m["content"]) for m in told]

    def text(self, code):
        reply, told = self.run(code)
        assert reply["status"] == "ok", reply
        return "".join(c.get("text", "") or c.get("data", {}).get("text/plain", "") for _, c in told)

    def fails(self, code, kind, message, place):
        """The cell fails, in the reply and in what is shown, with these words."""
        reply, told = self.run(code, stop_on_error=False)
        errors = [content for kind, content in told if kind == "error"]
        assert reply["status"] == "error" and len(errors) == 1, (code, reply, told)
        for said in (reply, errors[0]):
            trace = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(said["traceback"]))
            assert said["ename"] == kind and message in said["evalue"], (code, said)
            assert place in trace, (code, said)


def gone(within=10):
    """No kernel is left, neither its folder nor a process that knows it."""
    begun = time.monotonic()
    while True:
        left = [str(one) for one in RUNNING.iterdir()]
        for process in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                if str(RUNNING.parent).encode() in process.read_bytes() and "jupyter.py" not in str(process):
                    left.append(process.read_text().replace("\0", " "))
            except OSError:
                pass
        if not left:
            return
        assert time.monotonic() - begun < within, left
        time.sleep(0.1)


def failures_are_errors(kernel):
    kernel.run("let kept = vec![1, 2, 3];\nlet limit: usize = 5;")
    kernel.fails("let k = limit;\nkept[k]", "Panic", "the len is 3 but the index is 5", "cell [2], line 2: kept[k]")
    kernel.fails('let n: u32 = "a".parse()?;', "Error", "invalid digit", "cell [3], line 1: let n")
    kernel.fails("let a = 1;\nlet b: u32 = \"a\";", "Error", "mismatched types", " 2 │")
    kernel.run("fn deep(x: u8) {\n    assert!(x > 9, \"two\\nlines\");\n}")
    kernel.fails("let x = 1;\ndeep(x);", "Panic", "two\nlines", "cell [5], line 2: assert!")
    kernel.fails("let e: u8 = 300;", "Error", "out of range", "")
    kernel.fails("let text = String::new();\ntext.split_at(4);", "Panic", "", "cell [8], line 2: text.split_at")
    assert kernel.text("kept.len()") == "3", "variables survive"
    _, told = kernel.run("std::panic::catch_unwind(|| panic!(\"inner\")).is_err()")
    assert "inner" in json.dumps(told) and "true" in json.dumps(told), told
    kernel.fails("std::process::abort();", "Ended", "SIGABRT", "cell [11]")
    crash = "let nowhere = std::hint::black_box(8usize) as *mut u8;\nunsafe { nowhere.write_volatile(1) };"
    kernel.fails(crash, "Ended", "SIG", "cell [12], line ")
    kernel.fails("std::process::exit(0);", "Ended", "ended", "cell [13]")
    assert kernel.text("1 + 1") == "2", "the kernel stays usable"
    assert kernel.text("// nothing to run") == ""
    assert kernel.text("for _ in 0..3 {}") == ""
    assert kernel.text('print!("no line end"); eprintln!("both");') in ("no line endboth\n", "both\nno line end")


def nothing_that_is_shown_is_lost(kernel):
    """A large display comes on another channel than the answer, and after it."""
    show = 'println!("EVCXR_BEGIN_CONTENT text/plain\\n{}\\nEVCXR_END_CONTENT", "x".repeat(4_000_000));'
    for k in range(3):
        assert kernel.text(f'println!("{k}");\n{show}').count("x") == 4_000_000


def a_bar_of_progress_is_drawn_over_and_goes_away(kernel):
    code = 'for told in ["half", "all!", ""] { println!("\\u{1}progress {told}"); }\nprintln!("done");'
    assert kernel.text(code) == "\rhalf\rall!\r    \rdone\n"


def silent_cells_are_not_counted(kernel):
    """As VS Code asks."""
    kernel.run("let a = 1;")
    count = kernel.run("1")[0]["execution_count"]
    reply, told = kernel.run("let b = a;", silent=True)
    assert (reply["status"], reply["execution_count"]) == ("ok", count), reply
    assert "execute_input" not in [kind for kind, _ in told], told
    assert kernel.run("b")[0]["execution_count"] == count + 1


def the_types_of_the_book_show_themselves(kernel):
    """Needs the kernel of the book itself, not one of a small crate."""
    kernel.run("use bn::prelude::*;")
    kernel.run("let x = array![[1.0, 10.0], [3.0, 30.0]];\nlet plan = NetworkParams::new(2).dense(4).batch_norm().relu().dense(2);")
    shown = {
        "x.clone()": ("text/html", "Array of f64, shape [2, 2]."),
        "Moments::of(x.view())?": ("text/html", "standard deviation"),
        "BatchNorm::<f64>::params(2).check()?.layer()": ("text/latex", r"y_{0} &= 1\,\frac{x_{0} - 0}{\sqrt{1 + 10^{-5}}} + 0"),
        'claim("patience")?.recorded()?': ("text/html", "verdict"),
        "plan.clone().check()?.build::<f32>(1)": ("text/html", "A network with 2 inputs and 30 parameters."),
        "Trace { losses: vec![0.7, 0.6, 0.4], end: End::Finished }": ("image/svg+xml", "Loss of each batch, from 0.7 to 0.4."),
    }
    for code, (mime, words) in shown.items():
        reply, told = kernel.run(code)
        data = [content["data"] for _, content in told if "data" in content]
        assert len(data) == 1 and words in data[0].get(mime, ""), (code, reply, told)
        assert mime == "image/svg+xml" or data[0]["text/plain"].strip(), (code, data)


def names_of_the_book_are_completed_and_explained(kernel):
    """Needs the kernel of the book itself, not one of a small crate."""
    kernel.run("use bn::prelude::*;\nlet moments = Moments::of(array![[1.0], [2.0]].view())?;")

    def answer(ask, code):
        asked = ask(code, len(code))
        while True:
            reply = kernel.client.get_shell_msg(timeout=60)
            if reply["parent_header"]["msg_id"] == asked:
                return reply["content"]

    assert "variance" in answer(kernel.client.complete, "moments.va")["matches"]
    assert "batch_variance(x)" in answer(kernel.client.complete, "batch_va")["matches"]
    told = answer(kernel.client.inspect, "batch_variance")
    assert told["found"] and "two passes" in told["data"]["text/plain"].lower(), told


def what_waits_behind_a_failure_is_not_run(kernel):
    client = kernel.client
    kernel.run("1")
    ids = [client.execute(code) for code in ("let a = 1;", 'panic!("stop here");', 'println!("never");')]
    replies = [client.get_shell_msg(timeout=60) for _ in ids]
    states = {r["parent_header"]["msg_id"]: r["content"]["status"] for r in replies}
    assert [states[i] for i in ids] == ["ok", "error", "aborted"], states
    assert kernel.text("a + 1") == "2"


def output_comes_while_a_cell_runs_and_an_interrupt_ends_it(kernel):
    kernel.run("1")
    code = 'println!("begun");\nlet mut n = 0u64;\nwhile n < u64::MAX { n = std::hint::black_box(n) + 1; }'
    asked = kernel.client.execute(code)
    while True:
        message = kernel.client.get_iopub_msg(timeout=60)
        if message["msg_type"] == "stream":
            break
    assert message["content"]["text"] == "begun\n"
    begun = time.monotonic()
    kernel.manager.interrupt_kernel()
    reply = kernel.client.get_shell_msg(timeout=10)
    took = time.monotonic() - begun
    assert reply["content"]["ename"] == "Interrupted" and took < 1, (reply["content"], took)
    assert kernel.text("2 + 2") == "4"
    # With nothing to interrupt, nothing is lost.
    kernel.run("let kept = 7;")
    kernel.manager.interrupt_kernel()
    time.sleep(0.2)
    assert kernel.text("kept") == "7"


def five_at_once():
    def one(k):
        with Kernel() as kernel:
            kernel.run(f"let mine = {k};")
            return kernel.text("mine + 1")

    with ThreadPoolExecutor(5) as pool:
        assert list(pool.map(one, range(5))) == [str(k + 1) for k in range(5)]
    gone()


def twenty_starts_and_kills():
    random.seed(20)
    for k in range(20):
        manager = KernelManager(kernel_name=NAME)
        manager.start_kernel()
        time.sleep(random.random() * 0.6)
        manager.provisioner.process.kill()
        manager.provisioner.process.wait()
        manager.cleanup_resources()
    gone()


def a_killed_jupyter_takes_its_kernels_along():
    code = f"""
import time
from jupyter_client.manager import KernelManager
KernelManager(kernel_name="{NAME}").start_kernel()
print("started", flush=True)
time.sleep(1000)
"""
    jupyter = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert jupyter.stdout.readline() == b"started\n"
    time.sleep(1)
    jupyter.kill()
    jupyter.wait()
    gone()


def from_any_folder():
    where = os.path.realpath(os.environ.get("TMPDIR", "/tmp"))
    with Kernel(cwd=where) as kernel:
        assert kernel.text('println!("{}", std::env::current_dir()?.display());') == where + "\n"
        assert kernel.text("bn::mean(&[1.0, 2.0])") == "1.5"


def a_full_disk():
    """Files may not grow beyond a few kilobytes: no cell can be compiled."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        kernel = Kernel()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    begun = time.monotonic()
    try:
        with kernel:
            reply, told = kernel.run("1 + 1")
            assert reply["status"] == "error", reply
            said = json.dumps([reply, told]).lower()
            assert "too large" in said or "no space" in said or "write" in said, said
    except (RuntimeError, queue.Empty) as error:
        # It may also end; then it ends soon.
        assert "died" in str(error), error
    assert time.monotonic() - begun < 60
    gone()
    with Kernel() as kernel:
        assert kernel.text("1 + 1") == "2"


def main(names):
    promises = [globals()[name] for name in names if name != "gone"]
    with contextlib.ExitStack() as stack:
        kernel = None
        for promise in promises:
            if not inspect.signature(promise).parameters:
                promise()
                continue
            kernel = kernel or stack.enter_context(Kernel())
            promise(kernel)
    if "gone" in names:
        gone()


if __name__ == "__main__":
    main(sys.argv[1:])
