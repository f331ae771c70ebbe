//! A call over a network that delays and loses a known amount, and the statistics that tell it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio::time::{Instant, interval, sleep, timeout};
use warmline_audio::{Engine, EngineConfig};
use warmline_media::{Codec, Fork, MediaConfig, MediaEvent, Session, Stats};

/// No step takes longer, however busy the machine is.
const LIMIT: Duration = Duration::from_secs(30);
/// Delay of each packet.
const DELAY: Duration = Duration::from_millis(60);
/// RTP packets that are lost, from the caller to the callee.
const LOST: u64 = 20;

/// Two sockets, one towards each end, that pass on what they get.
struct Network {
    towards_caller: SocketAddr,
    towards_callee: SocketAddr,
    lost: Arc<AtomicU64>,
}

impl Network {
    async fn new() -> Network {
        let bind = || UdpSocket::bind("127.0.0.1:0");
        let (one, two) = (bind().await.expect("bound"), bind().await.expect("bound"));
        let network = Network {
            towards_caller: one.local_addr().expect("bound"),
            towards_callee: two.local_addr().expect("bound"),
            lost: Arc::default(),
        };
        let (one, two) = (Arc::new(one), Arc::new(two));
        let (caller, callee) = (mpsc::channel(1), mpsc::channel(1));
        let lost = Some(network.lost.clone());
        tokio::spawn(pass_on(one.clone(), two.clone(), caller.0, callee.1, lost));
        tokio::spawn(pass_on(two, one, callee.0, caller.1, None));
        network
    }
}

/// Passes packets that come to `from` on through `to`, to whoever was last heard there.
async fn pass_on(
    from: Arc<UdpSocket>,
    to: Arc<UdpSocket>,
    heard: mpsc::Sender<SocketAddr>,
    mut others: mpsc::Receiver<SocketAddr>,
    lost: Option<Arc<AtomicU64>>,
) {
    let mut packet = [0; 2_000];
    let (mut near, mut far, mut rtp) = (None, None, 0u64);
    while let Ok((length, source)) = from.recv_from(&mut packet).await {
        if near != Some(source) {
            near = Some(source);
            let _ = heard.try_send(source);
        }
        while let Ok(other) = others.try_recv() {
            far = Some(other);
        }
        let packet = packet[..length].to_vec();
        // RFC 7983: 128 to 191 is RTP or RTCP, and of these 192 to 223 is RTCP (RFC 5761).
        let is_rtp = (128..192).contains(&packet[0]) && !(192..224).contains(&packet[1]);
        if is_rtp && let Some(lost) = &lost {
            rtp += 1;
            if rtp.is_multiple_of(5) && lost.load(Ordering::Relaxed) < LOST {
                lost.fetch_add(1, Ordering::Relaxed);
                continue;
            }
        }
        let Some(far) = far else {
            continue;
        };
        let to = to.clone();
        tokio::spawn(async move {
            sleep(DELAY).await;
            let _ = to.send_to(&packet, far).await;
        });
    }
}

fn end() -> (Session, mpsc::Receiver<MediaEvent>) {
    let (engine, _) = Engine::start(EngineConfig::silent()).expect("started");
    let config = MediaConfig {
        loopback: true,
        codecs: vec![Codec::Pcmu],
        ..MediaConfig::default()
    };
    let (session, events) = Session::new(&config, engine);
    session.set_sending(true);
    (session, events)
}

/// The description with one candidate in place of all it has.
fn reached_at(description: &str, address: SocketAddr) -> String {
    let lines = description.lines();
    let mut text: String = lines
        .filter(|line| !line.starts_with("a=candidate"))
        .flat_map(|line| [line, "\r\n"])
        .collect();
    let (ip, port) = (address.ip(), address.port());
    text += &format!("a=candidate:1 1 udp 2130706431 {ip} {port} typ host\r\n");
    text
}

async fn wait_until(session: &Session, wanted: impl Fn(&Stats) -> bool) -> Stats {
    let start = Instant::now();
    let mut ticks = interval(Duration::from_millis(20));
    loop {
        ticks.tick().await;
        let stats = session.stats();
        if wanted(&stats) {
            return stats;
        }
        assert!(start.elapsed() < LIMIT, "still {stats:?}");
    }
}

#[tokio::test]
async fn delay_and_loss_are_told_as_they_are() {
    let network = Network::new().await;
    let (caller, mut caller_events) = end();
    let (callee, mut callee_events) = end();
    let offer = caller.offer().await.expect("offered");
    let offer = reached_at(&offer, network.towards_callee);
    let answer = callee.answer(&offer).await.expect("answered");
    let answer = reached_at(&answer, network.towards_caller);
    let accepted = caller.set_answer(Fork::default(), &answer).await;
    accepted.expect("accepted");
    for events in [&mut caller_events, &mut callee_events] {
        loop {
            let event = timeout(LIMIT, events.recv()).await.expect("in time");
            match event.expect("open") {
                MediaEvent::FirstAudio => break,
                MediaEvent::Failed { reason } => panic!("{reason}"),
                _ => {}
            }
        }
    }

    wait_until(&callee, |stats| stats.lost == LOST as i64).await;
    let stats = wait_until(&caller, |stats| stats.remote_lost == Some(LOST as i64)).await;
    assert_eq!(network.lost.load(Ordering::Relaxed), LOST);
    assert_eq!(stats.lost, 0);

    for session in [&caller, &callee] {
        let stats = wait_until(session, |stats| stats.round_trip_ms.is_some()).await;
        let trip = stats.round_trip_ms.expect("awaited");
        let least = 2.0 * DELAY.as_secs_f64() * 1_000.0;
        // Above, a busy machine adds its own.
        assert!((least..least + 3_000.0).contains(&trip), "{trip} ms");
    }
    let callee = wait_until(&callee, |stats| stats.remote_lost.is_some()).await;
    assert_eq!(callee.remote_lost, Some(0));
}
