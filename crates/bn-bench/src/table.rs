//! The figures on the terminal.

use std::fmt::Write;

use bn::performance::{Measurement, Record, geometric_mean};

fn name(m: &Measurement) -> String {
    format!("{} {:?}", m.bench, m.shape)
}

/// What one case came to, on one line.
pub(crate) fn line(measurements: &[Measurement]) -> String {
    let Some(first) = measurements.first() else {
        return String::new();
    };
    let mut line = format!(
        "{:48} {} {:10.1} µs",
        name(first),
        match first.threads {
            1 => "1 thread ",
            _ => "2 threads",
        },
        first.ours_us
    );
    for m in measurements.iter().filter(|m| m.form == first.form) {
        if let (Some(peer), Some(ratio)) = (&m.peer, m.ratio) {
            let _ = write!(line, "  {peer} {ratio:.2}×");
        }
    }
    if let Some(share) = first.triad_share {
        let _ = write!(line, "  {:.0}% of triad", 100.0 * share);
    }
    line
}

/// Everything, with the geometric means.
pub(crate) fn of(record: &Record) -> String {
    let mut text = String::new();
    for (name, value) in &record.environment {
        let _ = writeln!(text, "{name:12} {value}");
    }
    for (threads, bandwidth) in &record.triad {
        let _ = writeln!(
            text,
            "triad, {threads} threads: {:.1} GB/s",
            1e-9 * bandwidth
        );
    }
    let ms = &record.measurements;
    let _ = writeln!(
        text,
        "\n{:46} {:>7} {:10} {:>10} {:>21}  times as fast as",
        "bench", "threads", "form", "median µs", "quartiles"
    );
    let groups = ms.chunk_by(|a, b| {
        (&a.bench, &a.shape, a.threads, &a.form) == (&b.bench, &b.shape, b.threads, &b.form)
    });
    for group in groups {
        let m = &group[0];
        let _ = write!(
            text,
            "{:46} {:>7} {:10} {:10.1} {:>10.1} {:>10.1} ",
            name(m),
            m.threads,
            m.form,
            m.ours_us,
            m.ours_quartiles[0],
            m.ours_quartiles[1]
        );
        for m in group {
            if let (Some(peer), Some(ratio)) = (&m.peer, m.ratio) {
                let _ = write!(text, " {peer} {ratio:.2}");
            }
        }
        if let Some(share) = m.triad_share {
            let _ = write!(text, "  {:.0}% of triad", 100.0 * share);
        }
        text.push('\n');
    }
    for (bench, form) in [
        ("training", "into"),
        ("training", "allocating"),
        ("inference", "into"),
        ("inference", "allocating"),
        ("network", "step"),
    ] {
        for threads in [1, 2] {
            for peer in ["pytorch", "candle", "burn"] {
                let against = record.against(bench, form, threads, peer);
                if against.len() > 1 {
                    let ratios: Vec<_> = against.iter().filter_map(|m| m.ratio).collect();
                    let least = ratios.iter().copied().fold(f64::INFINITY, f64::min);
                    let mean = geometric_mean(ratios);
                    let _ = writeln!(
                        text,
                        "{bench}, {form}, {threads} threads, against {peer}: geometric mean {mean:.2}, least {least:.2}"
                    );
                }
            }
        }
    }
    text
}
