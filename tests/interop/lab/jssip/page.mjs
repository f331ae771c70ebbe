// What runs in the page: one JsSIP user agent, one call at a time. It says a tone and analyses what it
// hears, so no sound device is involved; or it takes the machine's, and none of that runs.
import JsSIP from 'jssip';

const options = { pcConfig: { iceServers: [] } };
let agent, session, audio, gain, oscillator, ear, element, offered;

const tell = (event, fields = {}) => window.tell({ event, ...fields });

function sayTones() {
  audio = new AudioContext({ sampleRate: 48000 });
  const voice = audio.createMediaStreamDestination();
  gain = new GainNode(audio, { gain: 0 });
  oscillator = new OscillatorNode(audio, { frequency: 440 });
  oscillator.connect(gain).connect(voice);
  oscillator.start();
  options.mediaStream = voice.stream;
}

function hear(stream) {
  // Chromium decodes a remote track only while an element plays it.
  element = new Audio();
  element.srcObject = stream;
  element.muted = Boolean(audio);
  element.play();
  if (!audio) return;
  ear = new AnalyserNode(audio, { fftSize: 32768, smoothingTimeConstant: 0 });
  audio.createMediaStreamSource(stream).connect(ear);
}

function follow(peerConnection) {
  peerConnection.addEventListener('track', event => hear(event.streams[0] ?? new MediaStream([event.track])));
}

function attach(call) {
  session = call;
  if (offered) call.on('sdp', event => event.originator === 'local' && (event.sdp = only(offered, event.sdp)));
  if (call.connection) follow(call.connection);
  call.on('peerconnection', event => follow(event.peerconnection));
  call.on('progress', event => event.originator === 'remote' && tell('ringing'));
  call.on('confirmed', () => tell('active'));
  call.on('hold', event => tell('held', { by: event.originator }));
  call.on('unhold', event => tell('resumed', { by: event.originator }));
  for (const name of ['ended', 'failed']) {
    call.on(name, event => {
      session = undefined;
      tell('ended', { by: event.originator, cause: event.cause, status: event.message?.status_code });
    });
  }
}

// A session description that offers this codec of sound alone, and digits.
function only(codec, sdp) {
  const lines = sdp.split('\r\n');
  const number = line => /^a=(?:rtpmap|fmtp|rtcp-fb):(\d+) /.exec(line)?.[1];
  const wanted = new RegExp(`^a=rtpmap:\\d+ (${codec}|telephone-event)/`, 'i');
  const kept = lines.filter(line => wanted.test(line)).map(number);
  return lines
    .filter(line => number(line) === undefined || kept.includes(number(line)))
    .map(line => (line.startsWith('m=audio ') ? [...line.split(' ').slice(0, 3), ...kept].join(' ') : line))
    .join('\r\n');
}

window.peer = {
  start({ server, aor, name, password, microphone, codec }) {
    if (microphone) options.mediaConstraints = { audio: microphone, video: false };
    else sayTones();
    offered = codec;
    agent = new JsSIP.UA({
      sockets: [new JsSIP.WebSocketInterface(server)],
      uri: aor,
      display_name: name,
      password,
      connection_recovery_min_interval: 1,
      connection_recovery_max_interval: 2,
    });
    agent.on('registered', () => tell('registered'));
    agent.on('unregistered', event => tell('unregistered', { cause: event?.cause }));
    agent.on('registrationFailed', event => tell('unregistered', { cause: event.cause }));
    agent.on('newRTCSession', ({ session: call, originator, request }) => {
      attach(call);
      if (originator === 'remote') {
        tell('incoming', { from: request.from.uri.toString(), name: request.from.display_name });
      }
    });
    agent.start();
  },
  call: ({ to }) => void agent.call(to, options),
  answer: () => session.answer(options),
  reject: ({ status }) => session.terminate({ status_code: status }),
  hangup: () => session.terminate(),
  // Each is over when the other side has agreed: JsSIP quietly refuses a second offer before that.
  hold: () => agreed(done => session.hold({}, done)),
  resume: () => agreed(done => session.unhold({}, done)),
  dtmf: ({ digits }) => session.sendDTMF(digits, { transportType: 'RFC2833' }),
  tone({ hz, dbfs }) {
    oscillator.frequency.value = hz || 440;
    gain.gain.value = hz ? 10 ** (dbfs / 20) : 0;
  },
  listen() {
    const { hz, dbfs } = ear ? loudest(ear) : { hz: 0, dbfs: -120 };
    tell('heard', { hz, dbfs });
  },
  async stats() {
    const found = {};
    for (const report of (await session.connection.getStats()).values()) {
      if (report.type === 'inbound-rtp') {
        Object.assign(found, {
          received: report.packetsReceived,
          lost: report.packetsLost,
          concealed: report.concealedSamples,
          codec: (await codec(report.codecId)),
        });
      }
      if (report.type === 'outbound-rtp') found.sent = report.packetsSent;
      if (report.type === 'remote-inbound-rtp') found.round_trip_ms = report.roundTripTime * 1000;
      if (report.type === 'transport') found.srtp = report.srtpCipher;
    }
    tell('stats', found);
  },
};

function agreed(offer) {
  return new Promise((resolve, reject) => offer(resolve) || reject(new Error('an offer is under way')));
}

async function codec(id) {
  return (await session.connection.getStats()).get(id)?.mimeType;
}

// The loudest tone of the last 0.7 s: its frequency, and the level of all that was heard as that of a
// sine of the same power (a full-scale sine is 0 dBFS).
function loudest(node) {
  const wave = new Float32Array(node.fftSize);
  node.getFloatTimeDomainData(wave);
  const power = wave.reduce((sum, x) => sum + x * x, 0) / wave.length;
  const spectrum = new Float32Array(node.frequencyBinCount);
  node.getFloatFrequencyData(spectrum);
  let top = 1;
  for (let bin = 2; bin < spectrum.length - 1; bin++) if (spectrum[bin] > spectrum[top]) top = bin;
  // between the bins by the parabola through the three highest
  const [left, middle, right] = [spectrum[top - 1], spectrum[top], spectrum[top + 1]];
  const shift = (left - right) / (2 * (left - 2 * middle + right)) || 0;
  return {
    hz: ((top + shift) * audio.sampleRate) / node.fftSize,
    dbfs: Math.max(-120, 10 * Math.log10(2 * power)),
  };
}
