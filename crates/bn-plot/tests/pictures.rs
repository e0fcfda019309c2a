//! Picture grids show the pixels they are given, and stay small.

mod charts;

use base64::Engine as _;
use bn_plot::{Error, PictureGrid};
use ndarray::{Array2, s};

/// Width, height and RGBA bytes of the embedded picture.
fn embedded(svg: &str) -> (usize, usize, Vec<u8>) {
    let (_, rest) = svg.split_once("base64,").expect("a data URI");
    let (data, rest) = rest.split_once('"').expect("its end");
    assert!(!rest.contains("base64,"), "one picture per grid");
    let bytes = base64::engine::general_purpose::STANDARD
        .decode(data)
        .expect("base64");
    let decoder = png::Decoder::new(std::io::Cursor::new(bytes));
    let mut reader = decoder.read_info().expect("a PNG");
    let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
    let info = reader.next_frame(&mut pixels).expect("pixels");
    (info.width as usize, info.height as usize, pixels)
}

#[test]
fn every_pixel_is_that_of_its_picture_to_half_a_shade() {
    let side = 4;
    let pictures =
        Array2::from_shape_fn((3, 3 * side * side), |(n, k)| (60 * n + k) as f64 / 255.0);
    let figure = PictureGrid::new()
        .columns(2)
        .row("ramp", &pictures)
        .figure("ramp", "A ramp.", "A ramp.")
        .expect("a figure");
    let (width, height, pixels) = embedded(figure.svg());
    // Two columns and two lines with a gap of one pixel.
    assert_eq!((width, height), (2 * side + 1, 2 * side + 1));
    for n in 0..3 {
        let (left, top) = ((n % 2) * (side + 1), (n / 2) * (side + 1));
        for k in 0..side * side {
            let at = 4 * ((top + k / side) * width + left + k % side);
            for c in 0..3 {
                let off = i32::from(pixels[at + c]) - (60 * n + 3 * k + c) as i32;
                // 64 shades are 255/63 apart.
                assert!(off.abs() <= 2, "picture {n}, pixel {k}, color {c}: {off}");
            }
            assert_eq!(pixels[at + 3], 255);
        }
    }
    // The gap, and the place of the missing fourth picture, let the paper through.
    assert_eq!(pixels[4 * side + 3], 0);
    assert_eq!(pixels[4 * (width * height - 1) + 3], 0);
}

#[test]
fn sixty_noisy_pictures_stay_below_30_kilobytes() {
    let pictures = charts::disks(60, 16, |n| [0.1 + n as f64 / 100.0, 0.4, 0.7]);
    let figure = PictureGrid::new()
        .row("disks", &pictures)
        .figure("disks", "Disks.", "Disks.")
        .expect("a figure");
    assert!(figure.svg().len() < 30_000, "{} bytes", figure.svg().len());
}

#[test]
fn views_and_single_precision_give_the_same_figure() {
    let figure = |grid: PictureGrid| grid.figure("a", "A.", "A.").expect("a figure");
    let pictures = Array2::from_shape_fn((4, 48), |(n, k)| (n * 48 + k) as f64 / 255.0);
    let single = pictures.mapv(|x| x as f32);
    let wide = Array2::from_shape_fn((4, 96), |(n, k)| pictures[[n, k / 2]]);
    let whole = figure(PictureGrid::new().row("a", &pictures));
    assert_eq!(whole, figure(PictureGrid::new().row("a", &single)));
    assert_eq!(
        whole,
        figure(PictureGrid::new().row("a", &wide.slice(s![.., ..;2])))
    );
}

#[test]
fn wrong_pictures_are_marked_with_a_frame_and_a_cross() {
    let pictures = Array2::<f64>::zeros((4, 48));
    let grid = PictureGrid::new().row("a", &pictures);
    let lines = |grid: &PictureGrid| {
        let figure = grid.figure("a", "A.", "A.").expect("a figure");
        figure.svg().matches("<polyline").count()
    };
    assert_eq!(lines(&grid), 0);
    assert_eq!(lines(&grid.clone().wrong([])), 0);
    assert_eq!(lines(&grid.wrong([0, 2])), 2 * 3);
}

#[test]
fn pictures_that_are_none_are_refused() {
    let ok = Array2::<f64>::zeros((2, 48));
    let refused = |grid: PictureGrid| grid.figure("a", "A.", "A.").expect_err("an error");
    assert!(matches!(refused(PictureGrid::new()), Error::Empty { .. }));
    for shape in [(0, 48), (2, 0)] {
        let empty = Array2::<f64>::zeros(shape);
        assert!(matches!(
            refused(PictureGrid::new().row("a", &empty)),
            Error::Empty { .. }
        ));
    }
    for width in [1, 3 * 15, 3 * 16 + 1, 3 * 65 * 65] {
        let odd = Array2::<f64>::zeros((1, width));
        assert!(matches!(
            refused(PictureGrid::new().row("a", &odd)),
            Error::OutOfRange { .. }
        ));
    }
    for value in [-0.01, 1.01, 255.0] {
        let mut bad = ok.clone();
        bad[[1, 7]] = value;
        let error = refused(PictureGrid::new().row("a", &bad));
        assert!(error.to_string().contains("picture 1 of \"a\""), "{error}");
    }
    for value in [f64::NAN, f64::INFINITY] {
        let mut bad = ok.clone();
        bad[[0, 0]] = value;
        assert!(matches!(
            refused(PictureGrid::new().row("a", &bad)),
            Error::NotFinite { .. }
        ));
    }
    let other_size = Array2::<f64>::zeros((2, 12));
    let grid = PictureGrid::new().row("a", &ok).row("b", &other_size);
    assert!(matches!(
        refused(grid),
        Error::LengthMismatch {
            given: 2,
            expected: 4,
            ..
        }
    ));
    let many = Array2::<f64>::zeros((401, 12));
    assert!(matches!(
        refused(PictureGrid::new().row("a", &many)),
        Error::TooMany { .. }
    ));
    let half = Array2::<f64>::zeros((201, 12));
    let grid = PictureGrid::new().row("a", &half).row("b", &half);
    assert!(matches!(refused(grid), Error::TooMany { given: 402, .. }));
    assert!(matches!(
        refused(PictureGrid::new().row("a", &ok).wrong([2])),
        Error::OutOfRange { .. }
    ));
    assert!(matches!(
        refused(PictureGrid::new().wrong([0]).row("a", &ok)),
        Error::Empty { .. }
    ));
    for columns in [0, 1, 21] {
        let grid = PictureGrid::new().columns(columns).row("a", &ok);
        assert!(matches!(refused(grid), Error::OutOfRange { .. }));
    }
    let long = PictureGrid::new().row("anunbreakablewordthatislongerthanitscolumn", &ok);
    assert!(matches!(refused(long), Error::TextTooLong { .. }));
}
