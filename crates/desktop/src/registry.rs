//! The agent's own part of the Windows registry.

use std::{io, ptr};

use windows_sys::Win32::{
    Foundation::{ERROR_FILE_NOT_FOUND, ERROR_SUCCESS},
    System::Registry::{
        HKEY_CURRENT_USER, REG_SZ, RRF_RT_REG_SZ, RegDeleteKeyValueW, RegDeleteTreeW, RegGetValueW,
        RegSetKeyValueW,
    },
};

/// Writes a text, and the key where there is none. What has no name is what the key itself says.
pub(crate) fn set(key: &str, name: &str, text: &str) -> io::Result<()> {
    let (key, name, text) = (wide(key), wide(name), wide(text));
    let bytes = u32::try_from(text.len() * 2).map_err(io::Error::other)?;
    // SAFETY: all three end in a zero and live as long as the call, and `bytes` is how long the text is.
    let set = unsafe {
        RegSetKeyValueW(
            HKEY_CURRENT_USER,
            key.as_ptr(),
            name.as_ptr(),
            REG_SZ,
            text.as_ptr().cast(),
            bytes,
        )
    };
    done(set)
}

/// Takes a value away; it is no error that there is none.
pub(crate) fn remove(key: &str, name: &str) -> io::Result<()> {
    let (key, name) = (wide(key), wide(name));
    // SAFETY: both end in a zero and live as long as the call.
    match unsafe { RegDeleteKeyValueW(HKEY_CURRENT_USER, key.as_ptr(), name.as_ptr()) } {
        ERROR_FILE_NOT_FOUND => Ok(()),
        removed => done(removed),
    }
}

/// Takes a key away with all that is below it; it is no error that there is none.
pub(crate) fn remove_tree(key: &str) -> io::Result<()> {
    let key = wide(key);
    // SAFETY: it ends in a zero and lives as long as the call.
    match unsafe { RegDeleteTreeW(HKEY_CURRENT_USER, key.as_ptr()) } {
        ERROR_FILE_NOT_FOUND => Ok(()),
        removed => done(removed),
    }
}

/// A program and what it is started with, as it stands there.
pub(crate) fn command_line(command: &[String]) -> String {
    // No file name of Windows has a quotation mark in it.
    let quoted: Vec<String> = command.iter().map(|word| format!("\"{word}\"")).collect();
    quoted.join(" ")
}

/// Whether there is just this text of that name.
pub(crate) fn has(key: &str, name: &str, text: &str) -> bool {
    let (key, name, text) = (wide(key), wide(name), wide(text));
    let mut found = vec![0_u16; text.len()];
    let Ok(mut bytes) = u32::try_from(found.len() * 2) else {
        return false;
    };
    // SAFETY: both names end in a zero and live as long as the call, and `bytes` is how much room there is in
    // `found`; a longer text is none of it.
    let read = unsafe {
        RegGetValueW(
            HKEY_CURRENT_USER,
            key.as_ptr(),
            name.as_ptr(),
            RRF_RT_REG_SZ,
            ptr::null_mut(),
            found.as_mut_ptr().cast(),
            &mut bytes,
        )
    };
    read == ERROR_SUCCESS && found == text
}

fn done(code: u32) -> io::Result<()> {
    match code {
        ERROR_SUCCESS => Ok(()),
        code => Err(io::Error::from_raw_os_error(code as i32)),
    }
}

fn wide(text: &str) -> Vec<u16> {
    text.encode_utf16().chain([0]).collect()
}
