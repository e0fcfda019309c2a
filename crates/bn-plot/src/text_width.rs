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
/// them out. A single word may be wider; a no-break space keeps words together.
pub(crate) fn wrapped(text: &str, size: f64, width: f64) -> Vec<String> {
    let lines = filled(text, size, width);
    (1..=20)
        .map(|share| filled(text, size, width * f64::from(share) / 20.0))
        .find(|narrower| narrower.len() == lines.len())
        .unwrap_or(lines)
}

fn filled(text: &str, size: f64, width: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        match lines.last_mut() {
            Some(line) if text_width(&format!("{line} {word}"), size) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.into()),
        }
    }
    lines
}
