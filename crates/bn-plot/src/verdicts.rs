use bn_lab::claims::{Outcome, Verdict};

use crate::decimals::with_minus;
use crate::table::TableRows;
use crate::{Record, Recorded, Table};

/// A table of claims after their trial: what is said, the verdict with a mark that needs no
/// color, what came out, what we expected, and what was measured. What matters most comes
/// first, for screens that show no more.
///
/// ```
/// let outcomes = bn_lab::record::recorded(["patience", "time-to-accuracy"])?;
/// let table = bn_plot::verdicts(&outcomes).caption("Both get there, one of them sooner.")?;
/// assert!(table.html().contains("<td>✓ holds</td>"));
/// assert!(table.text().contains("~ mixed, borderline"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn verdicts(outcomes: &[Outcome]) -> TableRows {
    let header = ["claim", "verdict", "came out", "expected", "measured"];
    outcomes.iter().fold(Table::new(header), |table, outcome| {
        let cells: [&dyn Recorded; 5] = [
            &outcome.statement,
            &marked(outcome),
            outcome,
            &with_minus(&outcome.predicted.to_string()),
            &outcome.measured_by,
        ];
        table.row_of_claim(outcome.id, &cells)
    })
}

/// `✓ holds`; whether other seeds might well come to another verdict.
fn marked(outcome: &Outcome) -> String {
    let mark = match outcome.verdict {
        Verdict::Holds => '✓',
        Verdict::Mixed => '~',
        Verdict::Refuted => '✗',
        Verdict::NotReproduced => '?',
    };
    let borderline = match outcome.is_borderline() {
        true => ", borderline",
        false => "",
    };
    format!("{mark} {}{borderline}", outcome.verdict)
}

/// The effect with its interval.
impl Recorded for Outcome {
    fn record(&self) -> Record {
        self.estimate().record()
    }
}

impl Recorded for Verdict {
    fn record(&self) -> Record {
        Record::Text(self.to_string())
    }
}
