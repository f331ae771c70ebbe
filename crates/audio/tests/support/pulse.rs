//! A private PulseAudio server.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tokio::time::timeout;

/// How the first speaker is shown.
pub const FIRST: &str = "sink_properties=device.description=First";

/// Where the private server lives.
pub struct Place {
    folder: PathBuf,
    pub run: PathBuf,
}

impl Place {
    pub fn new(folder: &Path) -> Self {
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

    pub fn alsa(&self) -> PathBuf {
        self.folder.join("asound.conf")
    }

    pub fn socket(&self) -> PathBuf {
        self.run.join("pulse/native")
    }

    pub fn start_server(&self) -> Server {
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
    pub async fn becomes(&self, kind: &str, open: bool) {
        let asking = async {
            let mut pause = tokio::time::interval(Duration::from_millis(100));
            while self.pactl(&["list", "short", kind]).contains("float32le") != open {
                pause.tick().await;
            }
        };
        let became = timeout(Duration::from_secs(10), asking).await;
        assert!(became.is_ok(), "{kind} do not become open: {open}");
    }

    /// Another program plays silence on a sink, until the handle is dropped.
    pub fn play_on(&self, sink: &str) -> Server {
        let child = Command::new("pacat")
            .args([
                "--playback",
                "--raw",
                "--latency-msec=20",
                "--format=s16le",
                "/dev/zero",
            ])
            .arg(format!("--device={sink}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("pacat starts: it is in Debian's package pulseaudio-utils");
        Server(child)
    }

    /// The numbers of the engine's streams to speakers.
    pub fn own_streams(&self) -> Vec<String> {
        let streams = self.pactl(&["list", "short", "sink-inputs"]);
        let own = streams.lines().filter(|line| line.contains("float32le"));
        own.filter_map(|line| line.split('\t').next())
            .map(str::to_owned)
            .collect()
    }

    pub fn pactl(&self, arguments: &[&str]) -> String {
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

    pub fn module_of(&self, sink: &str) -> String {
        let modules = self.pactl(&["list", "short", "modules"]);
        let line = modules
            .lines()
            .find(|line| line.contains(&format!("sink_name={sink} ")))
            .expect("the sink's module");
        line.split('\t').next().expect("its number").to_owned()
    }
}

/// A server that dies with its handle, by its own id.
pub struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
