//! What the pages weigh.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Serialize;
use warmline_interop::Result;

use crate::place::{failed, io};

/// The files that the window's pages are made of; kilobytes are 1,000 bytes, packed by `gzip -9` each for itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Bundle {
    pub(crate) files: usize,
    pub(crate) plain_kb: f64,
    pub(crate) gzip_kb: f64,
    /// Of these, what a window reads before it draws anything.
    pub(crate) first_gzip_kb: f64,
    /// The five that weigh most, packed.
    pub(crate) heaviest: Vec<(String, f64)>,
}

impl Bundle {
    /// Of what lies in this folder.
    pub(crate) fn of(folder: &Path) -> Result<Self> {
        let page = folder.join("index.html");
        let page = std::fs::read_to_string(page)
            .map_err(|source| io("reading the pages (npm run build in ui/)", source))?;
        let mut bundle = Self::default();
        let mut each = Vec::new();
        for file in files(folder)? {
            let name = file.strip_prefix(folder).unwrap_or(&file);
            let name = name.to_string_lossy().into_owned();
            let plain = std::fs::metadata(&file).map_err(|source| io("weighing a page", source))?;
            let packed = packed_kb(&file)?;
            bundle.files += 1;
            bundle.plain_kb += plain.len() as f64 / 1000.0;
            bundle.gzip_kb += packed;
            if name == "index.html" || page.contains(&name) {
                bundle.first_gzip_kb += packed;
            }
            each.push((name, packed));
        }
        each.sort_by(|one, two| two.1.total_cmp(&one.1));
        each.truncate(5);
        bundle.heaviest = each;
        Ok(bundle)
    }
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let doing = |source| io("looking through the pages", source);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(doing)? {
        let path = entry.map_err(doing)?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}

fn packed_kb(file: &Path) -> Result<f64> {
    let output = Command::new("gzip")
        .args(["-9", "-c", "--"])
        .arg(file)
        .output();
    let output = output.map_err(|source| io("starting gzip", source))?;
    if output.status.success() {
        Ok(output.stdout.len() as f64 / 1000.0)
    } else {
        Err(failed("gzip does not pack the pages"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_page_names_is_read_first_and_the_rest_later() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| {
            let file = folder.path().join(name);
            std::fs::create_dir_all(file.parent().expect("it has one")).expect("made");
            std::fs::write(file, text).expect("written");
        };
        write("index.html", "<script src=\"/assets/index-1.js\"></script>");
        write("assets/index-1.js", &"let a = 1;\n".repeat(1000));
        write("assets/de-2.js", "export default {}");
        let bundle = Bundle::of(folder.path()).expect("pages");
        assert_eq!(bundle.files, 3);
        assert!((11.0..12.0).contains(&bundle.plain_kb), "{bundle:?}");
        assert!(bundle.gzip_kb < 1.0 && bundle.first_gzip_kb < bundle.gzip_kb);
        assert_eq!(bundle.heaviest.len(), 3);
    }
}
