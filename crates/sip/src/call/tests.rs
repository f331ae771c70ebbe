//! Calls against a scripted far end, in virtual time.

mod byes;
mod crashes;
mod incoming;
mod orders;
mod outages;
mod outgoing;
mod referred;
mod referring;
mod replacing;
mod restoring;
mod sessions;
mod talking;
mod targeted;
mod three;
mod transfer_orders;
mod world;

/// Another session than the far end's usual one.
const OTHER: &str = "v=0\r\no=- 2 2 IN IP4 192.0.2.2\r\ns=-\r\na=sendonly\r\n";
