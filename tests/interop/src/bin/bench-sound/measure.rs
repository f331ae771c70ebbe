//! One phone, one codec, one way, one condition, one run: started cold, called, listened to.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use warmline_interop::rivals::{Client, Codec, Ground};
use warmline_interop::sound::{self, Sound};
use warmline_interop::{
    Asterisk, Band, ImpairedNetwork, Lab, LabError, Passed, Pulse, Result, StandstillWatch, cost,
    number, score_all, trip,
};

use crate::case::{Case, Way};
use crate::programme::Programme;

/// What one run showed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Measured {
    /// PESQ-wb of each sentence.
    pub(crate) pesq: Vec<f64>,
    /// The trip of each chirp that came back.
    pub(crate) trip_ms: Vec<f64>,
    pub(crate) cpu_s_per_min: f64,
    pub(crate) pss_mb: f64,
    /// What the relay passed on and lost while all was said.
    pub(crate) passed: Passed,
    /// How long the machine itself stood still at a stretch, at most.
    pub(crate) standstill_ms: f64,
}

/// Measures it. `Ok(None)` if the phone is not installed.
pub(crate) fn measure(case: Case, run: usize, programme: &Programme) -> Result<Option<Measured>> {
    let lab = Lab::new()?;
    ImpairedNetwork::with(&lab, |network| {
        Bench {
            lab: &lab,
            network,
            asterisk: lab.asterisk_at(ImpairedNetwork::SERVER)?,
            pulse: lab.pulse()?,
            programme,
            case,
            run,
        }
        .measure()
    })
}

struct Bench<'a> {
    lab: &'a Lab,
    network: &'a ImpairedNetwork,
    asterisk: Asterisk,
    pulse: Pulse,
    programme: &'a Programme,
    case: Case,
    run: usize,
}

/// What was recorded, and when in it the programme begins, s.
struct Recording {
    sound: Sound,
    begin: f64,
}

/// What is known of a call besides its sound.
struct Costs {
    cpu_s_per_min: f64,
    pss_mb: f64,
    passed: Passed,
}

impl Bench<'_> {
    fn measure(mut self) -> Result<Option<Measured>> {
        self.asterisk.ami().from_now();
        let ground = Ground {
            lab: self.lab,
            asterisk: &self.asterisk,
            pulse: &self.pulse,
            network: Some(self.network),
        };
        let Case {
            phone,
            codec,
            settings,
            way,
            ..
        } = self.case;
        let Some(mut client) = phone.start(codec, settings, &ground)? else {
            return Ok(None);
        };
        let who = phone.person().number;
        self.asterisk
            .ami()
            .wait("a registration", REGISTER, |event| {
                event.name() == "ContactStatus"
                    && event.get("AOR") == who
                    && event.get("ContactStatus") != "Removed"
            })?;
        std::thread::sleep(SETTLE);
        let standstill = StandstillWatch::start();
        let (recording, trip_ms, costs) = match way {
            Way::EchoDown | Way::EchoUp | Way::EchoBoth => self.echo(client.as_mut())?,
            Way::Down => self.down(client.as_mut())?,
            Way::Up => self.up(client.as_mut())?,
        };
        let standstill_ms = standstill.longest().as_secs_f64() * 1000.0;
        drop(client);
        Ok(Some(Measured {
            pesq: self.pesq(&recording)?,
            trip_ms,
            cpu_s_per_min: costs.cpu_s_per_min,
            pss_mb: costs.pss_mb,
            passed: costs.passed,
            standstill_ms,
        }))
    }

    /// The phone says the programme and hears it again.
    fn echo(&mut self, client: &mut dyn Client) -> Result<(Recording, Vec<f64>, Costs)> {
        self.call(client, number::ECHO, "Echo")?;
        std::thread::sleep(CONNECT);
        self.impair();
        let recorder = self.pulse.record()?;
        let mouth = self.pulse.say(&self.written()?)?;
        let costs = self.listen(client);
        drop(mouth);
        let room = recorder.finish();
        self.hang_up(client)?;
        let begin = self.begin(&room.microphone)?;
        let chirps = self
            .programme
            .sentences()
            .map(|sentence| begin + self.programme.chirp(sentence));
        let trips = chirps.filter_map(|at| trip::trip_ms(&room, at)).collect();
        let recording = Recording {
            sound: room.speaker,
            begin,
        };
        Ok((recording, trips, costs))
    }

    /// The PBX plays the programme into the phone.
    fn down(&mut self, client: &mut dyn Client) -> Result<(Recording, Vec<f64>, Costs)> {
        // By this ending Asterisk knows 16 kHz.
        self.programme
            .write(&self.asterisk.sounds().join("programme.wav16"))?;
        let recorder = self.pulse.record()?;
        let played = self.call(client, number::PROGRAMME, "Playback")?;
        std::thread::sleep(CONNECT);
        self.impair();
        let costs = self.listen(client);
        let room = recorder.finish();
        self.hang_up(client)?;
        let recording = Recording {
            begin: played.duration_since(room.began).as_secs_f64() - SLACK,
            sound: room.speaker,
        };
        Ok((recording, Vec::new(), costs))
    }

    /// The phone says the programme, and the PBX records it.
    fn up(&mut self, client: &mut dyn Client) -> Result<(Recording, Vec<f64>, Costs)> {
        let recorded = self.call(client, number::RECORDER, "Record")?;
        std::thread::sleep(CONNECT);
        self.impair();
        let recorder = self.pulse.record()?;
        let mouth = self.pulse.say(&self.written()?)?;
        let costs = self.listen(client);
        drop(mouth);
        let room = recorder.finish();
        self.hang_up(client)?;
        let said = self.begin(&room.microphone)?;
        let since = room.began.duration_since(recorded).as_secs_f64();
        let recording = Recording {
            sound: Sound::read(&self.asterisk.sounds().join("said.wav16"))?,
            begin: since + said - SLACK,
        };
        Ok((recording, Vec::new(), costs))
    }

    /// Calls, until the PBX does this; when it began to.
    fn call(
        &mut self,
        client: &mut dyn Client,
        number: &str,
        application: &str,
    ) -> Result<Instant> {
        self.asterisk.ami().from_now();
        client.dial(number)?;
        let began = self.asterisk.ami().wait("a call", CALL, |event| {
            event.name() == "Newexten" && event.get("Application") == application
        })?;
        self.has_the_codec()?;
        Ok(began.at)
    }

    /// A phone that calls by another codec would be measured as what it is not.
    fn has_the_codec(&mut self) -> Result<()> {
        let wanted = match self.case.codec {
            Codec::Opus => "opus",
            Codec::Pcmu => "ulaw",
        };
        let calls = self.asterisk.ami().console("pjsip show channelstats")?;
        if calls.contains(wanted) {
            return Ok(());
        }
        Err(LabError::Refused {
            name: format!("the call is not by {wanted}"),
            reason: calls,
        })
    }

    fn hang_up(&mut self, client: &mut dyn Client) -> Result<()> {
        client.hang_up()?;
        self.asterisk
            .ami()
            .wait("the end of the call", CALL, |event| {
                event.name() == "Hangup"
            })
            .map(drop)
    }

    fn impair(&self) {
        let impairment = self.case.condition.impairment(self.run);
        self.network.impair(
            &self.asterisk,
            impairment.filter(|_| self.case.way.impairs_up()),
            impairment.filter(|_| self.case.way.impairs_down()),
        );
    }

    /// Waits until all is said; what it costs while what is scored is.
    fn listen(&self, client: &dyn Client) -> Costs {
        std::thread::sleep(Duration::from_secs_f64(self.programme.settling_s()));
        let (start, before) = (Instant::now(), cost::cpu(client.pid()));
        std::thread::sleep(Duration::from_secs_f64(self.programme.scored_s()));
        let used = cost::cpu(client.pid()).saturating_sub(before);
        let cpu_s_per_min = used.as_secs_f64() * 60.0 / start.elapsed().as_secs_f64();
        let pss_mb = cost::pss_mb(client.pid());
        let passed = self.network.passed();
        std::thread::sleep(LINGER);
        Costs {
            cpu_s_per_min,
            pss_mb,
            passed,
        }
    }

    fn written(&self) -> Result<PathBuf> {
        let file = self.lab.dir().join("programme.wav");
        self.programme.write(&file)?;
        Ok(file)
    }

    fn begin(&self, microphone: &Sound) -> Result<f64> {
        self.programme
            .begin_in(microphone)
            .ok_or_else(|| LabError::Refused {
                name: "the microphone".to_owned(),
                reason: "nobody said anything into it".to_owned(),
            })
    }

    fn pesq(&self, Recording { sound, begin }: &Recording) -> Result<Vec<f64>> {
        let mut files = Vec::new();
        for sentence in self.programme.sentences() {
            let from = begin + sentence;
            let heard = sound.part(from, from + self.programme.sentence + LONGEST_TRIP);
            let file = self.lab.dir().join(format!("heard-{}.wav", files.len()));
            sound::write(&file, heard.rate, &heard.samples)?;
            files.push(file);
        }
        let scores = score_all(&sound::sentence(), &files, Band::Wide)?;
        Ok(scores.into_iter().map(|score| score.pesq).collect())
    }
}

const REGISTER: Duration = Duration::from_secs(20);
/// So that what a start leaves behind is not measured.
const SETTLE: Duration = Duration::from_secs(1);
const CALL: Duration = Duration::from_secs(10);
/// So that keys are exchanged, and whoever asks for a better network has asked.
const CONNECT: Duration = Duration::from_secs(2);
/// So that the end is heard, too.
const LINGER: Duration = Duration::from_millis(1500);
/// No trip is longer, s.
const LONGEST_TRIP: f64 = 1.5;
/// How far the clock of the PBX's events is believed, s.
const SLACK: f64 = 0.2;
