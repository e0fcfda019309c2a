"""The kernel "Rust (batch norm)": stands between Jupyter and evcxr.

    python kernel.py WARM CONNECTION_FILE   what Jupyter starts
    python kernel.py WARM --spares FOLDER   keeps one kernel warm there, until standard input closes
    python kernel.py WARM --serve FOLDER    one kernel, whose owner holds standard input

What Jupyter starts is small: it takes a spare kernel, if there is one, or starts
its own, and lends it its life. The serving process relays the messages, starts
the next cell only when the last one is told to be over, and turns what evcxr
reports as success into what it is: a panic and a failed `?` are errors. When
the owner is gone, whatever the reason, it stops the engine and takes its folder
away.
"""

import json
import os
import re
import secrets
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

MARK = "\x01"

# ---- what Jupyter starts ----------------------------------------------------


def launch(warm, connection_file):
    order = {"connection_file": os.path.abspath(connection_file), "folder": os.getcwd()}
    owner = take_spare(os.environ.get("BN_SPARES"), order)
    if owner is None:
        owner, theirs = socket.socketpair()
        subprocess.Popen(
            [sys.executable, "-I", __file__, warm, "--serve", ""],
            stdin=theirs,
            start_new_session=True,
        )
        theirs.close()
        owner.sendall(json.dumps(order).encode() + b"\n")
    # Interrupts come as messages; the terminal's are meant for Jupyter.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent, said = os.getppid(), b""
    while True:
        if select.select([owner], [], [], 1)[0]:
            some = owner.recv(4096)
            if not some:
                break
            said += some
        # A Jupyter that was killed stops no kernel.
        if "JPY_PARENT_PID" in os.environ and os.getppid() != parent:
            break
    if said:
        stop_group(json.loads(said)["engine"])


def take_spare(folder, order):
    """A connection to a spare kernel that is now ours."""
    names = sorted(os.listdir(folder)) if folder and os.path.isdir(folder) else []
    for name in names:
        if not name.endswith(".json"):
            continue
        path = os.path.join(folder, name)
        taken = f"{path}.{os.getpid()}"
        try:
            with open(path, encoding="utf-8") as file:
                spare = json.load(file)
            if spare["folder"] != order["folder"]:
                continue
            os.rename(path, taken)
            os.remove(taken)
            owner = socket.create_connection(("127.0.0.1", spare["port"]), timeout=5)
            owner.settimeout(None)
            owner.sendall(json.dumps({**order, "token": spare["token"]}).encode() + b"\n")
            return owner
        except (OSError, ValueError):
            continue
    return None


def stop_group(leader):
    """Ends an engine, its compilers and the process that runs the cells."""
    try:
        if hasattr(os, "killpg"):
            os.killpg(leader, signal.SIGKILL)
        else:
            os.kill(leader, signal.SIGTERM)
    except OSError:
        pass


# ---- who keeps spares ---------------------------------------------------------


def keep_spares(warm, folder):
    os.makedirs(folder, exist_ok=True)
    started = []
    while True:
        # To warm one takes seconds, which the cells of the one just taken can use better: until
        # they rest, but not for ever.
        since, quiet = time.monotonic(), time.monotonic()
        while started and time.monotonic() - since < 60 and time.monotonic() - quiet < 3:
            if any(name.endswith(".busy") for name in os.listdir(folder)):
                quiet = time.monotonic()
            if owner_is_gone(0.2):
                return
        started = [one for one in started if one.poll() is None]
        started.append(
            subprocess.Popen(
                [sys.executable, "-I", __file__, warm, "--serve", folder],
                stdin=subprocess.PIPE,
                start_new_session=True,
            )
        )
        begun, offered, waiting = time.monotonic(), False, False
        # Until it is taken, and warm: the next one would take time from it. One that
        # cannot even start is not tried again at once.
        while waiting or not offered and time.monotonic() - begun < 10:
            if owner_is_gone(0.1):
                return
            waiting = any(name.endswith((".json", ".warming")) for name in os.listdir(folder))
            offered = offered or waiting


def owner_is_gone(within):
    return select.select([sys.stdin], [], [], within)[0] and not os.read(0, 1)


# ---- the serving process ------------------------------------------------------


class Serving:
    """One kernel: the sockets of Jupyter's clients, and those of the engine."""

    def __init__(self, warm, spares):
        import zmq

        self.zmq = zmq
        self.context = zmq.Context()
        self.warm = warm
        with open(os.path.join(warm, "warm.json"), encoding="utf-8") as file:
            self.settings = json.load(file)
        self.folder = tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=self.settings["running"])
        with open(os.path.join(self.folder, "warm"), "w", encoding="utf-8") as file:
            file.write(warm)
        self.spares = spares
        self.offer = None
        self.warming = None
        self.busy = os.path.join(spares, f"{os.getpid()}.busy") if spares else None
        self.owner = None  # a socket or the standard input of whoever lends us its life
        self.listener = None
        self.client = None  # sockets by name, once an owner has come
        self.key = b""
        self.hidden = list(self.settings["first_cells"])
        self.queue = []  # execute requests that wait: (identities, frames)
        self.running = None
        self.returns = {}  # who asked, by message id
        self.cells = []  # (count, code) of what ran
        self.count = 0
        self.engine_count = 1
        self.ready = False
        self.engine = None

    # -- life

    def run(self):
        self.start_engine()
        if self.spares:
            self.offer_as_spare()
        poller = self.poller = self.zmq.Poller()
        poller.register(0, self.zmq.POLLIN)
        for one in self.engine_sockets.values():
            poller.register(one, self.zmq.POLLIN)
        if self.listener:
            poller.register(self.listener, self.zmq.POLLIN)
        asked = 0.0
        while True:
            if not self.ready and time.monotonic() - asked > 1:
                # Until an answer comes on both channels: a message sent before that can be lost.
                asked = time.monotonic()
                self.to_engine("shell", self.request("kernel_info_request", {}))
            for one, _ in poller.poll(20 if self.running else 1000):
                self.receive(one)
            if self.engine.poll() is not None:
                self.engine_died()
                return
            self.advance()

    def start_engine(self):
        ports = free_ports(5)
        self.engine_key = secrets.token_hex(16).encode()
        names = ("shell_port", "iopub_port", "stdin_port", "control_port", "hb_port")
        connection = dict(zip(names, ports))
        connection.update(
            transport="tcp", ip="127.0.0.1", key=self.engine_key.decode(), signature_scheme="hmac-sha256"
        )
        path = os.path.join(self.folder, "connection.json")
        with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as file:
            json.dump(connection, file)
        os.makedirs(os.path.join(self.folder, "config"))
        home = os.path.join(self.warm, "home")
        environment = {
            **os.environ,
            "CARGO_HOME": home,
            "PATH": os.path.join(home, "bin") + os.pathsep + os.environ.get("PATH", ""),
            "EVCXR_TMPDIR": os.path.join(self.folder, "build"),
            "EVCXR_CONFIG_DIR": os.path.join(self.folder, "config"),
            "BN_NOTEBOOK": "1",
        }
        for name in ("CARGO", "RUSTC", "RUSTUP_TOOLCHAIN", "RUSTFLAGS", "CARGO_TARGET_DIR", "BN_SPARES"):
            environment.pop(name, None)
        self.log = os.path.join(self.folder, "engine.log")
        with open(self.log, "wb") as log:
            self.engine = subprocess.Popen(
                [self.settings["engine"], "--control_file", path],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                # A compiler that may write no more must say so, and not be killed.
                restore_signals=False,
            )
        with open(os.path.join(self.folder, "engine"), "w", encoding="utf-8") as file:
            file.write(str(self.engine.pid))
        zmq = self.zmq
        self.engine_sockets = {}
        for name, kind in (("shell", zmq.DEALER), ("control", zmq.DEALER), ("stdin", zmq.DEALER), ("iopub", zmq.SUB)):
            one = self.context.socket(kind)
            one.linger = 0
            if kind == zmq.SUB:
                one.subscribe(b"")
            one.connect(f"tcp://127.0.0.1:{connection[name + '_port']}")
            self.engine_sockets[name] = one

    def offer_as_spare(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.token = secrets.token_hex(16)
        self.offer = os.path.join(self.spares, f"{time.time_ns()}-{os.getpid()}.json")
        self.warming = self.offer.replace(".json", ".warming")
        with open(self.warming, "x", encoding="utf-8"):
            pass
        offer = {"port": self.listener.getsockname()[1], "token": self.token, "folder": os.getcwd()}
        with open(os.open(self.offer + ".new", os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as file:
            json.dump(offer, file)
        os.rename(self.offer + ".new", self.offer)

    def close(self):
        if self.engine is not None:
            stop_group(self.engine.pid)
            self.engine.wait()
        for told in (self.offer, self.warming, self.busy):
            remove(told)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.context.destroy(linger=200)

    def engine_died(self):
        """Tells the reason to whoever waits for a cell; the kernel ends with its engine."""
        with open(self.log, encoding="utf-8", errors="replace") as log:
            said = log.read()[-2000:].strip()
        message = f"the kernel's engine ended with {self.engine.returncode}"
        sys.stderr.write(f"{message}: {said}\n")
        if self.queue and not (self.running and self.running["client"]):
            self.begin(*self.queue.pop(0), True)
        if self.running and self.running["client"]:
            self.running["error"] = ("Engine", message, [message, said])
            self.finish()

    # -- receiving

    def receive(self, one):
        if one == 0:
            said = os.read(0, 65536)
            if said and self.owner is None:
                self.taken(json.loads(said), None)
            elif not said and self.owner in (None, 0):
                raise SystemExit
            elif not said:
                self.poller.unregister(0)
            return
        if self.listener is not None and one == self.listener.fileno():
            self.welcome()
            return
        if self.owner is not None and not isinstance(one, self.zmq.Socket):
            if not os.read(one, 65536):
                raise SystemExit
            return
        for name, mine in self.engine_sockets.items():
            if one is mine:
                while (frames := receive_now(self.zmq, one)) is not None:
                    self.from_engine(name, frames)
                return
        for name, theirs in (self.client or {}).items():
            if one is theirs:
                while (frames := receive_now(self.zmq, one)) is not None:
                    self.from_client(name, frames)
                return

    def welcome(self):
        visitor, _ = self.listener.accept()
        visitor.settimeout(5)
        try:
            order = json.loads(visitor.makefile("r", encoding="utf-8").readline())
        except (OSError, ValueError):
            return
        if not secrets.compare_digest(order.get("token", ""), self.token):
            return
        visitor.settimeout(None)
        self.poller.unregister(self.listener)
        self.listener.close()
        self.listener = None
        self.taken(order, visitor)

    def taken(self, order, visitor):
        with open(order["connection_file"], encoding="utf-8") as file:
            connection = json.load(file)
        self.key = connection["key"].encode()
        zmq = self.zmq
        self.client = {}
        kinds = (("shell", zmq.ROUTER), ("control", zmq.ROUTER), ("stdin", zmq.ROUTER), ("iopub", zmq.PUB), ("hb", zmq.REP))
        for name, kind in kinds:
            one = self.context.socket(kind)
            one.linger = 500
            if kind == zmq.ROUTER:
                one.router_handover = 1
            colon = "-" if connection["transport"] == "ipc" else ":"
            one.bind(f"{connection['transport']}://{connection['ip']}{colon}{connection[name + '_port']}")
            self.client[name] = one
            if kind != zmq.PUB:
                self.poller.register(one, zmq.POLLIN)
        hello = json.dumps({"engine": self.engine.pid}).encode() + b"\n"
        if visitor is None:
            self.owner = 0
            os.write(0, hello)
        else:
            self.owner = visitor
            self.poller.register(visitor, zmq.POLLIN)
            visitor.sendall(hello)

    # -- messages

    def request(self, kind, content):
        header = {
            "msg_id": secrets.token_hex(16),
            "msg_type": kind,
            "session": "book",
            "username": "book",
            "version": "5.3",
            "date": "2000-01-01T00:00:00Z",
        }
        return [json.dumps(part).encode() for part in (header, {}, {}, content)]

    def to_engine(self, channel, parts):
        self.engine_sockets[channel].send_multipart([b"<IDS|MSG>", sign(self.engine_key, parts), *parts[:4]])

    def to_client(self, channel, identities, parts):
        if self.client:
            self.client[channel].send_multipart([*identities, b"<IDS|MSG>", sign(self.key, parts), *parts])

    def tell(self, kind, content, parent):
        """A message of ours to every client."""
        parts = self.request(kind, content)
        header = json.loads(parts[0])
        header["date"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        header["session"] = json.loads(parent).get("session", "book")
        parts[0], parts[1] = json.dumps(header).encode(), parent
        self.to_client("iopub", [f"kernel.{kind}".encode()], parts)

    def answer(self, channel, identities, kind, content, parent):
        parts = self.request(kind, content)
        parts[1] = parent
        self.to_client(channel, identities, parts)

    def from_client(self, channel, frames):
        if channel == "hb":
            self.client["hb"].send_multipart(frames)
            return
        if b"<IDS|MSG>" not in frames:
            return
        at = frames.index(b"<IDS|MSG>")
        identities, signature, parts = frames[:at], frames[at + 1], frames[at + 2 : at + 6]
        if self.key and not secrets.compare_digest(signature, sign(self.key, parts)):
            return
        header = json.loads(parts[0])
        kind = header["msg_type"]
        if channel == "stdin":
            self.to_engine("stdin", parts)
            return
        if kind == "execute_request":
            self.queue.append((identities, parts))
            return
        ours = {
            "kernel_info_request": KERNEL_INFO,
            "comm_info_request": {"status": "ok", "comms": {}},
            "history_request": {"status": "ok", "history": []},
            "is_complete_request": {"status": "complete"},
            "shutdown_request": {"status": "ok", "restart": json.loads(parts[3]).get("restart", False)},
            "interrupt_request": {"status": "ok"},
        }
        if kind in ours:
            idle = not (self.running and self.running["client"])
            if idle:
                self.tell("status", {"execution_state": "busy"}, parts[0])
            if kind == "interrupt_request" and not idle:
                # Of an engine that runs nothing, an interrupt would take the variables.
                self.running["interrupted"] = True
                self.to_engine("control", parts)
            self.answer(channel, identities, kind.replace("_request", "_reply"), ours[kind], parts[0])
            if idle:
                self.tell("status", {"execution_state": "idle"}, parts[0])
            if kind == "shutdown_request":
                raise SystemExit
            return
        if kind.startswith("comm_"):
            return
        self.returns[header["msg_id"]] = (channel, identities)
        self.to_engine(channel, parts)

    def from_engine(self, channel, frames):
        at = frames.index(b"<IDS|MSG>")
        parts = frames[at + 2 : at + 6]
        header, parent, content = json.loads(parts[0]), json.loads(parts[1]), json.loads(parts[3])
        asked, kind = parent.get("msg_id"), header["msg_type"]
        running = self.running
        if channel == "iopub":
            if not self.ready:
                self.heard_iopub = True
            if running is None or asked != running["id"]:
                if kind == "status" and asked in self.returns or kind.startswith("comm_"):
                    self.to_client("iopub", [b"kernel"], parts)
            elif kind == "stream":
                self.stream(content["name"], content["text"])
            elif kind == "execute_result":
                running["results"].append(content)
            elif kind == "error":
                running["errors"].append(content)
            elif kind == "status" and content["execution_state"] == "idle":
                running["idle"] = True
        elif channel == "stdin":
            if running and running["client"]:
                self.to_client("stdin", running["identities"], parts)
        elif kind == "kernel_info_reply":
            self.ready = self.ready or getattr(self, "heard_iopub", False)
        elif kind == "execute_reply":
            if running and asked == running["id"]:
                running["reply"] = content
                running["replied"] = time.monotonic()
        elif asked in self.returns:
            channel, identities = self.returns.pop(asked)
            self.to_client(channel, identities, parts)

    # -- cells

    def advance(self):
        """Starts what waits, and ends what is over."""
        if self.running and self.over():
            self.finish()
        if self.running or not self.ready:
            return
        if not self.hidden:
            remove(self.warming)
            self.warming = None
        if self.hidden:
            code = self.hidden.pop(0)
            self.start([], self.request("execute_request", {"code": code, "silent": False, "allow_stdin": False}), False)
        elif self.queue:
            self.start(*self.queue.pop(0), True)

    def start(self, identities, parts, client):
        self.begin(identities, parts, client)
        self.engine_count += 1
        self.to_engine("shell", parts)

    def begin(self, identities, parts, client):
        content = json.loads(parts[3])
        self.running = {
            "id": json.loads(parts[0])["msg_id"],
            "identities": identities,
            "header": parts[0],
            "client": client,
            "stop_on_error": content.get("stop_on_error", True),
            "built": self.built(),
            "results": [],
            "errors": [],
            "error": None,
            "panicked": None,
            "reply": None,
            "idle": False,
            "ended": set(),
            "interrupted": False,
            "last": "",
            "wide": 0,
        }
        if not client:
            return
        self.tell("status", {"execution_state": "busy"}, parts[0])
        if self.busy and os.path.isdir(self.spares):
            with open(self.busy, "w", encoding="utf-8"):
                pass
        if not content.get("silent"):
            self.count += 1
            self.cells.append((self.count, content["code"]))
            self.tell("execute_input", {"code": content["code"], "execution_count": self.count}, parts[0])

    def built(self):
        try:
            return os.path.getsize(os.path.join(self.folder, "build", "built"))
        except OSError:
            return 0

    def over(self):
        """Whether the cell has ended and everything it wrote has arrived."""
        running = self.running
        # The answer and what was put out come on different channels, and what the cell
        # wrote from another thread of the engine than what it displayed.
        if running["reply"] is None or not running["idle"]:
            return False
        waited = time.monotonic() - running["replied"]
        if running["reply"]["status"] == "ok":
            return self.built() == running["built"] or len(running["ended"]) == 2 or waited > 5
        return waited > 0.05

    def stream(self, name, text):
        """Passes output on, without the lines that are meant for us."""
        running = self.running
        text, marked, told = text.partition(MARK)
        if text:
            running["last"] = (running["last"] + text)[-20000:] if name == "stderr" else running["last"]
            if running["client"]:
                self.tell("stream", {"name": name, "text": text}, running["header"])
        if not marked:
            return
        kind, _, rest = told.rstrip("\r\n").partition(" ")
        if kind == "progress":
            # Over the line before; the engine passes on whole lines only.
            wide, running["wide"] = running["wide"], len(rest)
            line = "\r" + rest.ljust(wide) + ("" if rest else "\r")
            if running["client"]:
                self.tell("stream", {"name": name, "text": line}, running["header"])
        elif kind == "end":
            running["ended"].add(name)
        elif kind == "panicked":
            line, file, message = read_told(rest)
            running["panicked"] = (line, file, message)
        elif kind == "error":
            line, message = read_told(rest)
            running["error"] = self.failure("Error", message, line, "src/lib.rs")
        elif kind == "panic":
            line, file, message = running["panicked"] or (0, "", "the cell panicked")
            running["error"] = self.failure("Panic", message, line, file)

    def failure(self, kind, message, line, file):
        where = f"{file}:{line}" if file else ""
        if file.endswith("src/lib.rs") and not os.path.isabs(file):
            where = self.place(line)
        head = "panicked" if kind == "Panic" else "failed"
        return (kind, message, [f"{head} in {where}" if where else head, message])

    def place(self, line):
        """Where a line of the program that was made of the cells stands in them."""
        try:
            with open(os.path.join(self.folder, "build", "src", "lib.rs"), encoding="utf-8") as file:
                program = [one.rstrip() for one in file.read().split("\n")]
        except OSError:
            return ""
        # What is displayed is wrapped in lines that are not the cell's.
        near = [line - 1 + step for step in (0, 1, -1, 2)]
        places = (self.like(program, at) for at in near if 0 <= at < len(program))
        return next(filter(None, places), "")

    def like(self, program, at):
        """The line of a cell that is most like one of the program: by text, then by what is around."""
        best = (0, "")
        for count, code in reversed(self.cells):
            lines = [one.rstrip() for one in code.split("\n")]
            for k, one in enumerate(lines):
                if not one or one != program[at]:
                    continue
                score = alike(reversed(program[:at]), reversed(lines[:k])) + alike(program[at:], lines[k:])
                if score > best[0]:
                    best = (score, f"cell [{count}], line {k + 1}: {one.strip()}")
        return best[1]

    def finish(self):
        running, self.running = self.running, None
        reply = running["reply"] or {"status": "error"}
        error = running["error"]
        if reply["status"] == "error" and not error:
            error = self.told_by_engine(running)
        if not running["client"]:
            if error:
                sys.stderr.write("the kernel could not be warmed: " + "\n".join(error[2]) + "\n")
            return
        header = running["header"]
        if running["panicked"] and not error:
            line, file, message = running["panicked"]
            caught = ": ".join(self.failure("Panic", message, line, file)[2])
            self.tell("stream", {"name": "stderr", "text": f"{caught} (the panic was caught)\n"}, header)
        for content in running["results"]:
            # The value of a loop is nothing to show.
            if content["data"] == {"text/plain": "()"}:
                continue
            self.tell("execute_result", {**content, "execution_count": self.count}, header)
        if error:
            fields = dict(zip(("ename", "evalue", "traceback"), error))
            self.tell("error", fields, header)
            content = {"status": "error", "execution_count": self.count, **fields}
        else:
            content = {"status": "ok", "execution_count": self.count, "payload": [], "user_expressions": {}}
        # Before the answer: what a client asks for after it is to be run.
        waiting = self.take_queue() if error and running["stop_on_error"] else []
        self.answer("shell", running["identities"], "execute_reply", content, header)
        self.tell("status", {"execution_state": "idle"}, header)
        self.abort(waiting)
        if not self.queue:
            remove(self.busy)

    def told_by_engine(self, running):
        evalue = "; ".join(one["evalue"] for one in running["errors"]) or "the cell failed"
        traceback = [line for one in running["errors"] for line in one["traceback"]] or [evalue]
        traceback = [line.replace(f"command_{self.engine_count}", f"cell [{self.count}]") for line in traceback]
        _, ended, status = evalue.partition("Subprocess terminated with status: ")
        crashed = re.findall(r"at (?:\.|\S*/build)/src/lib\.rs:([0-9]+)", running["last"])
        if running["interrupted"]:
            message = "the cell was interrupted, and the variables of the notebook are gone"
            return ("Interrupted", message, [message])
        if ended:
            message = f"the process that runs the cells ended ({status}), and the variables of the notebook are gone"
            where = self.place(int(crashed[0])) if crashed else f"cell [{self.count}]"
            return ("Ended", message, [f"failed in {where}", message])
        return ("Error", evalue, traceback)

    def take_queue(self):
        """What was asked for so far and has not run."""
        shell = self.client["shell"]
        while (frames := receive_now(self.zmq, shell)) is not None:
            self.from_client("shell", frames)
        queue, self.queue = self.queue, []
        return queue

    def abort(self, requests):
        for identities, parts in requests:
            self.tell("status", {"execution_state": "busy"}, parts[0])
            self.answer("shell", identities, "execute_reply", {"status": "aborted", "execution_count": self.count}, parts[0])
            self.tell("status", {"execution_state": "idle"}, parts[0])


KERNEL_INFO = {
    "status": "ok",
    "protocol_version": "5.3",
    "implementation": "rust-batch-norm",
    "implementation_version": "1",
    "language_info": {
        "name": "rust",
        "version": "",
        "mimetype": "text/x-rust",
        "file_extension": ".rs",
        "pygments_lexer": "rust",
        "codemirror_mode": "rust",
    },
    "banner": "Rust with the crates of Why Batch Norm Works",
    "help_links": [],
}


def alike(one, other):
    count = 0
    for a, b in zip(one, other):
        if a != b:
            break
        count += 1
    return count


def read_told(rest):
    """The parts of a line in which Rust wrote a number and then strings for debugging."""
    number, _, rest = rest.partition(" ")
    parts = [int(number)]
    current, escaped, inside = "", False, False
    k = 0
    while k < len(rest):
        c = rest[k]
        if not inside:
            inside = c == '"'
        elif c == "\\":
            k += 1
            c = rest[k]
            if c == "u":
                end = rest.index("}", k)
                current += chr(int(rest[k + 2 : end], 16))
                k = end
            else:
                current += {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}.get(c, c)
        elif c == '"':
            parts.append(current)
            current, inside = "", False
        else:
            current += c
        k += 1
    return parts


def sign(key, parts):
    import hmac

    if not key:
        return b""
    digest = hmac.new(key, digestmod="sha256")
    for part in parts[:4]:
        digest.update(part)
    return digest.hexdigest().encode()


def receive_now(zmq, one):
    try:
        return one.recv_multipart(zmq.NOBLOCK)
    except zmq.Again:
        return None


def remove(path):
    if path and os.path.exists(path):
        os.remove(path)


def free_ports(count):
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


def serve(warm, spares):
    # `-I` leaves out the folder of this file; nothing else is needed from there.
    sweep(warm)
    serving = Serving(warm, spares)
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: sys.exit(1))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        serving.run()
    finally:
        serving.close()


def sweep(warm):
    """Takes away what kernels left behind that were killed together with their owners."""
    with open(os.path.join(warm, "warm.json"), encoding="utf-8") as file:
        running = json.load(file)["running"]
    os.makedirs(running, exist_ok=True)
    for name in os.listdir(running):
        folder = os.path.join(running, name)
        pid = name.partition("-")[0]
        if not pid.isdigit() or alive(int(pid), folder):
            continue
        try:
            with open(os.path.join(folder, "engine"), encoding="utf-8") as file:
                engine = int(file.read())
            if alive(engine, folder):
                stop_group(engine)
        except (OSError, ValueError):
            pass
        shutil.rmtree(folder, ignore_errors=True)


def alive(pid, folder):
    """Whether the process is there, and not another one that got its number."""
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            ticks = int(file.read().rpartition(")")[2].split()[19])
        with open("/proc/uptime", encoding="utf-8") as file:
            up = float(file.read().split()[0])
        born = time.time() - up + ticks / os.sysconf("SC_CLK_TCK")
        return born < os.stat(folder).st_ctime + 60
    except (OSError, ValueError, AttributeError):
        return True


def main():
    warm, *rest = sys.argv[1:]
    if rest[0] == "--spares":
        keep_spares(warm, rest[1])
    elif rest[0] == "--serve":
        serve(warm, rest[1])
    else:
        launch(warm, rest[0])


if __name__ == "__main__":
    try:
        main()
    except OSError as error:
        sys.exit(f"the kernel cannot go on: {error}")
