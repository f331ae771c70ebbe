//! Devices that come and go, on a private PulseAudio server.
//!
//! Needs Debian's packages `pulseaudio` and `pulseaudio-utils`. One test, since the server is found
//! through the environment of the process.
#![cfg(target_os = "linux")]

mod support;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use support::leg_config;
use tokio::sync::mpsc::Receiver;
use tokio::time::timeout;
use warmline_audio::{AudioEvent, Codec, DeviceChoice, Engine, EngineConfig, Input, Output, Role};

#[test]
fn sound_follows_the_devices() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = Place::new(folder.path());
    // SAFETY: no other thread runs yet in this process: it has this one test only, and the test
    // harness's main thread waits for it.
    unsafe {
        std::env::set_var("XDG_RUNTIME_DIR", &place.run);
        std::env::set_var("HOME", folder.path());
        std::env::set_var("PULSE_SERVER", format!("unix:{}", place.socket().display()));
        std::env::set_var("ALSA_CONFIG_PATH", place.alsa());
        std::env::remove_var("PULSE_COOKIE");
    }
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(scenes(&place));
}

async fn scenes(place: &Place) {
    let server = place.start_server();
    let devices = Engine::devices().expect("the server lists devices");
    assert_eq!(devices.host, "PulseAudio");
    let names: Vec<&str> = devices.outputs.iter().map(|d| d.id.as_str()).collect();
    assert_eq!(names, ["pulseaudio:first", "pulseaudio:second"]);
    assert!(devices.outputs[0].is_default && !devices.outputs[1].is_default);
    let mic = devices
        .inputs
        .iter()
        .find(|d| d.is_default)
        .expect("a default microphone");
    assert_eq!((mic.id.as_str(), mic.is_monitor), ("pulseaudio:mic", false));

    let (engine, mut events) = Engine::start(EngineConfig {
        input: Input::Default,
        output: Output::Devices(vec![DeviceChoice {
            id: Some("pulseaudio:first".into()),
            name: None,
        }]),
        ring_output: Output::Silent,
        ..EngineConfig::default()
    })
    .expect("starts");
    let mut leg = engine.open_leg(leg_config(Codec::Pcmu)).expect("opens");
    leg.control.set_heard(true);
    leg.control.set_sending(true);
    let name = changed(&mut events, Role::Output, true).await;
    assert!(name.contains("First"), "{name}");
    changed(&mut events, Role::Input, true).await;
    assert_packets(&mut leg).await;

    // The speaker is unplugged: sound moves within a second, packets go on.
    let module = place.module_of("first");
    // How slow the machine is just now: what a question to the server takes.
    let asked = Instant::now();
    place.pactl(&["info"]);
    let allowed = Duration::from_secs(1) + 10 * asked.elapsed();
    place.pactl(&["unload-module", &module]);
    let before = Instant::now();
    lost(&mut events, Role::Output).await;
    let name = changed(&mut events, Role::Output, false).await;
    let took = before.elapsed();
    assert!(name.contains("Second"), "{name}");
    assert!(took < allowed, "sound moved after {took:?}");
    assert_packets(&mut leg).await;

    // It is plugged in again: sound returns to it.
    place.pactl(&["load-module", "module-null-sink", "sink_name=first", FIRST]);
    let name = changed(&mut events, Role::Output, true).await;
    assert!(name.contains("First"), "{name}");
    assert_packets(&mut leg).await;

    // The server goes: no device, in words; the timer keeps the call alive.
    drop(server);
    let reason = no_device(&mut events, Role::Output).await;
    assert!(!reason.is_empty());
    assert_packets(&mut leg).await;

    // And comes back.
    let server = place.start_server();
    changed(&mut events, Role::Output, true).await;
    assert_packets(&mut leg).await;

    // Between calls every device is let go.
    drop(leg);
    place.becomes("sink-inputs", false).await;
    place.becomes("source-outputs", false).await;

    // Who looks at the devices sees them come and go, and the microphone is open.
    engine.monitor(true);
    assert_eq!(listed(&mut events).await, ["First", "Second"]);
    place.becomes("source-outputs", true).await;
    let third = "sink_properties=device.description=Third";
    let module = place.pactl(&["load-module", "module-null-sink", "sink_name=third", third]);
    while listed(&mut events).await.last().map(String::as_str) != Some("Third") {}
    place.pactl(&["unload-module", module.trim()]);
    while listed(&mut events).await.len() != 2 {}
    engine.monitor(false);
    place.becomes("source-outputs", false).await;
    drop(engine);
    drop(server);
}

const FIRST: &str = "sink_properties=device.description=First";

async fn next(events: &mut Receiver<AudioEvent>) -> AudioEvent {
    timeout(Duration::from_secs(15), events.recv())
        .await
        .expect("an event in time")
        .expect("the engine runs")
}

async fn changed(events: &mut Receiver<AudioEvent>, wanted: Role, good: bool) -> String {
    loop {
        match next(events).await {
            AudioEvent::DeviceChanged {
                role,
                name,
                preferred,
            } if role == wanted && preferred == good => {
                return name;
            }
            _ => continue,
        }
    }
}

/// The names of the speakers the next time devices are listed.
async fn listed(events: &mut Receiver<AudioEvent>) -> Vec<String> {
    loop {
        if let AudioEvent::Devices(devices) = next(events).await {
            return devices.outputs.into_iter().map(|d| d.name).collect();
        }
    }
}

async fn lost(events: &mut Receiver<AudioEvent>, wanted: Role) {
    while !matches!(next(events).await, AudioEvent::DeviceLost { role, .. } if role == wanted) {}
}

async fn no_device(events: &mut Receiver<AudioEvent>, wanted: Role) -> String {
    loop {
        match next(events).await {
            AudioEvent::NoDevice { role, reason, .. } if role == wanted => return reason,
            _ => continue,
        }
    }
}

/// The call goes on: half a second of packets within a few seconds.
async fn assert_packets(leg: &mut warmline_audio::Leg) {
    let some = async {
        for _ in 0..25 {
            leg.source.recv().await.expect("the leg is open");
        }
    };
    timeout(Duration::from_secs(5), some)
        .await
        .expect("packets go on");
}

/// Where the private server lives.
struct Place {
    folder: PathBuf,
    run: PathBuf,
}

impl Place {
    fn new(folder: &Path) -> Self {
        let run = folder.join("run");
        std::fs::create_dir(&run).expect("creates");
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&run, std::fs::Permissions::from_mode(0o700)).expect("allowed");
        let place = Self {
            folder: folder.to_owned(),
            run,
        };
        std::fs::write(
            place.script(),
            format!(
                "load-module module-native-protocol-unix auth-anonymous=1\n\
                 load-module module-null-sink sink_name=first rate=48000 channels=2 {FIRST}\n\
                 load-module module-null-sink sink_name=second rate=44100 channels=2 \
                 sink_properties=device.description=Second\n\
                 load-module module-remap-source master=second.monitor source_name=mic\n\
                 set-default-sink first\n\
                 set-default-source mic\n"
            ),
        )
        .expect("writes");
        // No ALSA device of the machine takes part.
        std::fs::write(place.alsa(), "pcm.!default { type null }\n").expect("writes");
        place
    }

    fn script(&self) -> PathBuf {
        self.folder.join("server.pa")
    }

    fn alsa(&self) -> PathBuf {
        self.folder.join("asound.conf")
    }

    fn socket(&self) -> PathBuf {
        self.run.join("pulse/native")
    }

    fn start_server(&self) -> Server {
        let _ = std::fs::remove_file(self.socket());
        let child = Command::new("pulseaudio")
            .args([
                "-n",
                "--daemonize=no",
                "--use-pid-file=no",
                "--exit-idle-time=-1",
                "-F",
            ])
            .arg(self.script())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| {
                panic!("pulseaudio does not start ({error}): install Debian's package pulseaudio")
            });
        let server = Server(child);
        let deadline = Instant::now() + Duration::from_secs(15);
        while !self
            .try_pactl(&["info"])
            .is_some_and(|info| info.contains("Default Source: mic"))
        {
            assert!(Instant::now() < deadline, "pulseaudio does not answer");
            std::thread::sleep(Duration::from_millis(50));
        }
        server
    }

    /// Waits until streams of this kind are open (`true`) or closed. The server tells nobody: it has to
    /// be asked.
    async fn becomes(&self, kind: &str, open: bool) {
        let asking = async {
            let mut pause = tokio::time::interval(Duration::from_millis(100));
            while self.pactl(&["list", "short", kind]).contains("float32le") != open {
                pause.tick().await;
            }
        };
        let became = timeout(Duration::from_secs(10), asking).await;
        assert!(became.is_ok(), "{kind} do not become open: {open}");
    }

    fn pactl(&self, arguments: &[&str]) -> String {
        self.try_pactl(arguments)
            .unwrap_or_else(|| panic!("pactl {arguments:?} failed"))
    }

    fn try_pactl(&self, arguments: &[&str]) -> Option<String> {
        let output = Command::new("pactl")
            .args(arguments)
            .output()
            .unwrap_or_else(|error| {
                panic!("pactl does not start ({error}): install Debian's package pulseaudio-utils")
            });
        output
            .status
            .success()
            .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn module_of(&self, sink: &str) -> String {
        let modules = self.pactl(&["list", "short", "modules"]);
        let line = modules
            .lines()
            .find(|line| line.contains(&format!("sink_name={sink} ")))
            .expect("the sink's module");
        line.split('\t').next().expect("its number").to_owned()
    }
}

/// A server that dies with its handle, by its own id.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
