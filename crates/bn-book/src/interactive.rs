//! The interactive figures of bn-web as they stand on a page, in a notebook, and in print.

use std::fmt::Write;

use anyhow::Result;
use bn_web::{Control, FIGURES, Interactive, Motion, Values, Width};

use crate::math::escape;
use crate::web::FOLDER;

/// What to write instead of an unknown name.
pub(crate) const HOW: &str =
    "write {{interactive:name}} with the name of a figure in crates/bn-web/src/figure.rs";

/// The position of a figure, by which the browser asks for it, and the figure.
pub fn find(name: &str) -> Option<(usize, &'static Interactive)> {
    FIGURES
        .iter()
        .enumerate()
        .find(|(_, figure)| figure.name == name)
}

/// The figure with its controls, and drawn in its final state for print and for readers
/// without JavaScript. `program` is the WebAssembly that moves it.
///
/// # Errors
/// When there is no such figure, or it fails at what its controls are set to at first.
pub fn html(name: &str, program: Option<&str>) -> Result<String> {
    let Some((position, interactive)) = find(name) else {
        anyhow::bail!("there is no such figure");
    };
    let mut figure = (interactive.start)(&interactive.defaults())?;
    while figure.advance()? == Motion::GoesOn {}
    let mut html = String::new();
    let _ = write!(
        html,
        "<figure class=\"bn-interactive\" id=\"try-{name}\" data-figure=\"{name}\" data-position=\"{position}\" \
         data-per-frame=\"{}\"",
        interactive.per_frame
    );
    if let Some(program) = program {
        let _ = write!(html, " data-program=\"{program}\"");
    }
    if let Some((dragged, [wide, narrow])) = interactive.dragged {
        let _ = write!(
            html,
            " data-dragged=\"{dragged}\" data-spans=\"{wide} {narrow}\""
        );
    }
    let _ = write!(
        html,
        ">\n<link rel=\"stylesheet\" href=\"{FOLDER}/interactive.css\">\n\
         <figcaption><b>Try it. {}</b> {}</figcaption>\n\
         <div class=\"bn-picture bn-wide\">{}</div>\n<div class=\"bn-picture bn-narrow\">{}</div>\n\
         <p class=\"bn-finding\">{}</p>\n",
        escape(interactive.title),
        escape(interactive.text),
        figure.draw(Width::Wide),
        figure.draw(Width::Narrow),
        escape(&figure.finding()),
    );
    if program.is_some() {
        html.push_str("<form class=\"bn-controls\" autocomplete=\"off\">\n");
        for control in interactive.controls {
            control_html(control, &mut html);
        }
        let _ = write!(
            html,
            "<div class=\"bn-do\"><button type=\"button\" data-do=\"run\">Run</button>\n\
             <button type=\"button\" data-do=\"reset\">Reset</button></div>\n</form>\n\
             <script defer src=\"{FOLDER}/interactive.js\"></script>\n"
        );
    }
    html.push_str("</figure>\n");
    Ok(html)
}

fn control_html(control: &Control, html: &mut String) {
    let Control {
        name,
        label,
        values,
        default,
    } = control;
    let label = escape(label);
    let _ = match values {
        // The slider counts the stops; what it shows is the stop.
        Values::Stops(stops) => {
            let at = stops.iter().position(|stop| stop == default).unwrap_or(0);
            let all: Vec<_> = stops.iter().map(f64::to_string).collect();
            writeln!(
                html,
                "<label><span>{label}</span><input type=\"range\" name=\"{name}\" min=\"0\" max=\"{}\" step=\"1\" \
                 value=\"{at}\" aria-valuetext=\"{default}\" data-stops=\"{}\"><output>{default}</output></label>",
                stops.len() - 1,
                all.join(" "),
            )
        }
        Values::Range(least, most, step) => writeln!(
            html,
            "<label><span>{label}</span><input type=\"range\" name=\"{name}\" min=\"{least}\" max=\"{most}\" \
             step=\"{step}\" value=\"{default}\"><output>{default}</output></label>"
        ),
        Values::Words(words) => {
            let _ = write!(html, "<label><span>{label}</span><select name=\"{name}\">");
            for (i, word) in words.iter().enumerate() {
                let selected = if i as f64 == *default {
                    " selected"
                } else {
                    ""
                };
                let _ = write!(
                    html,
                    "<option value=\"{i}\"{selected}>{}</option>",
                    escape(word)
                );
            }
            writeln!(html, "</select></label>")
        }
    };
}

/// What a notebook says in the figure's place.
pub(crate) fn sentence(slug: &str, name: &str) -> String {
    let title = find(name).map_or("", |(_, interactive)| interactive.title);
    format!(
        "*{title}* This figure can be changed by hand on [the chapter's page]\
         (http://localhost:3000/{slug}.html#try-{name}), while `cargo book serve` runs."
    )
}
