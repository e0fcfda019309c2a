//! `cargo book claims`, as a user calls it.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

fn claims(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_claims"));
    command
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

fn said(arguments: &[&str]) -> String {
    let output = claims(Path::new("."), arguments);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

fn refused(folder: &Path, arguments: &[&str], because: &str) {
    let output = claims(folder, arguments);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        !output.status.success() && output.stdout.is_empty(),
        "{arguments:?}"
    );
    assert!(errors.contains(because), "{arguments:?}: {errors}");
}

/// Two claims of two experiments that take no time.
const TWO: [&str; 4] = ["--id", "scale-of-loss", "--id", "dropout-variance-5"];

#[test]
fn the_scoreboard_counts_the_verdicts_of_every_claim() {
    let board = said(&["--recorded"]);
    let ids = bn_lab::claims::all().iter().map(|claim| claim.id);
    for id in ids {
        assert!(board.contains(&format!("  {id} ")), "{id}");
    }
    let total = format!("\n{} claims, 10 seeds: ", bn_lab::claims::all().len());
    assert!(board.contains(&total), "{board}");
    let listed = said(&["--list", "--id", "patience"]);
    assert!(
        listed.starts_with("03-what-batch-norm-does\n  patience  "),
        "{listed}"
    );
}

#[test]
fn json_has_the_fields_that_were_agreed_on() {
    let list: Value =
        serde_json::from_str(&said(&[&TWO[..], &["--json", "--seeds", "3"]].concat())).unwrap();
    let list = list.as_array().unwrap();
    assert_eq!(list.len(), 2);
    for (line, id) in list.iter().zip(["scale-of-loss", "dropout-variance-5"]) {
        assert_eq!(line["id"], id);
        assert_eq!(line["seeds"], 3);
        for text in ["chapter", "statement", "source", "predicted", "verdict"] {
            assert!(
                line[text].as_str().is_some_and(|text| !text.is_empty()),
                "{text}"
            );
        }
        let number = |name: &str| line[name].as_f64().unwrap();
        assert!(number("ci_low") < number("effect") && number("effect") < number("ci_high"));
    }
}

#[test]
fn what_cannot_be_measured_is_refused_with_a_way_out() {
    let here = Path::new(".");
    refused(here, &["--id", "patiense"], "did you mean patience");
    refused(here, &["--seeds", "1"], "expected 2 or more");
    refused(here, &["--shard", "0/4", "--out", "x"], "from 1 to N");
    refused(here, &["--shard", "1/4"], "--out");
    refused(here, &["--record", "--id", "patience"], "all claims");
    refused(here, &["--record", "--seeds", "3"], "all claims");
    refused(here, &["--confirm", "--first-seed", "5"], "--first-seed 10");
    refused(here, &["--merge", "no-such-file"], "no-such-file");
}

#[test]
fn shards_give_what_one_machine_gives_and_a_lost_one_runs_again_alone() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let shard = |i: usize| {
        let (shard, out) = (format!("{i}/3"), format!("{i}.jsonl"));
        let arguments = [
            &TWO[..],
            &["--seeds", "4", "--shard", &shard, "--out", &out],
        ]
        .concat();
        assert!(claims(here, &arguments).status.success());
        std::fs::read(here.join(out)).unwrap()
    };
    let merge = ["--merge", "3.jsonl", "1.jsonl", "2.jsonl", "--json"];
    let (_, second, _) = (shard(1), shard(2), shard(3));
    let merged = claims(here, &merge);
    let whole = said(&[&TWO[..], &["--seeds", "4", "--json"]].concat());
    assert_eq!(String::from_utf8(merged.stdout).unwrap(), whole);

    std::fs::remove_file(here.join("2.jsonl")).unwrap();
    refused(here, &["--merge", "1.jsonl", "3.jsonl"], "2/3 is missing");
    assert_eq!(shard(2), second);
    // Once more over itself is no harm; over another shard it would be.
    assert_eq!(shard(2), second);
    let over = [
        &TWO[..],
        &["--seeds", "4", "--shard", "1/3", "--out", "2.jsonl"],
    ]
    .concat();
    refused(here, &over, "holds shard 2/3");
    let other = ["--seeds", "4", "--shard", "2/3", "--out", "2.jsonl"];
    refused(here, &other, "other claims or other seeds");
    assert_eq!(std::fs::read(here.join("2.jsonl")).unwrap(), second);
    let files = std::fs::read_dir(here).unwrap().count();
    assert_eq!(files, 3, "nothing else is left behind");
}
