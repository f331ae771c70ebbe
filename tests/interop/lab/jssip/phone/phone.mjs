// A phone on a page: JsSIP, the browser's microphone and speaker, one call at a time. Ctrl+Shift+A answers.
import JsSIP from 'jssip';

const { server, aor, name, password } = window.person;
const element = id => document.getElementById(id);
const show = (id, shown) => (element(id).hidden = !shown);
const options = { mediaConstraints: { audio: true, video: false }, pcConfig: { iceServers: [] } };
const speaker = new Audio();
let session;

const agent = new JsSIP.UA({
  sockets: [new JsSIP.WebSocketInterface(server)],
  uri: aor,
  display_name: name,
  password,
});

function draw(state) {
  const up = session?.isEstablished() === true;
  const rings = session?.direction === 'incoming' && !up;
  show('card', session !== undefined);
  element('who').textContent = session?.remote_identity.display_name || session?.remote_identity.uri.user || '';
  element('state').textContent = state;
  show('answer', rings);
  show('decline', rings);
  show('mute', up);
  show('hang-up', session !== undefined && !rings);
  const muted = up && session.isMuted().audio === true;
  element('mute').textContent = muted ? 'Unmute' : 'Mute';
  show('muted', muted);
}

function over(call) {
  const line = document.createElement('li');
  line.textContent = call.remote_identity.display_name || call.remote_identity.uri.user;
  element('recents').prepend(line);
  session = undefined;
  draw('');
}

agent.on('registered', () => (element('reachable').textContent = 'Reachable'));
agent.on('unregistered', () => (element('reachable').textContent = 'Not reachable'));
agent.on('registrationFailed', () => (element('reachable').textContent = 'Not reachable'));
agent.on('newRTCSession', ({ session: call, originator }) => {
  if (session !== undefined) {
    call.terminate({ status_code: 486 });
    return;
  }
  session = call;
  const follow = connection =>
    connection.addEventListener('track', event => {
      speaker.srcObject = event.streams[0] ?? new MediaStream([event.track]);
      void speaker.play();
    });
  if (call.connection) follow(call.connection);
  call.on('peerconnection', event => follow(event.peerconnection));
  call.on('confirmed', () => draw('In call'));
  call.on('muted', () => draw('In call'));
  call.on('unmuted', () => draw('In call'));
  call.on('ended', () => over(call));
  call.on('failed', () => over(call));
  draw(originator === 'remote' ? 'Incoming call' : 'Calling');
});

const answer = () => session?.answer(options);
element('name').textContent = name;
element('answer').addEventListener('click', answer);
element('decline').addEventListener('click', () => session?.terminate({ status_code: 486 }));
element('hang-up').addEventListener('click', () => session?.terminate());
element('mute').addEventListener('click', () =>
  session.isMuted().audio ? session.unmute({ audio: true }) : session.mute({ audio: true }),
);
document.querySelector('form').addEventListener('submit', event => {
  event.preventDefault();
  agent.call(element('number').value, options);
});
window.addEventListener('keydown', event => {
  if (event.ctrlKey && event.shiftKey && event.code === 'KeyA') {
    event.preventDefault();
    answer();
  }
});
agent.start();
