use bn_lab::claims::{Outcome, Verdict};

use crate::decimals::with_minus;
use crate::table::TableRows;
use crate::{Record, Recorded, Table};

/// A table of claims after their trial: what is said, what was measured, what we expected,
/// what came out, and the verdict.
///
/// ```
/// let outcomes = bn_lab::record::recorded(["patience", "time-to-accuracy"])?;
/// let table = bn_plot::verdicts(&outcomes).caption("Both get there, one of them sooner.")?;
/// assert!(table.text().contains("steps to"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn verdicts(outcomes: &[Outcome]) -> TableRows {
    let header = ["claim", "measured", "expected", "came out", "verdict"];
    outcomes.iter().fold(Table::new(header), |table, outcome| {
        let expected = with_minus(&outcome.predicted.to_string());
        table.row(&[
            &outcome.statement,
            &outcome.measured_by,
            &expected,
            outcome,
            &outcome.verdict,
        ])
    })
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
