"""How good the processed voices are that `processing FOLDER` (an example of crates/audio) has written, as
a Markdown table: DNSMOS P.835 (signal, background, overall) by speechmos, STOI of double talk by pystoi.

    pip install speechmos onnxruntime librosa pystoi
    processing.py FOLDER
"""

import statistics
import sys
from pathlib import Path

import numpy
from pystoi import stoi
from scipy.io import wavfile
from scipy.signal import correlate, resample_poly
from speechmos import dnsmos

RATE = 16000
PEOPLE = range(4)


def main():
    folder = Path(sys.argv[1])
    print("| double talk | STOI |\n|---|---|")
    clean = load(folder / "talk-clean.wav")
    for name in ["raw", "echo", "moderate", "strong"]:
        print(f"| {name} | {stoi(clean, aligned(clean, load(folder / f'talk-{name}.wav')), RATE):.2f} |")
    print("\n| speech in noise | SIG | BAK | OVRL | gain | STOI |\n|---|---|---|---|---|---|")
    row("clean", 0, [(folder / f"noise-{n}-clean.wav", folder / f"noise-{n}-clean.wav") for n in PEOPLE])
    for snr in [5, 15]:
        raw = None
        for name in ["raw", "moderate-alone", "moderate-all", "strong-alone", "strong-all"]:
            files = [(folder / f"noise-{n}-clean.wav", folder / f"noise-{n}-{snr}-{name}.wav") for n in PEOPLE]
            overall = row(f"{snr} dB SNR, {name}", raw, files)
            raw = overall if raw is None else raw


def row(name, raw, files):
    """Prints the means of some files; gives the overall one."""
    scores, likeness = [], []
    for clean, file in files:
        sound, reference = load(file), load(clean)
        scores.append(dnsmos.run(numpy.clip(sound, -1, 1), sr=RATE))
        likeness.append(stoi(reference, aligned(reference, sound), RATE))
    mean = {key: statistics.mean(score[key] for score in scores) for key in ["sig_mos", "bak_mos", "ovrl_mos"]}
    gain = f"{mean['ovrl_mos'] - raw:+.2f}" if raw else "–"
    print(
        f"| {name} | {mean['sig_mos']:.2f} | {mean['bak_mos']:.2f} | {mean['ovrl_mos']:.2f} "
        f"| {gain} | {statistics.mean(likeness):.2f} |",
        flush=True,
    )
    return mean["ovrl_mos"]


def load(file):
    """A WAV file as mono floats from -1 to 1 at 16 kHz."""
    rate, samples = wavfile.read(file)
    samples = samples.astype(float) / 32768
    return resample_poly(samples, RATE, rate) if rate != RATE else samples


def aligned(reference, sound):
    """The sound, as early as the reference, which it follows by 50 ms at most."""
    most = RATE // 20
    match = correlate(sound, reference, mode="full", method="fft")[len(reference) - 1 :][:most]
    late = int(numpy.argmax(match))
    return numpy.pad(sound[late:], (0, late))


main()
