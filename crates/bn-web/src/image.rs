//! A picture of pixels inside an SVG: PNG as an address that holds its own data.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// `size` × `size` pixels of red, green and blue in [0, 1], row by row; what lies outside is
/// clipped. The pixels are stored as they are: a few hundred of them are not worth compressing.
pub(crate) fn data_url(size: usize, pixels: impl Iterator<Item = f64>) -> String {
    let mut rows = Vec::with_capacity(size * (3 * size + 1));
    for (i, value) in pixels.enumerate() {
        if i.is_multiple_of(3 * size) {
            // Each row begins with the number of its filter: none.
            rows.push(0);
        }
        rows.push((value.clamp(0.0, 1.0) * 255.0).round() as u8);
    }
    let side = (size as u32).to_be_bytes();
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    // Eight bits for each of red, green and blue.
    chunk(&mut png, b"IHDR", &[&side, &side, &[8, 2, 0, 0, 0]]);
    // zlib's head, then one block of bytes that are not compressed.
    let length = (rows.len() as u16).to_le_bytes();
    let checked = (!(rows.len() as u16)).to_le_bytes();
    let head = [0x78, 0x01, 0x01];
    let sum = adler32(&rows).to_be_bytes();
    chunk(&mut png, b"IDAT", &[&head, &length, &checked, &rows, &sum]);
    chunk(&mut png, b"IEND", &[]);

    let mut url = String::from("data:image/png;base64,");
    for three in png.chunks(3) {
        let byte = |i: usize| u32::from(three.get(i).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for k in 0..4 {
            url.push(if k <= three.len() {
                ALPHABET[(bits >> (18 - 6 * k)) as usize & 63] as char
            } else {
                '='
            });
        }
    }
    url
}

fn chunk(png: &mut Vec<u8>, name: &[u8; 4], parts: &[&[u8]]) {
    let data = parts.concat();
    png.extend((data.len() as u32).to_be_bytes());
    let from = png.len();
    png.extend(name);
    png.extend(data);
    let sum = crc32(&png[from..]);
    png.extend(sum.to_be_bytes());
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |sum: u32, _| (sum >> 1) ^ (0xedb8_8320 * (sum & 1));
    let sum = bytes.iter().fold(u32::MAX, |sum, &byte| {
        (0..8).fold(sum ^ u32::from(byte), step)
    });
    !sum
}

fn adler32(bytes: &[u8]) -> u32 {
    let (a, b) = bytes.iter().fold((1, 0), |(a, b), &byte| {
        let a = (a + u32::from(byte)) % 65521;
        (a, (b + a) % 65521)
    });
    b << 16 | a
}

#[cfg(test)]
mod tests {
    use super::{adler32, crc32, data_url};

    #[test]
    fn the_sums_are_those_of_the_standards() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(adler32(b"Wikipedia"), 0x11e6_0398);
    }

    #[test]
    fn a_picture_is_as_long_as_its_pixels_and_padded_as_base64_asks() {
        let url = data_url(16, std::iter::repeat_n(0.5, 3 * 256));
        let text = url.strip_prefix("data:image/png;base64,").expect("a PNG");
        let bytes: usize = 8 + 25 + (12 + 7 + 16 * 49 + 4) + 12;
        assert_eq!(text.len(), bytes.div_ceil(3) * 4);
        assert!(text.starts_with("iVBORw0KGgo"));
    }
}
