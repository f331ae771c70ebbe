//! Everything in virtual time, against an identity provider that answers as it is told.

mod browser;
mod device;
mod kept;
mod more;
mod orders;
mod refresh;
mod rig;
