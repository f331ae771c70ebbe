import type { UiRegistration, UiSnapshot, UiSound } from "../ipc/bindings";
import { MicrophonePart, RingerPart, SpeakerPart, useLookAtSound } from "../sound/DeviceParts";
import { SoundCheck } from "../sound/SoundCheck";
import { VoiceSection } from "../sound/VoiceSection";
import { useWords } from "../words/words";
import { Part, Text } from "./Part";

/** What is spoken into and heard on, each to be tried at once. */
export function DevicesSection({ snapshot, registration }: { snapshot: UiSnapshot; registration: UiRegistration }) {
  const { say } = useWords();
  const { sound, calls } = snapshot;
  useLookAtSound();
  return (
    <Part>
      <Text>{say("settings.devices.hint")}</Text>
      <MicrophonePart sound={sound} />
      <SpeakerPart sound={sound} />
      <SoundCheck sound={sound} calls={calls} reachability={registration.reachability} />
      <VoiceSection voice={sound.voice} managedBy={snapshot.window.managedBy} />
    </Part>
  );
}

/** What rings, and how loud. */
export function RingingSection({ sound }: { sound: UiSound }) {
  const { say } = useWords();
  useLookAtSound();
  return (
    <Part>
      <Text>{say("settings.ringing.hint")}</Text>
      <RingerPart sound={sound} />
    </Part>
  );
}
