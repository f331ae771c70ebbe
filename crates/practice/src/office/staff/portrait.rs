//! A small picture of somebody, so that not all look alike. Drawn here, of circles.

use crate::office::ids::seed;

/// 48 by 48 pixels, PNG; the same for the same id.
pub(crate) fn portrait(id: &str) -> Option<Vec<u8>> {
    let chance = seed(&["portrait", id]);
    let pick = |shift: u32, from: &[[f32; 3]]| from[(chance >> shift) as usize % from.len()];
    let (back, skin) = (pick(0, BACKS), pick(8, SKINS));
    let (hair, cloth) = (pick(16, HAIRS), pick(24, CLOTHS));
    let long = chance >> 32 & 1 == 1;
    let bald = chance >> 33 & 7 == 0;
    let mut pixels = Vec::with_capacity(SIDE * SIDE * 3);
    for y in 0..SIDE {
        for x in 0..SIDE {
            let at = (x as f32 + 0.5, y as f32 + 0.5);
            let mut colour = back;
            let mut paint = |over: [f32; 3], cover: f32| {
                for (channel, over) in colour.iter_mut().zip(over) {
                    *channel += (over - *channel) * cover;
                }
            };
            if long && !bald {
                paint(hair, ellipse(at, (24.0, 24.0), (12.5, 15.0)));
            }
            paint(cloth, ellipse(at, (24.0, 50.0), (18.0, 15.0)));
            paint(skin, ellipse(at, (24.0, 33.0), (4.5, 8.0)));
            if !bald {
                paint(hair, ellipse(at, (24.0, 18.0), (11.0, 11.5)));
            }
            paint(skin, ellipse(at, (24.0, 22.5), (9.0, 11.0)));
            pixels.extend(colour.map(|channel| (channel * 255.0) as u8));
        }
    }
    let mut file = Vec::new();
    let side = SIDE as u32;
    let mut encoder = png::Encoder::new(&mut file, side, side);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().ok()?;
    writer.write_image_data(&pixels).ok()?;
    writer.finish().ok()?;
    Some(file)
}

/// How much of a point an ellipse covers: its edge is soft.
fn ellipse(at: (f32, f32), centre: (f32, f32), half: (f32, f32)) -> f32 {
    let (x, y) = ((at.0 - centre.0) / half.0, (at.1 - centre.1) / half.1);
    let beyond = (x.hypot(y) - 1.0) * half.0.min(half.1);
    (0.5 - beyond).clamp(0.0, 1.0)
}

const SIDE: usize = 48;

const BACKS: &[[f32; 3]] = &[
    [0.80, 0.88, 0.95],
    [0.95, 0.88, 0.78],
    [0.84, 0.93, 0.83],
    [0.91, 0.85, 0.94],
    [0.97, 0.90, 0.89],
    [0.86, 0.86, 0.84],
];
const SKINS: &[[f32; 3]] = &[
    [0.96, 0.82, 0.72],
    [0.90, 0.72, 0.58],
    [0.78, 0.58, 0.43],
    [0.62, 0.43, 0.30],
    [0.45, 0.30, 0.21],
];
const HAIRS: &[[f32; 3]] = &[
    [0.13, 0.10, 0.09],
    [0.30, 0.20, 0.13],
    [0.52, 0.34, 0.18],
    [0.83, 0.68, 0.40],
    [0.60, 0.60, 0.60],
];
const CLOTHS: &[[f32; 3]] = &[
    [0.16, 0.29, 0.48],
    [0.36, 0.16, 0.22],
    [0.18, 0.38, 0.30],
    [0.25, 0.25, 0.28],
    [0.75, 0.52, 0.20],
    [0.90, 0.90, 0.88],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_one_and_another_one_for_somebody_else() {
        let one = portrait("a").expect("drawn");
        let decoder = png::Decoder::new(std::io::Cursor::new(&one));
        let reader = decoder.read_info().expect("a PNG");
        assert_eq!((reader.info().width, reader.info().height), (48, 48));
        assert_eq!(one, portrait("a").expect("drawn"));
        assert_ne!(one, portrait("b").expect("drawn"));
        assert!(one.len() < 8_000, "{}", one.len());
    }
}
