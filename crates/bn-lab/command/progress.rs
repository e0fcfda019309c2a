use std::collections::BTreeMap;
use std::io::{IsTerminal, Write, stderr};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use bn_lab::sweep::Progress;

/// What standard error says while experiments run: on a terminal a line that follows each
/// seed, in a log a line for each experiment that is complete.
pub(crate) struct Report {
    begun: Instant,
    terminal: bool,
    /// What each experiment took, on one thread.
    took: Mutex<BTreeMap<String, Duration>>,
}

/// So many of them are named at the end.
const LONGEST: usize = 5;

impl Report {
    pub(crate) fn new() -> Self {
        Report {
            begun: Instant::now(),
            terminal: stderr().is_terminal(),
            took: Mutex::default(),
        }
    }

    pub(crate) fn show(&self, progress: Progress) {
        if let Ok(mut took) = self.took.lock() {
            *took.entry(progress.experiment.to_string()).or_default() += progress.took;
        }
        let complete = progress.seeds_done == progress.seeds;
        if !self.terminal && !complete {
            return;
        }
        let remaining = match progress.remaining {
            Some(left) => format!("about {} left", minutes(left)),
            None => "time left not known before each experiment ran once".to_string(),
        };
        let line = format!(
            "{:>3} of {}  {:<22} {:>2} of {} seeds  {} gone, {remaining}",
            progress.done,
            progress.total,
            progress.experiment,
            progress.seeds_done,
            progress.seeds,
            minutes(self.begun.elapsed()),
        );
        // A closed standard error must not stop a measurement.
        let _ = if self.terminal {
            write!(stderr(), "\r\x1b[2K{line}")
        } else {
            writeln!(stderr(), "{line}")
        };
    }

    pub(crate) fn end(self) {
        let elapsed = minutes(self.begun.elapsed());
        let mut took: Vec<_> = self
            .took
            .into_inner()
            .unwrap_or_default()
            .into_iter()
            .collect();
        took.sort_by_key(|(_, took)| std::cmp::Reverse(*took));
        let longest = took.iter().take(LONGEST);
        let longest: Vec<_> = longest
            .map(|(id, t)| format!("{id} {}", minutes(*t)))
            .collect();
        let clear = if self.terminal { "\r\x1b[2K" } else { "" };
        let _ = writeln!(
            stderr(),
            "{clear}measured in {elapsed}; the longest, on one thread: {}",
            longest.join(", ")
        );
    }
}

fn minutes(time: Duration) -> String {
    let seconds = time.as_secs_f64().round() as u64;
    match (seconds / 60, seconds % 60) {
        (0, seconds) => format!("{seconds} s"),
        (minutes, seconds) => format!("{minutes} min {seconds:02} s"),
    }
}
