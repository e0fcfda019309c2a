use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

/// Set by a notebook's kernel that draws the lines of [`progress`].
const NOTEBOOK: &str = "BN_NOTEBOOK";
/// What such a line begins with.
const MARK: &str = "\u{1}progress ";
const WIDTH: usize = 24;
const BETWEEN: Duration = Duration::from_millis(100);

/// Goes through `items` and says how far it has come: a bar that grows beneath the cell, with
/// the time that is left, and goes away at the end.
///
/// Nothing is drawn in the first half second, nor where the output is neither a terminal nor a
/// notebook of the book's kernel: a test or a file stays free of it.
///
/// ```
/// let mut sum = 0;
/// for seed in bn_plot::progress("seeds", 0..10) {
///     sum += seed;
/// }
/// assert_eq!(sum, 45);
/// ```
pub fn progress<I: IntoIterator>(what: &str, items: I) -> Progress<I::IntoIter> {
    let items = items.into_iter();
    let bar = Bar::new(what, items.size_hint().1);
    Progress { items, bar }
}

/// Items on their way through a loop. Made by [`progress`].
#[derive(Debug)]
pub struct Progress<I> {
    items: I,
    bar: Bar,
}

impl<I: Iterator> Iterator for Progress<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        self.bar.draw();
        self.bar.done += 1;
        self.items.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.items.size_hint()
    }
}

/// Where the bar is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Output {
    Terminal,
    Notebook,
    Nowhere,
}

#[derive(Debug)]
struct Bar {
    what: String,
    done: usize,
    /// Unknown of items without an end.
    total: Option<usize>,
    begun: Instant,
    drawn: Option<Instant>,
    output: Output,
}

impl Bar {
    fn new(what: &str, total: Option<usize>) -> Self {
        let output = if std::env::var_os(NOTEBOOK).is_some() {
            Output::Notebook
        } else if std::io::stdout().is_terminal() {
            Output::Terminal
        } else {
            Output::Nowhere
        };
        Bar {
            what: what.chars().filter(|c| !c.is_control()).collect(),
            done: 0,
            total,
            begun: Instant::now(),
            drawn: None,
            output,
        }
    }

    fn draw(&mut self) {
        let since = self.drawn.map_or(5 * BETWEEN, |_| BETWEEN);
        if self.output == Output::Nowhere || self.drawn.unwrap_or(self.begun).elapsed() < since {
            return;
        }
        self.drawn = Some(Instant::now());
        let took = self.begun.elapsed();
        self.put(&line(&self.what, self.done, self.total, took));
    }

    /// Replaces the line. Output that cannot be written is no reason to stop a computation.
    fn put(&self, line: &str) {
        let mut out = std::io::stdout().lock();
        let _ = match self.output {
            Output::Notebook => writeln!(out, "{MARK}{line}"),
            Output::Terminal => write!(out, "\r\u{1b}[2K{line}"),
            Output::Nowhere => Ok(()),
        };
        let _ = out.flush();
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if self.drawn.is_some() {
            self.put("");
        }
    }
}

/// `seeds: ██████░░░░░░░░░░░░░░░░░░ 3 of 12, 4 s, about 12 s left`
fn line(what: &str, done: usize, total: Option<usize>, took: Duration) -> String {
    let took = took.as_secs_f64();
    let Some(total) = total else {
        return format!("{what}: {done}, {took:.0} s");
    };
    let full = (WIDTH * done)
        .checked_div(total)
        .unwrap_or(WIDTH)
        .min(WIDTH);
    let bar = format!("{}{}", "█".repeat(full), "░".repeat(WIDTH - full));
    let left = match done {
        0 => String::new(),
        _ => {
            let left = took / done as f64 * total.saturating_sub(done) as f64;
            format!(", about {left:.0} s left")
        }
    };
    format!("{what}: {bar} {done} of {total}, {took:.0} s{left}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_tells_the_share_and_the_time_that_is_left() {
        let told = line("seeds", 3, Some(12), Duration::from_secs(4));
        let bar = format!("{}{}", "█".repeat(6), "░".repeat(18));
        assert_eq!(told, format!("seeds: {bar} 3 of 12, 4 s, about 12 s left"));
        assert!(line("none", 0, Some(0), Duration::ZERO).ends_with("0 of 0, 0 s"));
        assert_eq!(line("steps", 7, None, Duration::ZERO), "steps: 7, 0 s");
    }
}
