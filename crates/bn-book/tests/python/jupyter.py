"""What a client of Jupyter sees of the kernel: one function per promise.

    python jupyter.py PROMISE    with JUPYTER_PATH set; fails when the promise is not kept
"""

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


def failures_are_errors():
    with Kernel() as kernel:
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
        assert kernel.text('print!("no line end"); eprintln!("both");') in ("no line endboth\n", "both\nno line end")


def nothing_that_is_shown_is_lost():
    """A large display comes on another channel than the answer, and after it."""
    with Kernel() as kernel:
        show = 'println!("EVCXR_BEGIN_CONTENT text/plain\\n{}\\nEVCXR_END_CONTENT", "x".repeat(4_000_000));'
        for k in range(3):
            assert kernel.text(f'println!("{k}");\n{show}').count("x") == 4_000_000


def what_waits_behind_a_failure_is_not_run():
    with Kernel() as kernel:
        client = kernel.client
        kernel.run("1")
        ids = [client.execute(code) for code in ("let a = 1;", 'panic!("stop here");', 'println!("never");')]
        replies = [client.get_shell_msg(timeout=60) for _ in ids]
        states = {r["parent_header"]["msg_id"]: r["content"]["status"] for r in replies}
        assert [states[i] for i in ids] == ["ok", "error", "aborted"], states
        assert kernel.text("a + 1") == "2"


def output_comes_while_a_cell_runs_and_an_interrupt_ends_it():
    with Kernel() as kernel:
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


if __name__ == "__main__":
    globals()[sys.argv[1]]()
    gone()
