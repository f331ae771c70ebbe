import type { UiFinding, UiTold } from "../ipc/bindings";
import type { WordId, Words } from "../words/words";

interface Said {
  readonly text: string;
  /** The host says it, in English whatever the window speaks. */
  readonly english: boolean;
}

/** What was found and what to do. */
export function findingWords(words: Words, { told, found, advice }: UiFinding): Said {
  if (told === null) {
    return { text: advice === null ? found : `${found}. ${advice}`, english: true };
  }
  const what = foundWords(words, told);
  const id = adviceOf(told);
  const text = id === null ? what : words.say("shared.next", { first: words.say("shared.sentence", { words: what }), second: words.say(id) });
  return { text, english: false };
}

function foundWords({ say }: Words, told: UiTold): string {
  switch (told.kind) {
    case "device":
      return told.name;
    case "noDevice":
      return say("sound.check.found.noDevice");
    case "digitalSilence":
      return say("sound.check.found.digitalSilence");
    case "noVoice":
      return say("sound.check.found.noVoice");
    case "voice":
      return say("sound.check.found.voice", { dbfs: told.dbfs });
    case "softVoice":
      return say("sound.check.found.soft", { dbfs: told.dbfs });
    case "loudVoice":
      return say("sound.check.found.loud", { dbfs: told.dbfs });
    case "cutOff":
      return say("sound.check.found.cutOff", { dbfs: told.dbfs, percent: told.percent });
    case "background":
      return told.belowDb === null
        ? say("sound.check.found.background", { dbfs: told.dbfs })
        : say("sound.check.found.backgroundBelow", { dbfs: told.dbfs, below: told.belowDb });
    case "noEcho":
      return say("sound.check.found.noEcho");
    case "echo":
      return say("sound.check.found.echo", { softer: told.softerDb, later: told.laterMs });
    case "path":
      return say("sound.check.found.path", { host: told.host, trip: told.roundTripMs, jitter: told.jitterMs, loss: told.lossPercent, mos: told.mos, best: BEST });
    case "noAnswer":
      return say("sound.check.found.noAnswer", { host: told.host });
    case "noServer":
      return say("sound.check.found.noServer");
  }
}

function adviceOf(told: UiTold): WordId | null {
  switch (told.kind) {
    case "device":
    case "voice":
    case "noEcho":
    case "noServer":
      return null;
    case "noDevice":
      return "sound.check.advice.plugIn";
    case "digitalSilence":
      return "sound.check.advice.muteSwitch";
    case "noVoice":
      return "sound.check.advice.noVoice";
    case "softVoice":
      return "sound.check.advice.soft";
    case "loudVoice":
      return "sound.check.advice.loud";
    case "cutOff":
      return "sound.check.advice.cutOff";
    case "background":
      return told.disturbs ? "sound.check.advice.background" : null;
    case "echo":
      return told.disturbs ? "sound.check.advice.echo" : null;
    case "path":
      return told.poor ? "sound.check.advice.poorPath" : null;
    case "noAnswer":
      return "sound.check.advice.noAnswer";
  }
}

/** The best there is (ITU-T G.107). */
const BEST = 4.5;
