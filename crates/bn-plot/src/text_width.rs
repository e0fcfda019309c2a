/// Width of `text` in px at a font size, estimated for a wide system font
/// (DejaVu Sans), so that narrower fonts leave room rather than overlap.
///
/// No font is at hand where a figure is drawn, and the reader's is unknown.
pub(crate) fn text_width(text: &str, size: f64) -> f64 {
    size * text.chars().map(advance).sum::<f64>()
}

/// Advance of a character in em.
fn advance(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | '\'' => 0.28,
        '.' | ',' | ':' | ';' | ' ' | '\u{a0}' | '|' => 0.33,
        'f' | 't' | 'r' | '(' | ')' | '[' | ']' | 'I' | 'J' | '-' | '/' | '!' => 0.40,
        'm' | 'w' | 'M' | 'W' | '%' | '@' | '—' | '…' => 0.97,
        '=' | '+' | '−' | '<' | '>' | '±' | '×' => 0.84,
        c if c.is_ascii_uppercase() => 0.72,
        c if c.is_ascii() => 0.635,
        // Superscripts, Greek, accented Latin letters; then Hangul and other wide scripts.
        c if (c as u32) < 0x1100 || ('\u{2000}'..'\u{2e80}').contains(&c) => 0.66,
        _ => 1.0,
    }
}

/// Breaks `text` at spaces into as few lines of at most `width` px as it takes, then evens
/// them out. A word that is wider is broken behind its hyphens; if it has none, it stays
/// wider. A no-break space keeps words together.
pub(crate) fn wrapped(text: &str, size: f64, width: f64) -> Vec<String> {
    let words: Vec<Vec<&str>> = text
        .split(' ')
        .filter(|word| !word.is_empty())
        .map(|word| match text_width(word, size) > width {
            true => word.split_inclusive('-').collect(),
            false => vec![word],
        })
        .collect();
    let lines = filled(&words, size, width);
    (1..=20)
        .map(|share| filled(&words, size, width * f64::from(share) / 20.0))
        .find(|narrower| narrower.len() == lines.len())
        .unwrap_or(lines)
}

fn filled(words: &[Vec<&str>], size: f64, width: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        for (k, part) in word.iter().enumerate() {
            let space = if k == 0 { " " } else { "" };
            match lines.last_mut() {
                Some(line) if text_width(&format!("{line}{space}{part}"), size) <= width => {
                    line.push_str(space);
                    line.push_str(part);
                }
                _ => lines.push((*part).into()),
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_word_that_is_too_wide_is_broken_at_its_hyphens() {
        let wide = text_width("gradient-change-", 15.0);
        let broken = wrapped("gradient-change-relu-64", 15.0, wide);
        assert_eq!(broken.concat(), "gradient-change-relu-64");
        assert!(broken.len() == 2 && broken.iter().all(|line| text_width(line, 15.0) <= wide));
        assert_eq!(
            wrapped("low-contrast light", 15.0, text_width("low-contrast", 15.0)),
            ["low-contrast", "light"]
        );
        assert_eq!(wrapped("overwidewordwithouthyphens", 15.0, 10.0).len(), 1);
    }
}
