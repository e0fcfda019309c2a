"""Stands in for `cargo` where the kernel compiles a cell: no package graph, no fingerprints.

Everything a cell can link is built already (`warm.json` says where), so a cell
needs one call of rustc, and the analyzer one stored answer to `cargo metadata`.
Whatever else is asked, and every notebook that adds a `:dep` of its own, gets
the real cargo.

On its way to rustc, the program that evcxr made of a cell learns to tell how the
cell ended: lines of standard error (and the end of standard output) that begin
with the character U+0001, which `kernel.py` reads and hides. Line numbers stay
as they are.
"""

import json
import os
import re
import sys

HERE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# A panic inside of a library is told with the line of the cell that called it.
HOOK = """
std::panic::set_hook(Box::new(|info| {
    let (file, line) = info.location().map_or(("", 0), |place| (place.file(), place.line()));
    let mut told = (line, file.to_owned());
    if file != "src/lib.rs" {
        let trace = std::backtrace::Backtrace::force_capture().to_string();
        let mut ours = trace.lines().filter_map(|at| at.split_once("/src/lib.rs:"))
            .filter(|(folder, _)| folder.ends_with("at .") || folder.ends_with("/build"))
            .filter_map(|(_, at)| at.split(':').next()?.parse().ok());
        if let Some(line) = ours.find(|line| *line != line!()) {
            told = (line, "src/lib.rs".to_owned());
        }
    }
    eprintln!("\\u{1}panicked {} {:?} {:?}", told.0, told.1, info.payload_as_str().unwrap_or("a value that is no text"));
}));
"""
HOOK = " ".join(line.strip() for line in HOOK.splitlines())
END = 'println!("\\u{1}end"); eprintln!("\\u{1}end");'
# evcxr runs this by itself when it starts, and would wait for ever for a reader of its output.
FIRST = ("run_user_code_0(", "\n42\n")

# The packages that evcxr writes: cells, and one to look at a `:dep`.
CELLS = ("ctx", "evcxr_dummy_validate_dep")


class Unexpected(Exception):
    """The program is not what evcxr 0.22.0 writes."""


def telling(program):
    """The program of a cell, made to tell how it ends."""
    program = program.replace(
        '    println!("EVCXR_PANIC_NOTIFICATION");',
        '    println!("EVCXR_PANIC_NOTIFICATION"); eprintln!("\\u{1}panic");',
    )
    program = re.sub(
        r'fn from\(error: T\) -> Self \{(\s+)eprintln!\("([^"]*)", error\);',
        r"#[track_caller] fn from(error: T) -> Self {\1"
        r'eprintln!("\\u{1}error {} {:?}", std::panic::Location::caller().line(), format!("\2", error));',
        program,
    )
    heads = (
        "\n  -> *mut evcxr_internal_runtime::VariableStore {\n",
        "\nevcxr_variable_store: *mut u8) -> *mut u8 {\n",
    )
    ends = ("\nevcxr_variable_store\n}", "*mut std::os::raw::c_void {x}")
    if not any(end in program for end in ends):
        raise Unexpected
    for head in heads:
        program = program.replace(head, f"{head[:-1]} {HOOK}\n")
    if all(part in program for part in FIRST):
        return program
    program = program.replace(ends[0], f"\n{END} evcxr_variable_store\n}}")
    return program.replace(ends[1], f"*mut std::os::raw::c_void {{ {END} x}}")


def own_dependencies(folder):
    """What a notebook asked for beyond the book's crate; `None` when this is no notebook's crate."""
    try:
        with open(os.path.join(folder, "Cargo.toml"), encoding="utf-8") as file:
            manifest = file.read()
    except OSError:
        return None
    is_cell = any(f'\nname = "{name}"\n' in re.sub("\n +", "\n", manifest) for name in CELLS)
    return manifest.partition("[dependencies]")[2].strip() if is_cell else None


def rustc(warm, command):
    """Compiles the cell in the current folder; never returns."""
    folder = os.getcwd()
    source = os.path.join(folder, "src", "lib.rs")
    arguments = [warm["rustc"], "src/lib.rs", *warm["flags"]]
    if command == "build":
        with open(source, encoding="utf-8") as file:
            program = file.read()
        told = telling(program)
        # The analyzer and the compiler's messages speak of the same file.
        with open(source + ".new", "w", encoding="utf-8") as file:
            file.write(told)
        os.replace(source + ".new", source)
        out = os.path.join(folder, "target", "debug")
        os.makedirs(out, exist_ok=True)
        with open(os.path.join(folder, "built"), "a", encoding="utf-8") as count:
            count.write(".")
        library = os.path.join(out, warm["library"])
        arguments += ["--emit=link", "-o", library]
        artifact = {"reason": "compiler-artifact", "target": {"name": "ctx"}, "filenames": [library]}
        print(json.dumps(artifact), flush=True)
    else:
        arguments += ["--emit=metadata", "-o", os.path.join(folder, "check.rmeta")]
    os.execv(arguments[0], arguments)


def main():
    with open(os.path.join(HERE, "warm.json"), encoding="utf-8") as file:
        warm = json.load(file)
    arguments = sys.argv[1:]
    command = next((a for a in arguments if not a.startswith("-")), "")
    if command == "metadata" and "--manifest-path" in arguments:
        folder = os.path.dirname(arguments[arguments.index("--manifest-path") + 1])
    else:
        folder = os.getcwd()
    manifest = os.path.join(folder, "Cargo.toml")
    wanted = own_dependencies(folder)
    if wanted == "" and command in ("build", "check"):
        rustc(warm, command)
    if wanted == "" and command == "metadata":
        with open(os.path.join(HERE, "metadata.json"), encoding="utf-8") as file:
            print(file.read().replace(warm["template"], folder))
        return
    if wanted and command in ("build", "check", "metadata"):
        # Real cargo has to hear of the book's crate as well.
        if warm["dependency"] not in wanted:
            with open(manifest, "a", encoding="utf-8") as file:
                file.write("\n" + warm["dependency"] + "\n")
        if command == "build":
            source = os.path.join(folder, "src", "lib.rs")
            with open(source, encoding="utf-8") as file:
                told = telling(file.read())
            with open(source, "w", encoding="utf-8") as file:
                file.write(told)
            with open(os.path.join(folder, "built"), "a", encoding="utf-8") as count:
                count.write(".")
    os.environ.pop("CARGO_HOME", None)
    if warm["cargo_home"]:
        os.environ["CARGO_HOME"] = warm["cargo_home"]
    os.execv(warm["cargo"], [warm["cargo"], *arguments])


if __name__ == "__main__":
    try:
        main()
    except Unexpected:
        sys.exit("error: the kernel's program has another form than that of evcxr 0.22.0")
    except OSError as error:
        sys.exit(f"error: {error}")
