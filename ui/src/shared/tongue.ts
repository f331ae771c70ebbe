import type { UiTongue } from "../ipc/bindings";
import type { Words } from "../words/words";

/** What tray and notifications say, in the language of the window. */
export function tongue({ say }: Words): UiTongue {
  return {
    open: say("tray.open"),
    callCopied: say("keys.always.callCopied"),
    doNotDisturb: say("account.doNotDisturb"),
    mute: say("calls.mute"),
    hangUp: say("calls.hangUp"),
    quit: say("tray.quit"),
    unreachable: say("tray.unreachable"),
    reachable: say("calls.none.ready"),
    ringing: say("tray.ringing"),
    talking: say("people.doing.inACall"),
    incoming: say("calls.incoming"),
    answer: say("calls.answer"),
    reject: say("tray.reject"),
  };
}
