use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

/// The id of this installation (RFC 5626 §4.1): a random UUID, kept in the user's state folder,
/// so that a phone that starts again takes the place of its former self at the registrar.
///
/// Where it cannot be kept, each start has its own; calls work all the same.
pub(super) fn of_this_machine() -> String {
    let kept = state_folder().map(|folder| kept_in(&folder));
    match kept {
        Some(Ok(id)) => id,
        Some(Err(error)) => {
            tracing::warn!(%error, "the installation's id cannot be kept");
            random()
        }
        None => random(),
    }
}

/// The id in `folder`, made there if there is none.
fn kept_in(folder: &Path) -> io::Result<String> {
    let path = folder.join("instance");
    match fs::read_to_string(&path) {
        Ok(text) if is_uuid(text.trim()) => return Ok(text.trim().to_owned()),
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    fs::create_dir_all(folder)?;
    let id = random();
    // Whole or not at all: a second phone may start at the same moment.
    let draft = folder.join(format!("instance.{}", std::process::id()));
    fs::write(&draft, format!("{id}\n"))?;
    fs::rename(&draft, &path)?;
    Ok(fs::read_to_string(&path)?.trim().to_owned())
}

/// Where this user's programs keep what is no setting: the log, the sealed sign-in.
pub fn state_folder() -> Option<PathBuf> {
    let folder = |name: &str| {
        let path = PathBuf::from(env::var_os(name)?);
        path.is_absolute().then_some(path)
    };
    if cfg!(windows) {
        folder("LOCALAPPDATA").map(|path| path.join("Warmline"))
    } else if cfg!(target_os = "macos") {
        folder("HOME").map(|path| path.join("Library/Application Support/Warmline"))
    } else {
        // XDG Base Directory Specification.
        folder("XDG_STATE_HOME")
            .or_else(|| folder("HOME").map(|path| path.join(".local/state")))
            .map(|path| path.join("warmline"))
    }
}

/// A random UUID, version 4 (RFC 9562 §5.4).
pub(crate) fn random() -> String {
    let bits = (rand::random::<u128>() & !(0xF << 76) & !(0b11 << 62)) | (4 << 76) | (0b10 << 62);
    let hex = format!("{bits:032x}");
    let parts = [
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    ];
    parts.join("-")
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_made_once_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("deep").join("warmline");
        let first = kept_in(&state).unwrap();
        assert!(is_uuid(&first), "{first}");
        assert_eq!(kept_in(&state).unwrap(), first);
        assert_eq!(fs::read_dir(&state).unwrap().count(), 1, "no draft is left");
    }

    #[test]
    fn a_broken_id_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("instance"), "half of a uu").unwrap();
        assert!(is_uuid(&kept_in(folder.path()).unwrap()));
    }

    #[test]
    fn random_ids_are_of_version_4_and_differ() {
        let (one, two) = (random(), random());
        assert!(is_uuid(&one) && one != two);
        assert_eq!(&one[14..15], "4");
        assert!("89ab".contains(&one[19..20]));
    }
}
