//! A page with one figure of every kind, on light and on dark paper, for looking at:
//! `cargo run -p bn-plot --example gallery > /tmp/gallery.html`.

#[path = "../tests/charts/mod.rs"]
mod charts;

fn main() -> bn_plot::Result<()> {
    let figures = charts::all()?;
    let dark: String = bn_plot::Color::ALL
        .iter()
        .map(|color| format!("{}:{};", color.variable(), color.dark()))
        .collect();
    println!("<!doctype html><meta charset=utf-8><meta name=viewport content=width=device-width>");
    println!(
        "<style>body{{margin:0;display:flex;flex-wrap:wrap}} section{{flex:1 1 340px;padding:16px;box-sizing:border-box;min-width:0;max-width:700px}} .dark{{background:#15181c;{dark}}} svg{{display:block;margin:0 0 24px}}</style>"
    );
    for class in ["light", "dark"] {
        println!("<section class={class}>");
        for figure in &figures {
            println!("{}", figure.svg());
        }
        println!("</section>");
    }
    Ok(())
}
