//! The browser's figures are those of the native crate. Needs the target
//! wasm32-unknown-unknown and node, as the pages do.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use bn_web::{FIGURES, Width};

fn program() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = root.join("target/web");
    let status = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--package", "bn-web", "--lib"])
        .args(["--profile", "web", "--target", "wasm32-unknown-unknown"])
        .arg("--target-dir")
        .arg(&folder)
        .current_dir(&root)
        .status()
        .expect("cargo");
    assert!(status.success(), "rustup target add wasm32-unknown-unknown");
    folder.join("wasm32-unknown-unknown/web/bn_web.wasm")
}

/// Finding, wide and narrow drawing.
fn natively(position: usize, calls: usize, values: &[f64]) -> [String; 3] {
    let mut figure = (FIGURES[position].start)(values).expect("a figure");
    for _ in 0..calls {
        figure.advance().expect("a step");
    }
    [
        figure.finding(),
        figure.draw(Width::Wide),
        figure.draw(Width::Narrow),
    ]
}

fn position(name: &str) -> usize {
    let found = FIGURES.iter().position(|figure| figure.name == name);
    found.expect("a figure")
}

/// As strings: all numbers are equal to every digit that a reader sees. The browser's `exp`
/// and `tanh` may differ from the machine's in the last bit, and training can only keep
/// that small where it is stable; so the controls here are those of stable training.
#[test]
fn the_browser_shows_the_same_numbers_and_the_same_picture() {
    let (training, noise, cats) = (position("training"), position("noise"), position("cats"));
    let mut cases: Vec<(usize, usize, Vec<f64>)> = Vec::new();
    for (i, figure) in FIGURES.iter().enumerate() {
        cases.push((i, 0, figure.defaults()));
        cases.push((i, 60, figure.defaults()));
    }
    cases.push((training, 200, vec![0.03, 0.5, 1.0, 7.0]));
    cases.push((training, 20, vec![1.0, 4.0, 0.0, 3.0]));
    cases.push((noise, 149, vec![2.0, 5.0]));
    cases.push((noise, 30, vec![128.0, 19.0]));
    cases.push((cats, 180, vec![1.0, 1.0, 0.0, 0.0, 0.0]));
    cases.push((cats, 180, vec![0.3, -0.6, 0.2, 1.0, 11.0]));

    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/browser.js");
    let mut node = Command::new("node")
        .arg(script)
        .arg(program())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node 18 or newer");
    let mut input = node.stdin.take().expect("its input");
    for (position, calls, values) in &cases {
        let values: Vec<_> = values.iter().map(f64::to_string).collect();
        writeln!(input, "{position} {calls} {}", values.join(" ")).expect("a line");
    }
    drop(input);
    let output = node.wait_with_output().expect("its output");
    assert!(output.status.success());
    let output = String::from_utf8(output.stdout).expect("text");
    assert_eq!(output.lines().count(), cases.len());
    for (line, (position, calls, values)) in output.lines().zip(cases) {
        let shown: [String; 3] = serde_json::from_str(line).expect("three texts");
        let expected = natively(position, calls, &values);
        let name = FIGURES[position].name;
        for (shown, expected) in shown.iter().zip(&expected) {
            let pairs = shown.chars().zip(expected.chars());
            let same = pairs.take_while(|(a, b)| a == b).count();
            let [there, here] =
                [shown, expected].map(|text| text.chars().skip(same).take(60).collect::<String>());
            assert!(
                shown == expected,
                "{name} {values:?} after {calls}: {there:?} in the browser, {here:?} here"
            );
        }
    }
}
