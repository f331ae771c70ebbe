/** How long texts may be, as `crates/ipc` has it (`limits.rs`): what is longer is refused as a whole. */
export const LONGEST_NOTE = 2_000;

/** Letters that are looked for. */
export const LONGEST_SEARCH = 200;

/** A number or an address to call, as `crates/desk` has it (`number`). */
export const LONGEST_NUMBER = 256;
