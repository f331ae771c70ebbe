//! Pictures of the window, and whether two of them show the same to somebody who looks.
//!
//! Two machines never paint the same letters: hinting, antialiasing and the rounding of positions
//! differ. So both pictures are blurred by the width of a stroke, each spot may be found two pixels
//! away, and what then still differs must be rare, in the whole picture and in its worst part.
//!
//! Measured with the pictures of `docs/screens`: the same window with no hinting at all, or with full
//! hinting by subpixels, differs from them by 0.07 % at most, and 1.4 % of its worst part. One of the
//! round buttons moved by four pixels, everything else as it was: 0.15 % and 11 %; moved by eight:
//! 0.43 % and 26 %. The words "Clear sound" gone: 0.18 % and 13 %.

use std::path::Path;

use warmline_interop::Result;

use crate::desktop::{io, refused};

/// A picture: three bytes a pixel, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    pixels: Vec<[u8; 3]>,
}

/// How two pictures of one size differ.
#[derive(Clone, Debug)]
pub struct Difference {
    /// Which share of all pixels does, 0 to 1.
    pub share: f64,
    /// The same in the worst part, a square of the size of a round button.
    pub worst_part: f64,
    /// Where: those pixels are red on the second picture, which is pale.
    pub shown: Picture,
}

impl Picture {
    /// Reads a PNG of 8 bits a channel.
    ///
    /// # Errors
    /// It is none.
    pub fn decode(png: &[u8]) -> Result<Self> {
        let unreadable = |error: png::DecodingError| refused("picture", error.to_string());
        let mut decoder = png::Decoder::new(std::io::Cursor::new(png));
        decoder.set_transformations(png::Transformations::normalize_to_color8());
        let mut reader = decoder.read_info().map_err(unreadable)?;
        let size = reader.output_buffer_size().unwrap_or_default();
        let mut bytes = vec![0; size];
        let frame = reader.next_frame(&mut bytes).map_err(unreadable)?;
        let channels = frame.color_type.samples();
        if channels < 3 {
            return Err(refused("picture", "it has no colours"));
        }
        let pixels = bytes[..frame.buffer_size()].chunks_exact(channels);
        Ok(Self {
            width: frame.width as usize,
            height: frame.height as usize,
            pixels: pixels.map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect(),
        })
    }

    /// Reads a PNG file; none if there is no such file.
    ///
    /// # Errors
    /// It cannot be read, or is no picture.
    pub fn read(file: &Path) -> Result<Option<Self>> {
        if !file.exists() {
            return Ok(None);
        }
        let png = std::fs::read(file).map_err(|source| io("reading a picture", source))?;
        Self::decode(&png).map(Some)
    }

    /// Writes a PNG file.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn write(&self, file: &Path) -> Result<()> {
        let mut bytes = Vec::new();
        let side = |length| u32::try_from(length).unwrap_or(u32::MAX);
        let mut encoder = png::Encoder::new(&mut bytes, side(self.width), side(self.height));
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::High);
        let written = encoder
            .write_header()
            .and_then(|mut writer| writer.write_image_data(self.pixels.as_flattened()));
        written.map_err(|error| refused("picture", error.to_string()))?;
        std::fs::write(file, bytes).map_err(|source| io("writing a picture", source))
    }

    /// How the other one differs; none if it has another size.
    pub fn difference(&self, other: &Self) -> Option<Difference> {
        if (self.width, self.height) != (other.width, other.height) {
            return None;
        }
        let (one, two) = (self.blurred(), other.blurred());
        let differs = |at: usize| {
            one.pixels[at] != two.pixels[at]
                && (one.strays_from(&two, at) || two.strays_from(&one, at))
        };
        let differs: Vec<bool> = (0..self.pixels.len()).map(differs).collect();
        let count = differs.iter().filter(|differs| **differs).count();
        let shown = other.pixels.iter().zip(&differs).map(|(pixel, differs)| {
            if *differs {
                [220, 0, 0]
            } else {
                pixel.map(|channel| 191 + channel / 4)
            }
        });
        Some(Difference {
            share: count as f64 / differs.len().max(1) as f64,
            worst_part: self.worst_part(&differs),
            shown: Self {
                pixels: shown.collect(),
                ..*self
            },
        })
    }

    /// Each pixel the mean of those around it.
    fn blurred(&self) -> Self {
        let along = |pixels: &[[u8; 3]], length: usize, step: usize| -> Vec<[u8; 3]> {
            let mean = |at: usize| {
                let place = at / step % length;
                let from = place.saturating_sub(BLUR);
                let to = (place + BLUR).min(length - 1);
                let mut sum = [0_u32; 3];
                for near in from..=to {
                    let pixel = pixels[at - place * step + near * step];
                    for (sum, channel) in sum.iter_mut().zip(pixel) {
                        *sum += u32::from(channel);
                    }
                }
                let count = (to - from + 1) as u32;
                sum.map(|sum| ((sum + count / 2) / count) as u8)
            };
            (0..pixels.len()).map(mean).collect()
        };
        let rows = along(&self.pixels, self.width, 1);
        Self {
            pixels: along(&rows, self.height, self.width),
            ..*self
        }
    }

    /// Whether nothing like this spot is near it in the other one.
    fn strays_from(&self, other: &Self, at: usize) -> bool {
        let (x, y) = (at % self.width, at / self.width);
        let near = |place: usize, length: usize| {
            place.saturating_sub(SHIFT)..=(place + SHIFT).min(length - 1)
        };
        near(y, self.height).all(|y| {
            near(x, self.width).all(|x| {
                let there = other.pixels[y * self.width + x];
                let apart = self.pixels[at].iter().zip(there);
                apart
                    .map(|(here, there)| here.abs_diff(there))
                    .max()
                    .is_some_and(|most| most > ALIKE)
            })
        })
    }

    fn worst_part(&self, differs: &[bool]) -> f64 {
        let step = PART / 2;
        let mut worst = 0;
        for top in (0..self.height).step_by(step) {
            for left in (0..self.width).step_by(step) {
                let rows = top..(top + PART).min(self.height);
                let right = (left + PART).min(self.width);
                let in_row = |y: usize| {
                    let row = &differs[y * self.width + left..y * self.width + right];
                    row.iter().filter(|differs| **differs).count()
                };
                worst = worst.max(rows.map(in_row).sum::<usize>());
            }
        }
        worst as f64 / (PART * PART) as f64
    }
}

impl Difference {
    /// Whether somebody who looks would see none.
    pub fn is_slight(&self) -> bool {
        self.share <= MOST_OF_ALL && self.worst_part <= MOST_OF_A_PART
    }
}

/// Pixels on each side that a spot is blurred over: the width of a stroke.
const BLUR: usize = 2;
/// Pixels that a spot may have moved.
const SHIFT: usize = 2;
/// Of 255: what two spots that are alike may differ by after the blur.
const ALIKE: u8 = 32;
/// Pixels on a side: a round button.
const PART: usize = 48;
const MOST_OF_ALL: f64 = 0.004;
const MOST_OF_A_PART: f64 = 0.05;

#[cfg(test)]
mod tests {
    use super::*;

    const PAPER: [u8; 3] = [250, 249, 247];
    const INK: [u8; 3] = [36, 36, 36];
    const GREEN: [u8; 3] = [16, 124, 16];
    const PETROL: [u8; 3] = [14, 110, 144];

    fn page() -> Picture {
        Picture {
            width: 420,
            height: 720,
            pixels: vec![PAPER; 420 * 720],
        }
    }

    fn fill(picture: &mut Picture, at: (usize, usize), size: (usize, usize), colour: [u8; 3]) {
        for y in at.1..at.1 + size.1 {
            for x in at.0..at.0 + size.0 {
                picture.pixels[y * picture.width + x] = colour;
            }
        }
    }

    /// A button with something like a word beside it: strokes two pixels wide.
    fn window(button: (usize, usize), colour: [u8; 3]) -> Picture {
        let mut picture = page();
        fill(&mut picture, button, (48, 48), colour);
        word(&mut picture, (100, 300), 12);
        picture
    }

    fn word(picture: &mut Picture, at: (usize, usize), letters: usize) {
        for letter in 0..letters {
            let left = at.0 + letter * 8;
            fill(picture, (left, at.1), (2, 10), INK);
            fill(picture, (left + 2, at.1 + 4 * (letter % 3)), (4, 2), INK);
        }
    }

    fn judged(one: &Picture, two: &Picture) -> Difference {
        one.difference(two).expect("one size")
    }

    #[test]
    fn a_picture_survives_its_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("picture.png");
        let picture = window((200, 200), GREEN);
        picture.write(&file).expect("written");
        assert_eq!(Picture::read(&file).expect("read"), Some(picture));
        let none = Picture::read(&folder.path().join("none.png")).expect("no fault");
        assert_eq!(none, None);
    }

    #[test]
    fn the_same_is_the_same_and_another_size_is_not() {
        let picture = window((200, 200), GREEN);
        let same = judged(&picture, &picture);
        assert!(same.is_slight() && same.share == 0.0);
        let mut smaller = picture.clone();
        smaller.height -= 1;
        smaller.pixels.truncate(smaller.width * smaller.height);
        assert!(picture.difference(&smaller).is_none());
    }

    /// Every edge of another machine: a pixel off, and half as dark.
    #[test]
    fn other_edges_are_slight() {
        let one = window((200, 200), GREEN);
        let mut two = page();
        fill(&mut two, (201, 199), (48, 48), GREEN);
        word(&mut two, (101, 300), 12);
        for pixel in &mut two.pixels {
            if *pixel == INK {
                *pixel = [70, 64, 60];
            }
        }
        assert!(judged(&one, &two).is_slight(), "{:?}", figures(&one, &two));
    }

    #[test]
    fn a_button_that_moved_is_seen() {
        let one = window((200, 200), GREEN);
        for two in [(208, 200), (200, 192), (204, 204)] {
            let two = window(two, GREEN);
            assert!(!judged(&one, &two).is_slight(), "{:?}", figures(&one, &two));
        }
    }

    #[test]
    fn a_button_of_another_colour_is_seen() {
        let (one, two) = (window((200, 200), GREEN), window((200, 200), PETROL));
        assert!(!judged(&one, &two).is_slight(), "{:?}", figures(&one, &two));
    }

    #[test]
    fn a_word_that_is_gone_or_was_added_is_seen() {
        let one = window((200, 200), GREEN);
        let mut two = page();
        fill(&mut two, (200, 200), (48, 48), GREEN);
        assert!(!judged(&one, &two).is_slight(), "{:?}", figures(&one, &two));
        assert!(!judged(&two, &one).is_slight(), "{:?}", figures(&two, &one));
    }

    #[test]
    fn where_it_differs_is_shown() {
        let (one, two) = (window((200, 200), GREEN), window((300, 200), GREEN));
        let shown = judged(&one, &two).shown;
        let red = |x: usize, y: usize| shown.pixels[y * shown.width + x] == [220, 0, 0];
        assert!(red(224, 224) && red(324, 224) && !red(20, 20));
    }

    fn figures(one: &Picture, two: &Picture) -> (f64, f64) {
        let difference = judged(one, two);
        (difference.share, difference.worst_part)
    }
}
