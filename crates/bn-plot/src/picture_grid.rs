use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ndarray::{ArrayBase, Data, Ix2};

use crate::canvas::{Align, Canvas, Drawing, Lettering, TEXT, label_lines};
use crate::frame::WIDTH;
use crate::text_width::text_width;
use crate::{Color, Dash, Error, Figure, Marker, Number, Result};

const MOST_PICTURES: usize = 400;
const MOST_SIDE: usize = 64;
const LABEL_WIDTH: f64 = 130.0;
const LINE_HEIGHT: f64 = 19.0;
/// Shades of each color less one. Noise does not compress: with all 255, a grid of noisy
/// pictures is twice as large and looks the same.
const LEVELS: f64 = 63.0;
/// Rounding in f32 may leave a picture's value this far outside of [0, 1].
const SLACK: f64 = 1e-6;

/// Labeled rows of small RGB pictures.
///
/// The pictures are embedded as one PNG of 64 shades per color, so a grid of dozens stays small.
/// Pictures that [`wrong`](PictureGrid::wrong) names carry a crossed-out corner.
///
/// ```
/// use bn_plot::PictureGrid;
/// use ndarray::Array2;
/// let cats = Array2::<f64>::from_elem((5, 3 * 16 * 16), 0.5);
/// let figure = PictureGrid::new()
///     .row("gray cats", &cats)
///     .wrong([1, 4])
///     .figure("cats", "Five gray cats.", "Five gray squares, two of them crossed out.")?;
/// assert!(figure.svg().contains("data:image/png;base64,"));
/// # Ok::<(), bn_plot::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct PictureGrid {
    rows: Vec<Row>,
    columns: usize,
    /// The first mistake; a chain of calls reports it at its end.
    mistake: Option<Error>,
}

#[derive(Debug, Clone)]
struct Row {
    label: String,
    /// Width and height of a picture in pixels.
    side: usize,
    /// One picture each: red, green and blue of every pixel.
    pictures: Vec<Vec<u8>>,
    wrong: Vec<usize>,
}

impl Default for PictureGrid {
    fn default() -> Self {
        PictureGrid::new()
    }
}

impl PictureGrid {
    /// An empty grid with ten pictures side by side.
    pub fn new() -> Self {
        PictureGrid {
            rows: Vec::new(),
            columns: 10,
            mistake: None,
        }
    }

    /// Sets how many pictures stand side by side (2 to 20); longer rows wrap.
    pub fn columns(mut self, columns: usize) -> Self {
        if !(2..=20).contains(&columns) {
            self.note(Error::OutOfRange {
                what: "the number of columns".into(),
                given: columns.to_string(),
                expected: "2 to 20".into(),
            });
        } else {
            self.columns = columns;
        }
        self
    }

    /// Adds a labeled row of pictures `[N, 3·S·S]`, each in the order height, width, color, with
    /// values in [0, 1]. All rows of a grid have the same S.
    pub fn row<T: Number, D: Data<Elem = T>>(
        mut self,
        label: impl Into<String>,
        pictures: &ArrayBase<D, Ix2>,
    ) -> Self {
        match Row::new(label.into(), pictures) {
            Ok(row) => self.rows.push(row),
            Err(mistake) => self.note(mistake),
        }
        self
    }

    /// Crosses out pictures of the row added last, e.g. wrong predictions; counted from 0.
    pub fn wrong(mut self, pictures: impl IntoIterator<Item = usize>) -> Self {
        let wrong: Vec<usize> = pictures.into_iter().collect();
        match self.rows.last_mut() {
            Some(row) => match wrong.iter().find(|&&i| i >= row.pictures.len()) {
                Some(i) => {
                    let mistake = Error::OutOfRange {
                        what: format!("a picture to cross out in \"{}\"", row.label),
                        given: i.to_string(),
                        expected: format!("0 to {}", row.pictures.len() - 1),
                    };
                    self.note(mistake);
                }
                None => row.wrong = wrong,
            },
            None => self.note(Error::Empty {
                what: "the grid, whose last row has pictures to cross out,".into(),
            }),
        }
        self
    }

    /// Draws the grid.
    ///
    /// # Errors
    /// No row or an empty one; a row whose width is not 3·S·S, or whose S differs
    /// from the first row's; values that are NaN, infinite or outside of [0, 1];
    /// more than 400 pictures, or larger than 64 × 64; a picture to cross out that
    /// is not there; a label that does not fit; a bad id, caption or alt text.
    pub fn figure(
        &self,
        id: &str,
        caption: impl Into<String>,
        alt: impl Into<String>,
    ) -> Result<Figure> {
        Figure::new(id, caption.into(), alt.into(), self.drawing()?)
    }

    fn note(&mut self, mistake: Error) {
        self.mistake.get_or_insert(mistake);
    }

    fn check(&self) -> Result<usize> {
        if let Some(mistake) = &self.mistake {
            return Err(mistake.clone());
        }
        let Some(first) = self.rows.first() else {
            return Err(Error::Empty {
                what: "the picture grid".into(),
            });
        };
        let count = self.rows.iter().map(|row| row.pictures.len()).sum();
        if count > MOST_PICTURES {
            return Err(Error::TooMany {
                what: "pictures in one grid".into(),
                given: count,
                limit: MOST_PICTURES,
            });
        }
        match self.rows.iter().find(|row| row.side != first.side) {
            Some(other) => Err(Error::LengthMismatch {
                what: format!("width of the pictures of \"{}\" in pixels", other.label),
                given: other.side,
                expected: first.side,
            }),
            None => Ok(first.side),
        }
    }

    fn drawing(&self) -> Result<Drawing> {
        let side = self.check()?;
        let gap = (side / 12).max(1);
        let mut labels = Vec::new();
        let mut label_width = 0.0f64;
        for row in &self.rows {
            let lines = label_lines(&row.label, LABEL_WIDTH)?;
            for line in &lines {
                label_width = label_width.max(text_width(line, TEXT));
            }
            labels.push(lines);
        }
        let widest = self.rows.iter().map(|row| row.pictures.len()).max();
        let columns = self.columns.min(widest.unwrap_or(1));
        let left = label_width + 22.0;

        // Positions in pixels of the embedded picture: a wider gap between labeled rows.
        let sheet_width = columns * (side + gap) - gap;
        let pixel = ((WIDTH - 8.0 - left) / sheet_width as f64).min(72.0 / side as f64);
        let mut tops = Vec::new();
        let mut y = 0;
        for (row, lines) in self.rows.iter().zip(&labels) {
            tops.push(y);
            let rows = row.pictures.len().div_ceil(columns);
            let label = (LINE_HEIGHT * lines.len() as f64 / pixel).ceil() as usize;
            y += (rows * (side + gap) - gap).max(label) + 4 * gap;
        }
        let sheet_height = y - 4 * gap;
        let place = |row: usize, i: usize| {
            let (line, column) = (i / columns, i % columns);
            (column * (side + gap), tops[row] + line * (side + gap))
        };

        let mut sheet = Sheet::new(sheet_width, sheet_height);
        for (r, row) in self.rows.iter().enumerate() {
            for (i, picture) in row.pictures.iter().enumerate() {
                sheet.paste(picture, side, place(r, i));
            }
        }
        let top = 8.0;
        let width = (left + sheet_width as f64 * pixel + 8.0).max(320.0);
        let mut drawing = Drawing::new(
            width.ceil(),
            (sheet_height as f64 * pixel + 2.0 * top).ceil(),
            |canvas| {
                for (r, (row, lines)) in self.rows.iter().zip(&labels).enumerate() {
                    let y = top + tops[r] as f64 * pixel;
                    let free = side as f64 * pixel - LINE_HEIGHT * lines.len() as f64;
                    let first = y + free.max(0.0) / 2.0 + LINE_HEIGHT / 2.0;
                    for (k, line) in lines.iter().enumerate() {
                        let at = (left - 14.0, first + LINE_HEIGHT * k as f64);
                        canvas.text(line, at, Lettering::new(Color::Ink, Align::End))?;
                    }
                    for &i in &row.wrong {
                        let (x, y) = place(r, i);
                        let corner = (left + x as f64 * pixel, top + y as f64 * pixel);
                        cross_out(canvas, corner, side as f64 * pixel)?;
                    }
                }
                Ok(())
            },
        )?;
        drawing.body = format!(
            "<image x=\"{left:.1}\" y=\"{top}\" width=\"{:.1}\" height=\"{:.1}\" preserveAspectRatio=\"none\" \
             style=\"image-rendering:pixelated\" href=\"data:image/png;base64,{}\"/>\n{}",
            sheet_width as f64 * pixel,
            sheet_height as f64 * pixel,
            BASE64.encode(sheet.png()?),
            drawing.body,
        );
        Ok(drawing)
    }
}

/// A frame around a picture and a cross in its upper right corner.
fn cross_out(canvas: &mut Canvas<'_>, (x, y): (f64, f64), side: f64) -> Result<()> {
    let color = Color::Arm2;
    let frame = [
        (x, y),
        (x + side, y),
        (x + side, y + side),
        (x, y + side),
        (x, y),
    ];
    canvas.line(frame, color, Dash::Solid, 2.4)?;
    let r = (0.17 * side).clamp(5.0, 8.0);
    let center = (x + side - r, y + r);
    canvas.marker_shape(Marker::Square, center, r * 1.14, Color::Paper, 0.0)?;
    canvas.marker_shape(Marker::Cross, center, r * 0.8, color, 2.6)
}

impl Row {
    fn new<T: Number, D: Data<Elem = T>>(
        label: String,
        pictures: &ArrayBase<D, Ix2>,
    ) -> Result<Self> {
        let (count, width) = pictures.dim();
        if count == 0 || width == 0 {
            return Err(Error::Empty {
                what: format!("the row \"{label}\""),
            });
        }
        if count > MOST_PICTURES {
            return Err(Error::TooMany {
                what: format!("pictures in the row \"{label}\""),
                given: count,
                limit: MOST_PICTURES,
            });
        }
        let side = (width / 3).isqrt();
        if 3 * side * side != width || side > MOST_SIDE {
            return Err(Error::OutOfRange {
                what: format!("numbers per picture of \"{label}\""),
                given: width.to_string(),
                expected: format!("3·S·S with S from 1 to {MOST_SIDE}, e.g. 768 for 16 × 16"),
            });
        }
        let byte = |i: usize, value: f64| {
            if (-SLACK..=1.0 + SLACK).contains(&value) {
                let level = (value.clamp(0.0, 1.0) * LEVELS).round();
                return Ok((level / LEVELS * 255.0).round() as u8);
            }
            let what = format!("picture {i} of \"{label}\"");
            Err(if value.is_finite() {
                Error::OutOfRange {
                    what,
                    given: value.to_string(),
                    expected: "values from 0 to 1 (clip or rescale them)".into(),
                }
            } else {
                Error::NotFinite { what, given: value }
            })
        };
        let pictures = pictures
            .rows()
            .into_iter()
            .enumerate()
            .map(|(i, picture)| {
                picture
                    .iter()
                    .map(|value| byte(i, value.to_f64()))
                    .collect()
            })
            .collect::<Result<_>>()?;
        Ok(Row {
            label,
            side,
            pictures,
            wrong: Vec::new(),
        })
    }
}

/// The picture of all pictures: RGBA, transparent between them.
struct Sheet {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Sheet {
    fn new(width: usize, height: usize) -> Self {
        Sheet {
            width,
            height,
            pixels: vec![0; 4 * width * height],
        }
    }

    fn paste(&mut self, rgb: &[u8], side: usize, (left, top): (usize, usize)) {
        for (k, color) in rgb.chunks_exact(3).enumerate() {
            let at = 4 * ((top + k / side) * self.width + left + k % side);
            self.pixels[at..at + 3].copy_from_slice(color);
            self.pixels[at + 3] = 255;
        }
    }

    fn png(&self) -> Result<Vec<u8>> {
        let refused = |error: png::EncodingError| Error::Drawing(error.to_string());
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, self.width as u32, self.height as u32);
        encoder.set_color(png::ColorType::Rgba);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::High);
        // Drawn pictures have flat parts and few colors: filters for photographs make them a
        // sixth larger.
        encoder.set_filter(png::Filter::NoFilter);
        let mut writer = encoder.write_header().map_err(refused)?;
        writer.write_image_data(&self.pixels).map_err(refused)?;
        writer.finish().map_err(refused)?;
        Ok(bytes)
    }
}
