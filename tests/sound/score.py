"""What speech is worth after a journey, and how late it is heard.

    score.py < JOBS > SCORES

A job is a line of JSON: "said" and "heard" (WAV files at 48 kHz, both beginning at the same moment),
"passages" (where in "said" each begins and ends, in samples) and "bands" ("wb", "nb"). Its answer is a
line: "wb" and "nb", PESQ (ITU-T P.862.2, P.862) as the mean over the passages, "worst" among them by the first band,
and "delay_ms" and "delay_p95_ms": of all short stretches of speech that are found again, how much later they are heard.
"""

import json
import sys
from multiprocessing import Pool

import numpy
from pesq import pesq
from scipy.io import wavfile
from scipy.signal import correlate, resample_poly

RATE = 16000
LATEST = RATE  # speech is looked for up to a second later
WINDOW = RATE * 3 // 10
HOP = RATE * 3 // 20


def score(job):
    said, heard = load(job["said"]), load(job["heard"])
    heard = numpy.pad(heard, (0, LATEST + WINDOW))
    delays = numpy.array(lags(said, heard)) * 1000 / RATE
    answer = {
        "delay_ms": percentile(delays, 50),
        "delay_p95_ms": percentile(delays, 95),
        "found": len(delays),
    }
    for band in job["bands"]:
        values = [passage(said, heard, a // 3, b // 3, band) for a, b in job["passages"]]
        answer[band] = float(numpy.mean(values))
        answer.setdefault("worst", float(min(values)))
    return answer


def percentile(values, percent):
    return float(numpy.percentile(values, percent)) if len(values) else None


def load(file):
    rate, samples = wavfile.read(file)
    assert rate == 3 * RATE
    return resample_poly(samples.astype(float), 1, 3)


def passage(said, heard, begin, end, band):
    reference = said[begin:end]
    after = heard[begin : end + LATEST]
    match = correlate(after, reference, mode="valid", method="fft")
    start = int(numpy.argmax(numpy.abs(match)))
    degraded = after[start : start + len(reference)]
    rate = RATE
    if band == "nb":
        reference, degraded = (resample_poly(x, 1, 2) for x in (reference, degraded))
        rate //= 2
    try:
        return float(pesq(rate, whole(reference), whole(degraded), band))
    except Exception:  # nothing of it was heard
        return 1.0


def whole(samples):
    return numpy.clip(numpy.rint(samples), -32768, 32767).astype(numpy.int16)


def lags(said, heard):
    """How many samples later each stretch of speech is heard, where it is recognised."""
    found = []
    for at in range(0, len(said) - WINDOW, HOP):
        wanted = said[at : at + WINDOW]
        energy = float(numpy.dot(wanted, wanted))
        if energy / WINDOW < 300.0**2:
            continue
        after = heard[at : at + LATEST + WINDOW]
        match = correlate(after, wanted, mode="valid", method="fft")
        power = numpy.concatenate(([0.0], numpy.cumsum(after * after)))
        power = power[WINDOW:] - power[:-WINDOW]
        likeness = match / numpy.sqrt(numpy.maximum(power, 1.0) * energy)
        best = int(numpy.argmax(likeness))
        if likeness[best] > 0.7:
            found.append(best)
    return found


def main():
    jobs = [json.loads(line) for line in sys.stdin if line.strip()]
    with Pool(2) as pool:
        for answer in pool.imap(score, jobs):
            print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
