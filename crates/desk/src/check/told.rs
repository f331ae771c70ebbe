/// What a check has found, for who says it in another language.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Told {
    /// This device is used.
    Device {
        /// Its name.
        name: String,
    },
    /// There is none.
    NoDevice,
    /// The microphone gives nothing but digital silence.
    DigitalSilence,
    /// Nobody spoke, or too softly.
    NoVoice,
    /// The agent's voice is as it should be.
    Voice {
        /// Its level.
        dbfs: i32,
    },
    /// It is soft.
    SoftVoice {
        /// Its level.
        dbfs: i32,
    },
    /// It is loud.
    LoudVoice {
        /// Its level.
        dbfs: i32,
    },
    /// It is cut off.
    CutOff {
        /// Its level.
        dbfs: i32,
        /// So much of the time.
        percent: u32,
    },
    /// What else the microphone hears.
    Background {
        /// Its level.
        dbfs: i32,
        /// How far below the voice that is, if somebody spoke.
        below_db: Option<i32>,
        /// Customers hear it.
        disturbs: bool,
    },
    /// The microphone does not hear the speaker.
    NoEcho,
    /// It does.
    Echo {
        /// So much softer.
        softer_db: i32,
        /// So much later.
        later_ms: u32,
        /// Customers may hear themselves.
        disturbs: bool,
    },
    /// The way to a server.
    Path {
        /// Which.
        host: String,
        /// There and back.
        round_trip_ms: u32,
        /// How unevenly, in tenths of a millisecond.
        jitter_tenths: u32,
        /// How much was lost.
        loss_percent: u32,
        /// The quality to be expected, in tenths; 45 is the best.
        mos_tenths: u32,
        /// It is a poor one.
        poor: bool,
    },
    /// The server answered nothing.
    NoAnswer {
        /// Which.
        host: String,
    },
    /// There is no server to measure the way to.
    NoServer,
}
