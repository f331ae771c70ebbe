// Generated from crates/ipc. Write anew with: WARMLINE_WRITE_BINDINGS=1 cargo test -p warmline-ipc bindings

/**
 * Everything the pages show, complete each time. They keep no state of calls of their own.
 *
 * Times are milliseconds since the phone started, on a clock that never jumps: a page shows
 * `now_ms - answered_at_ms` and counts on from there.
 */
export type UiSnapshot = { 
/**
 * When this snapshot was taken.
 */
nowMs: number, 
/**
 * Who the agent is and whether calls can reach them.
 */
account: UiAccount, 
/**
 * In the order in which they began. Ended calls stay until dismissed.
 */
calls: Array<UiCall>, 
/**
 * What the agent should know now: no microphone, a failed action.
 */
notices: Array<UiNotice>, 
/**
 * The microphone in use, while a call needs one.
 */
microphone: UiMicrophone | null, 
/**
 * The window was asked to close while a call is up: ask the agent.
 */
closing: boolean, };

/**
 * Who the agent is, if a profile says so.
 */
export type UiAccount = { "kind": "starting" } | { "kind": "firstRun" } & UiFirstRun | { "kind": "signedIn" } & UiRegistration;

/**
 * What to do before the phone can be used.
 */
export type UiFirstRun = { 
/**
 * Where the profile is looked for.
 */
path: string, 
/**
 * A profile to start from.
 */
example: string, 
/**
 * What is wrong with the profile that is there; none if there is no file.
 */
problem: string | null, };

/**
 * The agent's registration with the server.
 */
export type UiRegistration = { 
/**
 * What others see of the agent: a name, else the number.
 */
name: string, 
/**
 * The address of record without its scheme.
 */
address: string, 
/**
 * Whether calls can come in.
 */
reachability: UiReachability, 
/**
 * The same in a few words.
 */
words: string, 
/**
 * Why not, in a sentence.
 */
reason: string | null, 
/**
 * What the agent can do about it, in a sentence.
 */
advice: string | null, 
/**
 * When the phone tries again by itself.
 */
retryAtMs: number | null, };

/**
 * Whether calls can come in.
 */
export type UiReachability = "connecting" | "reachable" | "unreachable" | "refused" | "off";

/**
 * One call.
 */
export type UiCall = { 
/**
 * Names the call in a [`UiAction`](crate::UiAction).
 */
id: number, 
/**
 * Who began it.
 */
direction: UiDirection, 
/**
 * How far it is.
 */
state: UiCallState, 
/**
 * Who is at the other end.
 */
party: UiParty, 
/**
 * What the call said of itself: queue, subject, who passed it on.
 */
details: Array<UiDetail>, 
/**
 * When it began.
 */
startedAtMs: number, 
/**
 * When it was answered.
 */
answeredAtMs: number | null, 
/**
 * Whether our sound is kept from the other end.
 */
muted: boolean, 
/**
 * Our hold.
 */
hold: UiHold, 
/**
 * Whether the other end holds us.
 */
heldByThem: boolean, 
/**
 * Whether this is the call that the agent hears.
 */
heard: boolean, 
/**
 * How the sound is, once there are figures.
 */
quality: UiQuality | null, 
/**
 * Digits sent so far.
 */
dtmfSent: string, 
/**
 * How it ended, if it did.
 */
ending: UiEnding | null, };

/**
 * Who began a call.
 */
export type UiDirection = "incoming" | "outgoing";

/**
 * How far a call is.
 */
export type UiCallState = "calling" | "ringing" | "early" | "connecting" | "active" | "ended";

/**
 * Our hold, as the other end agreed to it.
 */
export type UiHold = "off" | "holding" | "held" | "resuming" | "localOnly";

/**
 * Who is at the other end.
 */
export type UiParty = { 
/**
 * The display name, if there is one that says more than the number.
 */
name: string | null, 
/**
 * The number or address to show.
 */
number: string, 
/**
 * What to dial to call back.
 */
address: string, };

/**
 * One thing a call said of itself.
 */
export type UiDetail = { 
/**
 * What kind of thing: the pages give queue and subject more room.
 */
kind: UiDetailKind, 
/**
 * What it is called.
 */
label: string, 
/**
 * What it says.
 */
value: string, };

/**
 * What kind of thing a [`UiDetail`] is.
 */
export type UiDetailKind = "queue" | "subject" | "diverted" | "other";

/**
 * How the sound is.
 */
export type UiQuality = { 
/**
 * The verdict.
 */
level: UiQualityLevel, 
/**
 * The verdict in a few words.
 */
words: string, 
/**
 * The figures behind it, for who wants them.
 */
figures: string, };

/**
 * The verdict on a call's sound.
 */
export type UiQualityLevel = "good" | "fair" | "poor";

/**
 * How a call ended.
 */
export type UiEnding = { 
/**
 * Whether it went as somebody meant it to; if not, the card stays until dismissed.
 */
normal: boolean, 
/**
 * What happened, in a few words.
 */
words: string, 
/**
 * What the agent can do about it.
 */
advice: string | null, 
/**
 * When it ended.
 */
atMs: number, };

/**
 * The microphone in use.
 */
export type UiMicrophone = { 
/**
 * Its name, if known.
 */
name: string | null, 
/**
 * How loud the last moment was, from 0 (silence) to 100 (full scale), on a decibel scale.
 */
levelPercent: number, };

/**
 * Something the agent should know now.
 */
export type UiNotice = { 
/**
 * What is the matter.
 */
words: string, 
/**
 * What to do about it.
 */
advice: string | null, };

/**
 * What the agent asks for. Whether it happened shows in the next snapshot.
 */
export type UiAction = { "do": "dial", 
/**
 * What was typed.
 */
to: string, } | { "do": "answer", 
/**
 * Which.
 */
call: number, } | { "do": "reject", 
/**
 * Which.
 */
call: number, 
/**
 * What the caller is told.
 */
with: UiRejection, } | { "do": "hangUp", 
/**
 * Which.
 */
call: number, } | { "do": "hold", 
/**
 * Which.
 */
call: number, } | { "do": "resume", 
/**
 * Which.
 */
call: number, } | { "do": "mute", 
/**
 * Which.
 */
call: number, } | { "do": "unmute", 
/**
 * Which.
 */
call: number, } | { "do": "dtmf", 
/**
 * Which.
 */
call: number, 
/**
 * In the order to send.
 */
digits: string, } | { "do": "dismiss", 
/**
 * Which.
 */
call: number, } | { "do": "register" } | { "do": "readProfile" } | { "do": "close", 
/**
 * Whether to close.
 */
really: boolean, };

/**
 * What the caller is told when a call is refused.
 */
export type UiRejection = "busy" | "decline";

/**
 * Why an action could not be done.
 */
export type UiError = { 
/**
 * Where the pages show it.
 */
code: UiErrorCode, 
/**
 * What happened and what to do, for people.
 */
message: string, };

/**
 * What the pages decide by. A code exists only if a page acts on it.
 */
export type UiErrorCode = "badNumber" | "notPossible";
