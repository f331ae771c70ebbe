use std::path::{Path, PathBuf};
use std::process::Command;

use crate::place;

/// Programs of another Debian release, unpacked by `lab/setup`. They run by their own dynamic loader
/// and libraries beside the system's, so it takes neither a chroot nor root.
pub struct Tree {
    root: PathBuf,
    loader: PathBuf,
    libraries: PathBuf,
}

impl Tree {
    /// The first of these trees that has this program.
    pub fn find(trees: &[&str], program: &str) -> Option<Tree> {
        let root = trees
            .iter()
            .map(|tree| place::installed().join(tree))
            .find(|root| root.join(program).is_file())?;
        let named = |path: &Path, begin: &str, middle: &str| {
            path.file_name()
                .and_then(|name| name.to_str())
                .is_some_and(|name| name.starts_with(begin) && name.contains(middle))
        };
        let loader = entries(&root.join("usr/lib64"))
            .chain(entries(&root.join("usr/lib")))
            .find(|path| named(path, "ld-linux-", ".so."))?;
        let libraries = entries(&root.join("usr/lib"))
            .find(|path| named(path, "", "-linux-gnu") && path.is_dir())?;
        Some(Tree {
            root,
            loader,
            libraries,
        })
    }

    /// The top of the tree.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Its folder of shared libraries.
    pub fn libraries(&self) -> &Path {
        &self.libraries
    }

    /// A command that runs a program of the tree.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(&self.loader);
        // libpulse keeps a part of itself in a folder of its own.
        let libraries = [self.libraries.clone(), self.libraries.join("pulseaudio")];
        command
            .arg("--library-path")
            .arg(std::env::join_paths(libraries).unwrap_or_default())
            .arg(self.root.join(program))
            // OpenSSL would read the configuration of the system's, which is of another release.
            .env("OPENSSL_CONF", "/dev/null");
        command
    }
}

fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
}
