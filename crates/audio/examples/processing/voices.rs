//! The voices of the practice contact centre, and WAV files.

use std::io::Cursor;
use std::path::Path;

use crate::RATE;

/// What this file of `assets/voices` says.
pub(crate) fn voice(name: &str) -> Vec<f32> {
    let path = format!(
        "{}/../../assets/voices/{name}.opus",
        env!("CARGO_MANIFEST_DIR")
    );
    let bytes = std::fs::read(path).expect("a voice");
    let mut reader = ogg::PacketReader::new(Cursor::new(bytes));
    let mut decoder = opus::Decoder::new(RATE as u32, opus::Channels::Mono).expect("starts");
    let (mut block, mut sound) = (vec![0.0; 5_760], Vec::new());
    // The first two packets are headers.
    let mut packets = 0;
    while let Some(packet) = reader.read_packet().expect("Ogg") {
        packets += 1;
        if packets > 2 {
            let decoded = decoder.decode_float(&packet.data, &mut block, false);
            sound.extend_from_slice(&block[..decoded.expect("Opus")]);
        }
    }
    sound
}

/// These people in turns, with a pause of 0.4 s, for so long.
pub(crate) fn alternating(names: &[&str], seconds: usize) -> Vec<f32> {
    let voices: Vec<Vec<f32>> = names.iter().map(|name| voice(name)).collect();
    let mut sound = Vec::new();
    for voice in voices.iter().cycle() {
        sound.extend_from_slice(voice);
        sound.resize(sound.len() + RATE * 2 / 5, 0.0);
        if sound.len() >= seconds * RATE {
            break;
        }
    }
    sound.truncate(seconds * RATE);
    sound
}

/// Writes 16 bit at 48 kHz.
pub(crate) fn write(folder: &Path, name: &str, sound: &[f32]) -> Result<(), hound::Error> {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: RATE as u32,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(folder.join(format!("{name}.wav")), spec)?;
    for sample in sound {
        writer.write_sample((sample * 32_767.0).round().clamp(-32_768.0, 32_767.0) as i16)?;
    }
    writer.finalize()
}
