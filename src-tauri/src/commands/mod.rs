//! What the pages may call. `build.rs` and `capabilities/main.json` name the same commands.

pub(crate) mod history;
pub(crate) mod phone;
