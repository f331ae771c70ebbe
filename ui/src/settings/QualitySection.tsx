import { useId } from "react";

import { SoundDetails } from "../calls/SoundDetails";
import { figuresWords, qualityWords } from "../calls/soundWords";
import { partyWords } from "../calls/words";
import type { UiCall } from "../ipc/bindings";
import { useWords } from "../words/words";
import { Part, Text } from "./Part";

/** How the sound of each call is, with all figures. */
export function QualitySection({ calls }: { calls: readonly UiCall[] }) {
  const words = useWords();
  const { say } = words;
  const id = useId();
  const measured = calls.flatMap((call) => (call.quality === null || call.state === "ended" ? [] : [{ call, quality: call.quality }]));
  if (measured.length === 0) {
    return <Text>{say("settings.quality.none")}</Text>;
  }
  return measured.map(({ call, quality }) => (
    <Part key={call.id} title={partyWords(call)}>
      <Text>{qualityWords(words, quality)}</Text>
      <Text>{figuresWords(words, quality.figures)}</Text>
      <SoundDetails id={`${id}-${call.id}`} quality={quality} />
    </Part>
  ));
}
