"""How good speech is after a journey: PESQ (ITU-T P.862, wide-band P.862.2) as JSON.

    score.py REFERENCE.wav RECORDING.wav… nb|wb

The recording may begin long before the reference comes out of it: the place is found by
cross-correlation. Printed are, a line for each recording, "pesq" (MOS-LQO), "delay_ms" (where in the recording it was found),
"gain_db" (how much louder it came back) and "likeness" (1 is the same wave).
"""

import json
import sys

import numpy
from pesq import pesq
from scipy.io import wavfile
from scipy.signal import correlate, resample_poly


def main():
    reference_file, *recording_files, band = sys.argv[1:]
    rate = 16000 if band == "wb" else 8000
    reference = load(reference_file, rate)
    for file in recording_files:
        print(json.dumps(score(reference, load(file, rate), rate, band)))


def score(reference, recording, rate, band):
    if len(recording) < len(reference):
        sys.exit(f"the recording is shorter than the reference: {len(recording) / rate:.2f} s")
    start = place(reference, recording)
    heard = recording[start : start + len(reference)]
    heard = numpy.pad(heard, (0, len(reference) - len(heard)))
    energy = float(numpy.dot(heard, heard))
    if energy == 0:
        sys.exit("the recording is silent")
    return {
        "pesq": float(pesq(rate, whole(reference), whole(heard), band)),
        "delay_ms": start * 1000 / rate,
        "gain_db": float(10 * numpy.log10(energy / numpy.dot(reference, reference))),
        "likeness": float(numpy.dot(heard, reference) / numpy.sqrt(energy * numpy.dot(reference, reference))),
    }


def load(file, rate):
    """A WAV file as mono floats at this rate."""
    own_rate, samples = wavfile.read(file)
    samples = samples.astype(float)
    if samples.ndim > 1:
        samples = samples.mean(axis=1)
    return resample_poly(samples, rate, own_rate) if own_rate != rate else samples


def whole(samples):
    return numpy.clip(numpy.rint(samples), -32768, 32767).astype(numpy.int16)


def place(reference, recording):
    """Where in the recording the reference begins, in samples."""
    match = correlate(recording, reference, mode="full", method="fft")[len(reference) - 1 :]
    # A codec may turn the wave over: the strongest match of either sign.
    return int(numpy.argmax(numpy.abs(match)))


main()
