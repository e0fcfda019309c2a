use std::io::{self, Write};

use anyhow::Result;
use bn_lab::claims::{Claim, Outcome, Verdict};
use serde_json::{Value, json};

/// The outcomes, on standard output.
pub(crate) fn print(outcomes: &[Outcome], as_json: bool) -> Result<()> {
    let text = if as_json {
        let list: Vec<Value> = outcomes.iter().map(line_as_json).collect();
        serde_json::to_string_pretty(&list)? + "\n"
    } else {
        table(outcomes)
    };
    out(&text);
    Ok(())
}

/// The names and statements, by chapter.
pub(crate) fn list(claims: &[&Claim]) {
    let mut text = String::new();
    let mut chapter = "";
    let width = widest(claims.iter().map(|claim| claim.id));
    for claim in claims {
        if claim.chapter != chapter {
            chapter = claim.chapter;
            text += &format!("{}{chapter}\n", if text.is_empty() { "" } else { "\n" });
        }
        text += &format!("  {:<width$}  {}\n", claim.id, claim.statement);
    }
    out(&text);
}

/// A reader that has seen enough, such as `head`, may close the pipe.
fn out(text: &str) {
    let _ = io::stdout().write_all(text.as_bytes());
}

fn line_as_json(outcome: &Outcome) -> Value {
    json!({
        "id": outcome.id,
        "chapter": outcome.chapter,
        "statement": outcome.statement,
        "source": outcome.source,
        "measured_by": outcome.measured_by,
        "predicted": outcome.predicted.to_string(),
        "effect": outcome.effect,
        "ci_low": outcome.ci_low,
        "ci_high": outcome.ci_high,
        "seeds": outcome.seeds,
        "verdict": outcome.verdict.to_string(),
        "repeats": outcome.repeats,
        "borderline": outcome.is_borderline(),
    })
}

fn table(outcomes: &[Outcome]) -> String {
    let cells = |outcome: &Outcome| -> [String; 4] {
        [
            outcome.id.to_string(),
            outcome.estimate().readable(),
            outcome.predicted.to_string(),
            verdict(outcome),
        ]
    };
    let header = ["claim", "effect [95% interval]", "expected", "verdict"].map(String::from);
    let rows: Vec<[String; 4]> = outcomes.iter().map(cells).collect();
    let all = || rows.iter().chain([&header]);
    let width: [usize; 3] = [0, 1, 2].map(|k| widest(all().map(|row| row[k].as_str())));
    let line = |row: &[String; 4]| {
        let [a, b, c] = width;
        format!(
            "  {:<a$}  {:<b$}  {:<c$}  {}\n",
            row[0], row[1], row[2], row[3]
        )
    };
    let mut text = line(&header);
    let mut chapter = "";
    for (outcome, row) in outcomes.iter().zip(&rows) {
        if outcome.chapter != chapter {
            chapter = outcome.chapter;
            text += &format!("\n{chapter}\n");
        }
        text += &line(row);
    }
    text + "\n" + &counts(outcomes)
}

/// The verdict, and whether other seeds might well come to another one.
pub(crate) fn verdict(outcome: &Outcome) -> String {
    let borderline = if outcome.is_borderline() {
        format!(", borderline {}/100", outcome.repeats)
    } else {
        String::new()
    };
    format!("{}{borderline}", outcome.verdict)
}

fn counts(outcomes: &[Outcome]) -> String {
    let of = |verdict| outcomes.iter().filter(|o| o.verdict == verdict).count();
    let borderline = outcomes.iter().filter(|o| o.is_borderline()).count();
    let verdicts = [
        (of(Verdict::Holds), "hold"),
        (of(Verdict::Mixed), "mixed"),
        (of(Verdict::Refuted), "refuted"),
        (of(Verdict::NotReproduced), "not reproduced"),
    ];
    let verdicts = verdicts.map(|(count, word)| format!("{count} {word}"));
    let (claims, seeds) = (outcomes.len(), outcomes.first().map_or(0, |o| o.seeds));
    let mut text = format!("{claims} claims, {seeds} seeds: {}\n", verdicts.join(", "));
    if borderline > 0 {
        text += &format!(
            "{borderline} borderline: of 100 further runs with other seeds, so many would repeat \
             the verdict\n"
        );
    }
    text
}

fn widest<'a>(cells: impl Iterator<Item = &'a str>) -> usize {
    cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
}
