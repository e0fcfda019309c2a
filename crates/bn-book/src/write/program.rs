//! A chapter as one program for `mdbook test`.

use std::fmt::Write;

use crate::chapter::{Cell, Chapter, Piece};

/// The chapter with its cells joined into one fence.
///
/// Every line of code keeps its line number, so that what the compiler says
/// points into the chapter: prose becomes empty lines, and a cell's closing
/// fence ends the cell's last expression. The program is a crate of its own,
/// because in a crate merged from several a panic would name a line of that;
/// and `extern crate` stands inside `main`, because in front of it rustdoc
/// gives it a line and moves all others. Fences of their own (`compile_fail`)
/// follow behind, below a heading that says where they stand.
pub fn write(chapter: &Chapter) -> String {
    let cells: Vec<_> = chapter.cells().collect();
    let mut program = String::new();
    if let (Some(first), Some(last)) = (cells.first(), cells.last()) {
        program.push_str("```rust,standalone_crate\n");
        let opening = "fn main() -> std::result::Result<(), std::boxed::Box<dyn std::error::Error>> { \
             extern crate bn;\n";
        program.push_str(opening);
        // A chapter begins with its title, and a cell with its fence.
        let mut line = 3;
        for cell in &cells {
            while line < cell.line {
                program.push('\n');
                line += 1;
            }
            program.push_str(&cell.code);
            program.push_str(";\n");
            line = cell.end_line + 1;
        }
        debug_assert!(first.line >= 3 && line == last.end_line + 1);
        program.push_str("Ok(()) }\n```\n");
    }
    for located in &chapter.pieces {
        if located.piece == Piece::Apart {
            let fence = &chapter.source[located.range.clone()];
            writeln!(
                program,
                "\n# the fence in line {}\n\n{}",
                located.line,
                fence.trim_end()
            )
            .expect("writing to a string");
        }
    }
    program
}

/// Whether a cell fits into the program: the opening takes the two lines above it.
pub fn fits(cell: &Cell) -> bool {
    cell.line >= 3
}
