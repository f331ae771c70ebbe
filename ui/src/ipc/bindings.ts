// Generated from crates/ipc. Write anew with: WARMLINE_WRITE_BINDINGS=1 cargo test -p warmline-ipc bindings

/**
 * What a page is sent. Levels change all the time and a hundred calls that are over do not.
 */
export type UiShown = { 
/**
 * The snapshot; without its calls that are over, if those are the same.
 */
snapshot: UiSnapshot, 
/**
 * They are those that were sent last.
 */
sameRecents: boolean, };

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
 * The sign-ins, the agent's own first; empty where the profile asks for none.
 */
signIns: Array<UiSignIn>, 
/**
 * The lines of an agent who serves several customers; empty for one.
 */
lines: Array<UiLine>, 
/**
 * In the order in which they began. Ended calls stay until dismissed.
 */
calls: Array<UiCall>, 
/**
 * Customers on the way to somebody else.
 */
transfers: Array<UiTransfer>, 
/**
 * People who hear each other by way of this phone.
 */
group: UiGroup | null, 
/**
 * Calls that stood when Warmline was stopped, and can be taken up again.
 */
recovery: UiRecovery | null, 
/**
 * What the agent should know now: no microphone, a failed action.
 */
notices: Array<UiNotice>, 
/**
 * Devices and loudness.
 */
sound: UiSound, 
/**
 * Calls that are over, the newest first; at most 100.
 */
recents: Array<UiRecent>, 
/**
 * How long they are kept; none without a phone.
 */
keeps: UiKeeps | null, 
/**
 * The window was asked to close while a call is up: ask the agent.
 */
closing: boolean, 
/**
 * The window itself, and the program in it.
 */
window: UiWindow, 
/**
 * Somebody is to be called whom the agent has not typed: ask the agent.
 */
dialRequest: UiDialRequest | null, 
/**
 * What the agent has set of the desktop.
 */
desktop: UiDesktop, };

/**
 * Who the agent is, if a profile says so.
 */
export type UiAccount = { "kind": "starting" } | { "kind": "firstRun" } & UiFirstRun | { "kind": "signIn" } | { "kind": "signedIn" } & UiRegistration;

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
 * Why it cannot be used; none if there is no profile yet.
 */
problem: UiProblem | null, };

/**
 * Why there is no phone.
 */
export type UiProblem = { 
/**
 * What the page offers.
 */
kind: UiProblemKind, 
/**
 * What is the matter, in a sentence.
 */
words: string, 
/**
 * What to do about it.
 */
advice: string | null, };

/**
 * What kind of problem it is.
 */
export type UiProblemKind = "profile" | "password" | "keychain" | "practice";

/**
 * The agent's registration with the server.
 */
export type UiRegistration = { 
/**
 * What others see of the agent: a name, else the number.
 */
name: string, 
/**
 * The address of record without its scheme; a telephone number as people write it, without its domain.
 */
address: string, 
/**
 * Whether calls can come in.
 */
reachability: UiReachability, 
/**
 * Why not, in an English sentence for who mends it.
 */
reason: string | null, 
/**
 * What to do about it, in such a sentence.
 */
advice: string | null, 
/**
 * When the phone tries again by itself.
 */
retryAtMs: number | null, };

/**
 * The sign-in, where the profile asks for one. Shown on a page of its own as long as there is no phone,
 * in the bar once there is one.
 */
export type UiSignIn = { 
/**
 * Names it in a [`UiAction`](crate::UiAction): one for each tenant.
 */
tenant: number, 
/**
 * Whose it is, where the agent serves several customers.
 */
customer: string | null, 
/**
 * How far it is.
 */
state: UiSignInState, 
/**
 * What there is to say of it, where the state does not say it all.
 */
why: UiSignInWhy | null, 
/**
 * What Microsoft calls its refusal, or what the provider says, in English for who mends it.
 */
detail: string | null, 
/**
 * Who is signed in: a name.
 */
name: string | null, 
/**
 * Who is signed in: the name to sign in with.
 */
username: string | null, 
/**
 * The page to sign in on, to be copied where no browser opens.
 */
page: string | null, 
/**
 * The code to type in there, of a sign-in by device code.
 */
code: string | null, 
/**
 * Whether policy lets the agent sign in by device code.
 */
deviceCode: boolean, };

/**
 * How far a sign-in is: what the page offers.
 */
export type UiSignInState = "starting" | "signedOut" | "browser" | "deviceCode" | "finishing" | "provisioning" | "notProvisioned" | "noKeychain" | "signedIn";

/**
 * What there is to say of a sign-in beside its state.
 */
export type UiSignInWhy = "noBrowser" | "expired" | "denied" | "needsAdministrator" | "tookTooLong" | "unreachable" | "notTrusted" | "refused" | "keychainMissing" | "keychainLocked" | "keychainUnusable" | "noPort" | "disk";

/**
 * One line of an agent who serves several customers.
 */
export type UiLine = { 
/**
 * Names it in [`UiAction::Dial`](crate::UiAction::Dial).
 */
line: number, 
/**
 * Whose line it is.
 */
customer: string, 
/**
 * Whether calls can come in on it, why not, and what others see of the agent.
 */
registration: UiRegistration, };

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
 * Whose customer it is, for an agent who serves several: the line it came in on, or went out by.
 */
customer: string | null, 
/**
 * What the agent has written down about it.
 */
note: UiNote, 
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
 * How long the caller had been waiting when it began here, if the call says so.
 */
waitedMs: number | null, 
/**
 * Whether our sound is kept from the other end.
 */
muted: boolean, 
/**
 * Our hold.
 */
hold: UiHold, 
/**
 * Since when the other end has waited on our hold, if it does.
 */
heldSinceMs: number | null, 
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
 * How loud this person is to everybody, in percent of how they come in: 0 to 200.
 */
volumePercent: number, 
/**
 * Nobody hears this person.
 */
silenced: boolean, 
/**
 * Whether it is recorded; none where it may not be.
 */
recording: UiRecording | null, 
/**
 * Why this may be a machine.
 */
suspicion: UiSuspicion | null, 
/**
 * The other end asks the agent to call somebody else.
 */
referral: UiReferral | null, 
/**
 * It is being taken up again after Warmline was stopped; there is no sound yet.
 */
recovering: boolean, 
/**
 * The sound path is interrupted; another one is looked for.
 */
interrupted: boolean, 
/**
 * The longest time without sound in this call, if there was any.
 */
longestGapMs: number | null, 
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
 * What to dial to call back; empty if the number is withheld.
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
 * What it is, where the pages have a name for it.
 */
named: UiDetailName | null, 
/**
 * What the contact centre calls it; empty where it is [named](Self::named).
 */
label: string, 
/**
 * What it says.
 */
value: string, 
/**
 * Why it was passed on, of who did.
 */
why: UiDivertedFor | null, };

/**
 * What kind of thing a [`UiDetail`] is.
 */
export type UiDetailKind = "queue" | "subject" | "diverted" | "other";

/**
 * What a call said of itself, where that has a name of its own.
 */
export type UiDetailName = "about" | "passedOnBy" | "urgent" | "emergency" | "theyCalled" | "theyGive" | "organization" | "link";

/**
 * Why a call was passed on.
 */
export type UiDivertedFor = "busy" | "noAnswer" | "notReachable" | "outOfService" | "timeOfDay" | "doNotDisturb" | "away" | "unknown" | "declined";

/**
 * How the sound is.
 */
export type UiQuality = { 
/**
 * The verdict.
 */
level: UiQualityLevel, 
/**
 * What it suffers from, if it does.
 */
trouble: UiSoundTrouble | null, 
/**
 * The figures behind it, for who wants them.
 */
figures: UiFigures, 
/**
 * What people would think of what the agent hears, 1 to 4.5, once that can be said (ITU-T G.107).
 */
mos: number | null, 
/**
 * The same of what the other end hears, as far as it reports.
 */
mosThere: number | null, 
/**
 * How long a word takes from mouth to ear.
 */
delay: UiDelay, 
/**
 * Alarms that stand.
 */
alarms: Array<UiAlarm>, };

/**
 * The verdict on a call's sound.
 */
export type UiQualityLevel = "good" | "fair" | "poor";

/**
 * What the sound of a call suffers from. Nothing that is told elsewhere on the card.
 */
export type UiSoundTrouble = "longWay" | "longHere" | "farUneven" | "unevenUp" | "unevenDown" | "microphoneBreaks" | "lossUp" | "lossDown" | "busy" | "farSilent";

/**
 * The figures behind a verdict.
 */
export type UiFigures = { 
/**
 * The codec's name.
 */
codec: string | null, 
/**
 * How much of what was sent to the agent is lost; none if nothing was.
 */
lostPercent: number | null, 
/**
 * How unevenly it arrives.
 */
jitterMs: number, 
/**
 * How long it takes there and back, once that is known.
 */
roundTripMs: number | null, };

/**
 * How long a word takes from mouth to ear, and where the time goes.
 */
export type UiDelay = { 
/**
 * All of it in ms, as far as it is known.
 */
ms: number, 
/**
 * The parts of it, on the way from mouth to ear.
 */
parts: Array<UiDelayPart>, };

/**
 * One part of the way from mouth to ear.
 */
export type UiDelayPart = { 
/**
 * Which.
 */
place: UiDelayPlace, 
/**
 * How long it takes in ms; none while that is not known.
 */
ms: number | null, };

/**
 * A part of the way from mouth to ear.
 */
export type UiDelayPlace = "microphone" | "encoding" | "network" | "longerPackets" | "jitterBuffer" | "speaker";

/**
 * A figure that is worse than calls should have.
 */
export type UiAlarm = "jitter" | "roundTrip" | "mos" | "loss" | "lastingLoss" | "nothingReceived" | "nothingSent" | "constantMicrophone";

/**
 * How the recording of a call stands, where it may be recorded.
 */
export type UiRecording = { 
/**
 * What it does.
 */
state: UiRecordingState, 
/**
 * Why it could not go on, if it could not.
 */
failure: UiRecordingFailure | null, 
/**
 * Policy wants it: it can be paused, not stopped.
 */
stays: boolean, };

/**
 * What a recording does.
 */
export type UiRecordingState = "off" | "announcing" | "on" | "waiting" | "paused" | "failed";

/**
 * Why a recording could not go on.
 */
export type UiRecordingFailure = "diskFull" | "folderGone" | "notPermitted" | "tooLong" | "announcement" | "other";

/**
 * How a call ended.
 */
export type UiEnding = { 
/**
 * Whether it went as somebody meant it to; if not, the card stays until dismissed.
 */
normal: boolean, 
/**
 * What happened.
 */
reason: UiEndReason, 
/**
 * What the log and the documentation call it, for who looks after the phone.
 */
error: string, 
/**
 * When it ended.
 */
atMs: number, };

/**
 * Why a call is over.
 */
export type UiEndReason = "hungUp" | "remoteHungUp" | "cancelled" | "callerGaveUp" | "answeredElsewhere" | "rejected" | "doNotDisturb" | "missed" | "busy" | "declined" | "noAnswer" | "unavailable" | "notFound" | "invalidAddress" | "notAllowed" | "redirected" | "notAcceptable" | "noResponse" | "callLost" | "serverFailure" | "congestion" | "networkLost" | "noSoundPath" | "soundNotOpened" | "refused" | "transferred" | "replaced";

/**
 * A customer on the way to somebody else. The calls themselves are in
 * [`UiSnapshot::calls`](crate::UiSnapshot::calls): show customer and expert on one card.
 */
export type UiTransfer = { 
/**
 * The customer's call: names the transfer in a [`UiAction`](crate::UiAction).
 */
customer: number, 
/**
 * The expert's call; none if nobody was asked first. It may have ended already.
 */
expert: number | null, 
/**
 * To whom.
 */
to: UiParty, 
/**
 * How far it is.
 */
phase: UiTransferPhase, 
/**
 * Whom the agent talks with.
 */
talkingTo: UiTalkingTo, 
/**
 * What the customer hears now; none if there is no such call.
 */
customerHears: UiHears | null, 
/**
 * What the expert hears now; none if nobody was asked.
 */
expertHears: UiHears | null, 
/**
 * When it completes by itself.
 */
completesAtMs: number | null, 
/**
 * What the expert was told about the call in Teams.
 */
card: UiCard | null, 
/**
 * Why the last attempt failed.
 */
trouble: UiTransferTrouble | null, };

/**
 * How far a transfer is.
 */
export type UiTransferPhase = "calling" | "consulting" | "completing";

/**
 * Whom the agent talks with.
 */
export type UiTalkingTo = "customer" | "expert" | "nobody";

/**
 * What somebody hears now.
 */
export type UiHears = "beingCalled" | "ringing" | "waiting" | "left" | "notConnected" | "nothing" | "you" | "music" | "onHold";

/**
 * Why a transfer failed, or went another way.
 */
export type UiTransferTrouble = { "kind": "refused" } | { "kind": "notSupported" } | { "kind": "notConnected" } | { "kind": "noWord" } | { "kind": "connectionLost" } | { "kind": "expertGone", 
/**
 * Why.
 */
reason: UiEndReason, } | { "kind": "customerGone" } | { "kind": "unsaid" } | { "kind": "back" } | { "kind": "late" } | { "kind": "maybeMachine", 
/**
 * What hints at it.
 */
suspicion: UiSuspicion, };

/**
 * Why somebody may be a machine.
 */
export type UiSuspicion = "answeredAtOnce" | "longSpeech" | "beep";

/**
 * What an expert was told about a call, and what they said.
 */
export type UiCard = { 
/**
 * How far it is.
 */
state: UiCardState, 
/**
 * What the expert replied last.
 */
reply: string | null, 
/**
 * The text that was sent, to be looked at.
 */
text: string, };

/**
 * How far a card is.
 */
export type UiCardState = "sending" | "sent" | "unsure" | "failed";

/**
 * What the agent writes down about a call; an expert is told of it.
 */
export type UiNote = { 
/**
 * What was tried so far.
 */
tried: string, 
/**
 * Anything else.
 */
note: string, };

/**
 * What the panel of experts shows, complete each time, on a channel of its own: it is sent while the
 * panel is to be seen ([`UiAction::LookAtPeople`](crate::UiAction::LookAtPeople)) and only when it looks
 * different.
 */
export type UiPeople = { 
/**
 * When this was taken, on the clock of [`UiSnapshot::now_ms`](crate::UiSnapshot::now_ms).
 */
nowMs: number, 
/**
 * Whose experts these are, where the agent serves several customers.
 */
customer: string | null, 
/**
 * The directory has not been read yet.
 */
loading: boolean, 
/**
 * Why there is nobody, or nothing new. What is known is shown all the same.
 */
blocked: UiBlocked | null, 
/**
 * The customer's call that the agent has in hand: experts are consulted about it.
 */
call: number | null, 
/**
 * Those who suit that call best, the best first.
 */
best: Array<UiPerson>, 
/**
 * Those that the agent has marked.
 */
favourites: Array<UiPerson>, 
/**
 * Those whom the agent has called last.
 */
recent: Array<UiPerson>, 
/**
 * How many there are in all who match the search.
 */
total: number, 
/**
 * The place in that list of the first of [`UiPeople::rows`].
 */
first: number, 
/**
 * The part of that list that was asked for.
 */
rows: Array<UiPerson>, 
/**
 * What the tenant has not granted, and what it would unlock.
 */
ladder: Array<UiConsent>, };

/**
 * Why nothing new can be read.
 */
export type UiBlocked = { 
/**
 * What is the matter, and what the page offers.
 */
kind: UiBlockedKind, 
/**
 * When it goes on by itself.
 */
untilMs: number | null, };

/**
 * What a [`UiBlocked`] is.
 */
export type UiBlockedKind = "noSignIn" | "signedOut" | "noConsent" | "offline" | "throttled" | "broken" | "noPresence";

/**
 * Somebody who may help.
 */
export type UiPerson = { 
/**
 * Names them in a [`UiAction`](crate::UiAction).
 */
id: string, 
/**
 * Name to show.
 */
name: string, 
/**
 * Title and department, as far as known.
 */
title: string | null, 
/**
 * What they know.
 */
skills: Array<string>, 
/**
 * The badge.
 */
presence: UiPresence, 
/**
 * The same in more detail.
 */
doing: UiDoing, 
/**
 * What they leave word of while they are out of office.
 */
outOfOffice: string | null, 
/**
 * When presence was read, on the clock of [`UiPeople::now_ms`]; shown as an age.
 */
asOfMs: number | null, 
/**
 * What they say of themselves in Teams.
 */
statusMessage: string | null, 
/**
 * The number to call, as people write it; none if they cannot be called.
 */
number: string | null, 
/**
 * Whether the number is the one that Teams answers; otherwise it is shown as unverified.
 */
numberVerified: boolean, 
/**
 * The IANA name of their time zone, where it is known: the page shows their time of day where it is not
 * the agent's.
 */
timeZone: string | null, 
/**
 * When their next meeting begins, milliseconds since 1970 (UTC).
 */
nextMeetingUnixMs: number | null, 
/**
 * What speaks for and against them, in a few words each, the weightiest first.
 */
reasons: Array<UiReason>, 
/**
 * Whether the agent has marked them.
 */
favourite: boolean, 
/**
 * A `data:` URL, if they have a photo.
 */
photo: string | null, };

/**
 * What speaks for somebody, or against.
 */
export type UiReason = { "why": "knows", 
/**
 * This skill of theirs.
 */
skill: string, } | { "why": "free" } | { "why": "maybeReached" } | { "why": "notNow" } | { "why": "noNumber" } | { "why": "unverifiedNumber" } | { "why": "calledToday", 
/**
 * So often.
 */
times: number, } | { "why": "inMeeting" } | { "why": "meetingSoon", 
/**
 * In so long.
 */
minutes: number, } | { "why": "oldNews", 
/**
 * For so long.
 */
minutes: number, };

/**
 * The badge of somebody's presence.
 */
export type UiPresence = "available" | "away" | "busy" | "doNotDisturb" | "outOfOffice" | "offline" | "unknown";

/**
 * What somebody does, as far as Teams says.
 */
export type UiDoing = "available" | "availableIdle" | "away" | "beRightBack" | "busy" | "busyIdle" | "doNotDisturb" | "offline" | "inACall" | "inAConferenceCall" | "inAMeeting" | "presenting" | "urgentOnly" | "focusing" | "outOfOffice" | "offWork" | "unknown";

/**
 * A rung of the consent ladder that is not granted.
 */
export type UiConsent = { 
/**
 * Names it in [`UiAction::AskConsent`](crate::UiAction::AskConsent).
 */
rung: number, 
/**
 * What it unlocks.
 */
unlocks: UiUnlocks, 
/**
 * The permissions as Microsoft calls them, for an administrator.
 */
permissions: Array<string>, 
/**
 * Whether an administrator must grant it; otherwise the agent can.
 */
byAdministrator: boolean, };

/**
 * What a rung unlocks.
 */
export type UiUnlocks = "you" | "presence" | "chat" | "ownPresence" | "meetings" | "directory" | "tags" | "numbers";

/**
 * People of several calls who hear each other by way of this phone.
 */
export type UiGroup = { 
/**
 * Their calls, in the order in which they came.
 */
members: Array<number>, 
/**
 * The agent is on another call; the others go on hearing each other.
 */
away: boolean, 
/**
 * Two others are left: the agent can leave them to each other.
 */
canLeave: boolean, 
/**
 * Why there is a group although a transfer was asked for.
 */
note: UiTransferTrouble | null, };

/**
 * The other end asks the agent to call somebody else.
 */
export type UiReferral = { 
/**
 * Whom.
 */
to: UiParty, 
/**
 * When it is declined by itself.
 */
untilMs: number, };

/**
 * Calls that stood when Warmline was stopped.
 */
export type UiRecovery = { 
/**
 * With whom, the customer first.
 */
parties: Array<UiParty>, 
/**
 * Until when the offer stands.
 */
untilMs: number, };

/**
 * The agent's sound devices.
 */
export type UiSound = { 
/**
 * Takes the agent's voice.
 */
microphone: UiDevice, 
/**
 * Plays calls and tones.
 */
speaker: UiDevice, 
/**
 * Rings.
 */
ringer: UiDevice, 
/**
 * The headset whose buttons the phone takes, if one is plugged in.
 */
headset: UiHeadset | null, 
/**
 * Loudness of call-progress tones and cues, percent.
 */
tonesPercent: number, 
/**
 * What is done to the agent's voice.
 */
voice: UiVoice, 
/**
 * The check before a shift, from its beginning until the agent has done with it.
 */
check: UiCheck | null, 
/**
 * What can be chosen, while the agent looks ([`UiAction::LookAtSound`](crate::UiAction)).
 */
choices: UiDeviceChoices | null, };

/**
 * One device, in the part it plays.
 */
export type UiDevice = { 
/**
 * The id the agent chose, [`EVERYWHERE`](crate::EVERYWHERE) for all devices; none for the system's
 * default.
 */
chosen: string | null, 
/**
 * The name of the device in use, or of the one in use last.
 */
name: string | null, 
/**
 * What became of it.
 */
state: UiDeviceState, 
/**
 * How loud the last moment was, from 0 (silence) to 100 (full scale), on a decibel scale.
 */
levelPercent: number, 
/**
 * How loud it is to be, percent; 100 leaves sound as it comes. Not used for a microphone.
 */
volumePercent: number, };

/**
 * What became of a device.
 */
export type UiDeviceState = "closed" | "inUse" | "standIn" | "missing" | "denied";

/**
 * The devices there are.
 */
export type UiDeviceChoices = { 
/**
 * Microphones; not those that only repeat what a speaker plays.
 */
microphones: Array<UiDeviceChoice>, 
/**
 * Headsets and speakers, to hear and to ring on.
 */
speakers: Array<UiDeviceChoice>, };

/**
 * A headset's buttons.
 */
export type UiHeadset = { 
/**
 * The headset, as it calls itself; none if it does not say.
 */
name: string | null, 
/**
 * Whether its buttons work.
 */
state: UiHeadsetState, };

/**
 * Whether a headset's buttons work.
 */
export type UiHeadsetState = "works" | "inUseElsewhere" | "notAllowed" | "taken" | "failed";

/**
 * A device that can be chosen.
 */
export type UiDeviceChoice = { 
/**
 * Names it in [`UiAction::ChooseDevice`](crate::UiAction).
 */
id: string, 
/**
 * Name for people.
 */
name: string, 
/**
 * Whether it is the system's default now.
 */
isDefault: boolean, };

/**
 * A call that is over, as the agent looks back on it.
 */
export type UiRecent = { 
/**
 * The same for as long as the call is remembered.
 */
id: number, 
/**
 * Who began it.
 */
direction: UiDirection, 
/**
 * Who was at the other end.
 */
party: UiParty, 
/**
 * The queue it came from.
 */
queue: string | null, 
/**
 * When it began, in milliseconds since 1970 (UTC).
 */
atUnixMs: number, 
/**
 * How long they talked, in seconds; none if it was not answered.
 */
talkedS: number | null, 
/**
 * What became of it.
 */
outcome: UiOutcome, 
/**
 * Why it ended so, where that says more.
 */
reason: UiEndReason | null, 
/**
 * Where it rang and where not, in English, of a call that was missed.
 */
ring: string | null, 
/**
 * The files that recordings of it are in.
 */
recordings: Array<string>, 
/**
 * To whom it was handed over, or was to be.
 */
transfer: UiTransferred | null, 
/**
 * What was done to hand it over, the first step first.
 */
steps: Array<UiStep>, };

/**
 * How long calls that are over are kept, and how many.
 */
export type UiKeeps = { 
/**
 * Days.
 */
days: number, 
/**
 * The newest so many.
 */
calls: number, };

/**
 * What became of a call.
 */
export type UiOutcome = "answered" | "missed" | "doNotDisturb" | "declined" | "notReached" | "failed" | "interrupted";

/**
 * That a call was handed over, or was to be.
 */
export type UiTransferred = { 
/**
 * To whom.
 */
to: UiParty, 
/**
 * In which way.
 */
how: UiHow, 
/**
 * What became of it.
 */
outcome: UiTransferOutcome, };

/**
 * How a call was handed over.
 */
export type UiHow = "warm" | "blind" | "group";

/**
 * What became of a transfer.
 */
export type UiTransferOutcome = "done" | "failed" | "unknown";

/**
 * One step of handing a call over.
 */
export type UiStep = { 
/**
 * When, in milliseconds since 1970 (UTC).
 */
atUnixMs: number, 
/**
 * What was done or happened.
 */
kind: UiStepKind, 
/**
 * The other person's number, where it was done to somebody.
 */
who: string | null, 
/**
 * The SIP status that told of it, if one did.
 */
status: number | null, };

/**
 * What was done to hand a call over, or happened.
 */
export type UiStepKind = "called" | "answered" | "asked" | "accepted" | "progress" | "done" | "failed" | "merged" | "recovered";

/**
 * What the agent looks for among all calls that are kept.
 */
export type UiSearch = { 
/**
 * Words or a number; every call has an empty text.
 */
text: string, 
/**
 * Of which calls.
 */
filter: UiFilter, 
/**
 * Only what comes after this call; from the newest on without.
 */
after: UiPlace | null, };

/**
 * Which calls.
 */
export type UiFilter = "all" | "missed" | "incoming" | "outgoing" | "transferred";

/**
 * Where a page of what was found ended: at a [`UiRecent`].
 */
export type UiPlace = { 
/**
 * Its [`UiRecent::at_unix_ms`].
 */
atUnixMs: number, 
/**
 * Its [`UiRecent::id`].
 */
id: number, };

/**
 * A page of what was found.
 */
export type UiFound = { 
/**
 * The calls, the newest first; at most 50.
 */
recents: Array<UiRecent>, 
/**
 * Whether there are more behind the last one.
 */
more: boolean, };

/**
 * Something the agent should know now.
 */
export type UiNotice = { 
/**
 * What is the matter.
 */
kind: UiNoticeKind, 
/**
 * What failed, in English; only of a fault.
 */
words: string | null, 
/**
 * What to do about that, in English.
 */
advice: string | null, };

/**
 * What the agent should know now.
 */
export type UiNoticeKind = "noMicrophone" | "noSpeaker" | "noRinger" | "microphoneDenied" | "speakerDenied" | "ringerDenied" | "speaksMuted" | "microphoneSilent" | "inTeamsCall" | "fault";

/**
 * Where a number comes from that the agent has not typed.
 */
export type UiAskedBy = "link" | "clipboard";

/**
 * What the agent has set of the desktop, and what somebody else has.
 */
export type UiDesktop = { 
/**
 * Callers are told that the agent is busy.
 */
doNotDisturb: boolean, 
/**
 * Whether Warmline starts when the agent logs in.
 */
startAtLogin: boolean, 
/**
 * That is not the agent's to say.
 */
startManaged: boolean, 
/**
 * Whether links to numbers in other programs are opened in Warmline.
 */
openLinks: UiOpenLinks, 
/**
 * That is not the agent's to say.
 */
linksManaged: boolean, 
/**
 * Shortcuts that work in every window, set or not; empty where there may be none.
 */
shortcuts: Array<UiShortcut>, };

/**
 * A number that the agent has not typed, and is asked about.
 */
export type UiDialRequest = { 
/**
 * Where it comes from.
 */
by: UiAskedBy, 
/**
 * What kind of thing it is.
 */
kind: UiNumberKind, 
/**
 * What would be dialled; empty if it cannot be.
 */
to: string, 
/**
 * The same as people write it: `+49 30 901820`.
 */
shown: string, 
/**
 * Where a number of the telephone network belongs, by ISO 3166-1: `DE`; `001` for nowhere in particular.
 */
region: string | null, };

/**
 * A shortcut that works in every window.
 */
export type UiShortcut = { 
/**
 * What it does.
 */
deed: UiDeed, 
/**
 * Its keys, as `Ctrl+Shift+F9`; none if it is not set.
 */
keys: string | null, 
/**
 * Why it does not work.
 */
conflict: UiConflict | null, };

/**
 * What a shortcut can do.
 */
export type UiDeed = "answer" | "hangUp" | "mute" | "hold" | "consult";

/**
 * Whether links to numbers in other programs are opened in Warmline.
 */
export type UiOpenLinks = "off" | "offered" | "on" | "system";

/**
 * Why a shortcut does not work.
 */
export type UiConflict = "noKeys" | "types" | "reserved" | "ours" | "taken" | "desktop";

/**
 * The few words of tray and notifications, in the language of the window.
 */
export type UiTongue = { 
/**
 * Show the window.
 */
open: string, 
/**
 * Call the number that the agent has copied.
 */
callCopied: string, 
/**
 * Be left alone; also that the agent is.
 */
doNotDisturb: string, 
/**
 * Mute the call.
 */
mute: string, 
/**
 * End the call.
 */
hangUp: string, 
/**
 * Close the phone.
 */
quit: string, 
/**
 * Calls cannot come in.
 */
unreachable: string, 
/**
 * They can.
 */
reachable: string, 
/**
 * One rings.
 */
ringing: string, 
/**
 * The agent is on the phone.
 */
talking: string, 
/**
 * What a notification is of.
 */
incoming: string, 
/**
 * Take the call.
 */
answer: string, 
/**
 * Refuse it.
 */
reject: string, };

/**
 * What a text in the call box means, read while it is being typed.
 */
export type UiNumber = { 
/**
 * What kind of thing it is.
 */
kind: UiNumberKind, 
/**
 * What would be dialled; empty if it cannot be.
 */
to: string, 
/**
 * The same as people write it: `+49 30 901820`.
 */
shown: string, 
/**
 * Where a number of the telephone network belongs, by ISO 3166-1: `DE`; `001` for nowhere in particular.
 */
region: string | null, };

/**
 * What kind of thing can be dialled.
 */
export type UiNumberKind = "nothing" | "telephone" | "extension" | "address" | "unfinished";

/**
 * The window itself: how it is shown, what the agent has set of it, and what program it is. Whoever
 * runs the window puts it into a snapshot; a [`Presenter`](crate::Presenter) leaves it as it is at first.
 */
export type UiWindow = { 
/**
 * How much of it is shown.
 */
mode: UiMode, 
/**
 * Whether it stays above other windows.
 */
alwaysOnTop: boolean, 
/**
 * The language that the agent chose, as a BCP 47 tag; none for the system's.
 */
language: string | null, 
/**
 * The colours that the agent chose.
 */
theme: UiTheme, 
/**
 * How large the agent wants it. The view that shows the page sees to that.
 */
textSize: UiTextSize, 
/**
 * The agent has not been shown the first steps yet.
 */
firstSteps: boolean, 
/**
 * What of these who manages the phone has said, so that the agent cannot.
 */
managed: Array<UiWindowSetting>, 
/**
 * Who manages the phone, in a few words; none if nobody does, or nobody says.
 */
managedBy: string | null, 
/**
 * The program.
 */
about: UiAbout, };

/**
 * How much of the window is shown.
 */
export type UiMode = "full" | "compact";

/**
 * How large all of the window is.
 */
export type UiTextSize = "usual" | "large" | "larger" | "largest";

/**
 * The colours of the window.
 */
export type UiTheme = "system" | "light" | "dark";

/**
 * A setting of the window.
 */
export type UiWindowSetting = "language" | "theme" | "alwaysOnTop";

/**
 * The program, for who looks after it. Nothing here says who uses it.
 */
export type UiAbout = { 
/**
 * Its version.
 */
version: string, 
/**
 * The operating system with its version.
 */
system: string, 
/**
 * Where its log is kept; none if it keeps none.
 */
logFolder: string | null, };

/**
 * What the agent asks for. Whether it happened shows in the next snapshot.
 */
export type UiAction = { "do": "dial", 
/**
 * What was typed.
 */
to: string, 
/**
 * By which line ([`UiLine::line`](crate::UiLine::line)); the first one without.
 */
line?: number, } | { "do": "answer", 
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
call: number, } | { "do": "consult", 
/**
 * The customer's call.
 */
call: number, 
/**
 * What was typed.
 */
to: string, } | { "do": "handOver", 
/**
 * The customer's call.
 */
call: number, 
/**
 * What was typed.
 */
to: string, } | { "do": "blindTransfer", 
/**
 * The customer's call.
 */
call: number, 
/**
 * What was typed.
 */
to: string, } | { "do": "swap", 
/**
 * The customer's call.
 */
call: number, } | { "do": "back", 
/**
 * The customer's call.
 */
call: number, } | { "do": "complete", 
/**
 * The customer's call.
 */
call: number, 
/**
 * Whether the agent was asked.
 */
sure: boolean, } | { "do": "keepConsulting", 
/**
 * The customer's call.
 */
call: number, } | { "do": "merge", 
/**
 * One.
 */
call: number, 
/**
 * The other.
 */
with: number, } | { "do": "leave", 
/**
 * Any call of the group.
 */
call: number, } | { "do": "setPersonVolume", 
/**
 * Whose call.
 */
call: number, 
/**
 * From 0 to 200; 100 is as they come in.
 */
percent: number, } | { "do": "silence", 
/**
 * Whose call.
 */
call: number, 
/**
 * Whether they are to be silent.
 */
on: boolean, } | { "do": "record", 
/**
 * Which.
 */
call: number, 
/**
 * What is to become of its recording.
 */
what: UiRecord, } | { "do": "follow", 
/**
 * Which call.
 */
call: number, 
/**
 * Whether to.
 */
really: boolean, } | { "do": "recover", 
/**
 * Whether to.
 */
really: boolean, } | { "do": "forget", 
/**
 * Which.
 */
recent: number | null, } | { "do": "lookAtSound", 
/**
 * Whether they are shown.
 */
looking: boolean, } | { "do": "chooseDevice", 
/**
 * For what.
 */
role: UiDeviceRole, 
/**
 * Which; none for the system's default, [`EVERYWHERE`](crate::EVERYWHERE) to ring on all.
 */
id: string | null, } | { "do": "tryDevice", 
/**
 * Which: the speaker or the ringer.
 */
role: UiDeviceRole, } | { "do": "setLoudness", 
/**
 * What.
 */
of: UiLoudness, 
/**
 * From 0 (silent) to 100.
 */
percent: number, } | { "do": "setVoice", 
/**
 * Whether to take out what the speaker plays.
 */
echoCancellation: boolean | null, 
/**
 * How much to take out of what is no voice.
 */
noiseSuppression: UiNoiseSuppression | null, 
/**
 * Whether to raise a soft voice.
 */
automaticGain: boolean | null, } | { "do": "lookAtPeople", 
/**
 * Whether the panel is to be seen.
 */
shown: boolean, 
/**
 * What stands in its search.
 */
search: string, 
/**
 * The place of the first row that is to be seen.
 */
first: number, 
/**
 * How many are; at most 200.
 */
rows: number, } | { "do": "favourite", 
/**
 * Whom.
 */
person: string, 
/**
 * Whether to.
 */
on: boolean, } | { "do": "callPerson", 
/**
 * Whom.
 */
person: string, 
/**
 * The customer's call, if it is about one. The expert gets a note in Teams then.
 */
call: number | null, 
/**
 * The customer is to be handed over: see [`UiAction::HandOver`].
 */
handOver: boolean, } | { "do": "note", 
/**
 * Which.
 */
call: number, 
/**
 * What was tried so far.
 */
tried: string, 
/**
 * Anything else.
 */
note: string, } | { "do": "signIn", 
/**
 * Where ([`UiSignIn::tenant`](crate::UiSignIn::tenant)).
 */
tenant: number, 
/**
 * By device code instead of a browser here.
 */
deviceCode: boolean, } | { "do": "openSignInPage", 
/**
 * Where.
 */
tenant: number, } | { "do": "cancelSignIn", 
/**
 * Where.
 */
tenant: number, } | { "do": "signOut", 
/**
 * Where.
 */
tenant: number, } | { "do": "askConsent", 
/**
 * Which.
 */
rung: number, } | { "do": "provision" } | { "do": "register" } | { "do": "readProfile" } | { "do": "practise", 
/**
 * Which of both.
 */
on: boolean, } | { "do": "setMode", 
/**
 * How much.
 */
mode: UiMode, } | { "do": "setAlwaysOnTop", 
/**
 * Which of both.
 */
on: boolean, } | { "do": "setLanguage", 
/**
 * A BCP 47 tag; none for the system's.
 */
language: string | null, } | { "do": "speak", 
/**
 * What they say.
 */
words: UiTongue, } | { "do": "setTheme", 
/**
 * Which.
 */
theme: UiTheme, } | { "do": "setTextSize", 
/**
 * How large.
 */
size: UiTextSize, } | { "do": "checkSound", 
/**
 * Whether to begin.
 */
on: boolean, } | { "do": "firstStepsDone" } | { "do": "openLogFolder" } | { "do": "answerDialRequest", 
/**
 * The number that was asked about ([`UiNumber::to`](crate::UiNumber::to)): the answer means no other.
 */
to: string, 
/**
 * Whether to.
 */
really: boolean, } | { "do": "callCopied" } | { "do": "setDoNotDisturb", 
/**
 * Whether to.
 */
on: boolean, } | { "do": "startAtLogin", 
/**
 * Whether to.
 */
on: boolean, } | { "do": "openLinks", 
/**
 * Whether to.
 */
on: boolean, } | { "do": "setShortcut", 
/**
 * Which.
 */
deed: UiDeed, 
/**
 * As `Ctrl+Shift+F9`; none to have none.
 */
keys: string | null, } | { "do": "recordKeys", 
/**
 * Whether they do.
 */
on: boolean, } | { "do": "close", 
/**
 * Whether to close.
 */
really: boolean, };

/**
 * What the caller is told when a call is refused.
 */
export type UiRejection = "busy" | "decline";

/**
 * What is to become of a recording.
 */
export type UiRecord = "start" | "pause" | "resume" | "stop";

/**
 * What a device is used for.
 */
export type UiDeviceRole = "microphone" | "speaker" | "ringer";

/**
 * What has a loudness of its own.
 */
export type UiLoudness = "calls" | "tones" | "ring";

/**
 * What is done to the agent's voice before anybody hears it.
 */
export type UiVoice = { 
/**
 * Takes out what the speaker plays.
 */
echoCancellation: boolean, 
/**
 * Takes out what is no voice.
 */
noiseSuppression: UiNoiseSuppression, 
/**
 * Raises a soft voice.
 */
automaticGain: boolean, 
/**
 * What of these who manages the phone has said, so that the agent cannot.
 */
managed: Array<UiVoicePart>, };

/**
 * A part of what is done to the agent's voice.
 */
export type UiVoicePart = "echoCancellation" | "noiseSuppression" | "automaticGain";

/**
 * The check before a shift: speak, hear yourself, and know whether the network carries sound.
 */
export type UiCheck = { "state": "running", 
/**
 * What the agent is to do.
 */
step: UiCheckStep, } | { "state": "over", 
/**
 * What was found.
 */
findings: Array<UiFinding>, };

/**
 * What the agent is to do in a check.
 */
export type UiCheckStep = "wait" | "beQuiet" | "stayQuiet" | "speak" | "listen";

/**
 * One thing that was looked at.
 */
export type UiFinding = { 
/**
 * What.
 */
subject: UiSubject, 
/**
 * How it looks.
 */
verdict: UiVerdict, 
/**
 * What was found; none of what only who mends it reads.
 */
told: UiTold | null, 
/**
 * The same in English.
 */
found: string, 
/**
 * What to do about it, in English, if there is anything.
 */
advice: string | null, };

/**
 * What a check has found.
 */
export type UiTold = { "kind": "device", 
/**
 * Its name.
 */
name: string, } | { "kind": "noDevice" } | { "kind": "digitalSilence" } | { "kind": "noVoice" } | { "kind": "voice", 
/**
 * Its level.
 */
dbfs: number, } | { "kind": "softVoice", 
/**
 * Its level.
 */
dbfs: number, } | { "kind": "loudVoice", 
/**
 * Its level.
 */
dbfs: number, } | { "kind": "cutOff", 
/**
 * Its level.
 */
dbfs: number, 
/**
 * So much of the time.
 */
percent: number, } | { "kind": "background", 
/**
 * Its level.
 */
dbfs: number, 
/**
 * How far below the voice that is, if somebody spoke.
 */
belowDb: number | null, 
/**
 * Customers hear it.
 */
disturbs: boolean, } | { "kind": "noEcho" } | { "kind": "echo", 
/**
 * So much softer.
 */
softerDb: number, 
/**
 * So much later.
 */
laterMs: number, 
/**
 * Customers may hear themselves.
 */
disturbs: boolean, } | { "kind": "path", 
/**
 * Which.
 */
host: string, 
/**
 * There and back.
 */
roundTripMs: number, 
/**
 * How unevenly.
 */
jitterMs: number, 
/**
 * How much was lost.
 */
lossPercent: number, 
/**
 * The quality to be expected, of 4.5.
 */
mos: number, 
/**
 * It is a poor one.
 */
poor: boolean, } | { "kind": "noAnswer", 
/**
 * Which.
 */
host: string, } | { "kind": "noServer" };

/**
 * What a check looks at.
 */
export type UiSubject = "microphone" | "speaker" | "voice" | "background" | "echo" | "network";

/**
 * How it looks.
 */
export type UiVerdict = "right" | "doubtful" | "wrong" | "notTried";

/**
 * How much noise is taken out of the agent's voice.
 */
export type UiNoiseSuppression = "off" | "moderate" | "strong";

/**
 * Why an action could not be done.
 */
export type UiError = { 
/**
 * Where the pages show it.
 */
code: UiErrorCode, 
/**
 * What happened, in a sentence for people.
 */
message: string, 
/**
 * What to do about it, in a sentence.
 */
advice?: string, 
/**
 * What the log and the documentation call it, for who looks after the phone. It names nobody.
 */
error?: string, };

/**
 * What the pages decide by. A code exists only if a page acts on it.
 */
export type UiErrorCode = "badNumber" | "notPossible";
