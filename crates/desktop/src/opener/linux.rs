//! Desktop Entry Specification, for what can be opened, and MIME Applications Associations Specification, for who
//! does.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use super::{Entry, defaults};
use crate::{arrangement::Standing, link, xdg};

/// The agent's entries.
#[derive(Clone, Debug)]
pub(super) struct Entries {
    /// Where programs are.
    programs: PathBuf,
    /// Who opens what, for desktops of these kinds: what the first of them says counts.
    of_desktops: Vec<PathBuf>,
    /// The same, for all.
    of_all: PathBuf,
}

impl Entries {
    pub(super) fn of_this_agent() -> io::Result<Self> {
        let desktops = env::var("XDG_CURRENT_DESKTOP").unwrap_or_default();
        let (config, data) = (xdg::config_home()?, xdg::data_home()?);
        Ok(Self::in_folders(&config, &data, &desktops))
    }

    fn in_folders(config: &Path, data: &Path, desktops: &str) -> Self {
        let desktops = desktops.split(':').filter(|name| !name.is_empty());
        let list = |name: &str| {
            let name = name.to_lowercase().replace('/', "-");
            config.join(format!("{name}-mimeapps.list"))
        };
        Self {
            programs: data.join("applications"),
            of_desktops: desktops.map(list).collect(),
            of_all: config.join("mimeapps.list"),
        }
    }

    pub(super) fn standing(&self, entry: &Entry) -> Standing {
        let read = fs::read_to_string(self.path(&entry.name));
        let starts = |text: String| {
            let exec = xdg::exec_for_link(&entry.command);
            text.lines().any(|line| line.trim() == exec)
        };
        if read.is_ok_and(starts) && self.is_first(&file(&entry.name)) {
            Standing::On
        } else {
            Standing::Off
        }
    }

    /// Writes this entry, in the place of what it said, and puts it before others. These stay behind it.
    pub(super) fn write(&self, entry: &Entry) -> io::Result<()> {
        let path = self.path(&entry.name);
        let program = file(&entry.name);
        fs::create_dir_all(&self.programs)?;
        fs::write(&path, text(entry))?;
        let lists = || {
            for list in &self.of_desktops {
                change(list, |text| {
                    let said = |kind: &String| defaults::first(text, kind).is_some();
                    let kinds: Vec<_> = kinds().into_iter().filter(said).collect();
                    defaults::with(text, &program, &kinds)
                })?;
            }
            change(&self.of_all, |text| {
                defaults::with(text, &program, &kinds())
            })
        };
        lists().inspect_err(|_| {
            // Nobody was asked to choose among programs.
            let _ = fs::remove_file(&path);
        })
    }

    /// Takes it away, with all that leads to it; it is no error that there is none.
    pub(super) fn remove(&self, name: &str) -> io::Result<()> {
        let program = file(name);
        for list in self.of_desktops.iter().chain([&self.of_all]) {
            change(list, |text| defaults::without(text, &program))?;
        }
        match fs::remove_file(self.path(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Here a program may choose for the agent.
    pub(super) fn choice(&self, _name: &str) -> Option<String> {
        None
    }

    /// Whether this program opens all of them.
    fn is_first(&self, program: &str) -> bool {
        let lists = self.of_desktops.iter().chain([&self.of_all]);
        let lists: Vec<String> = lists.filter_map(|list| read(list).ok()).collect();
        kinds().iter().all(|kind| {
            let mut first = lists.iter().filter_map(|list| defaults::first(list, kind));
            first.next() == Some(program)
        })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.programs.join(file(name))
    }
}

/// What the entry is called among programs.
fn file(name: &str) -> String {
    format!("{name}.desktop")
}

fn text(entry: &Entry) -> String {
    let name = entry.title.replace('\\', r"\\");
    let exec = xdg::exec_for_link(&entry.command);
    let kinds = kinds().join(";");
    // It is no program to choose in a menu: it is there for links. Its start is notified, or the window could not
    // come before the others.
    format!(
        "[Desktop Entry]\nType=Application\nName={name}\n{exec}\nMimeType={kinds};\nNoDisplay=true\n\
         StartupNotify=true\nTerminal=false\n"
    )
}

fn kinds() -> Vec<String> {
    let kind = |scheme| format!("x-scheme-handler/{scheme}");
    link::schemes().map(kind).collect()
}

fn read(list: &Path) -> io::Result<String> {
    match fs::read_to_string(list) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        read => read,
    }
}

/// Whole or not at all: there is more in it than ours.
fn change(list: &Path, change: impl FnOnce(&str) -> String) -> io::Result<()> {
    let text = read(list)?;
    let changed = change(&text);
    if changed == text {
        return Ok(());
    }
    // Agents who keep their settings elsewhere have a link here.
    let path = list.canonicalize().unwrap_or_else(|_| list.to_owned());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let draft = path.with_extension("list.new");
    fs::write(&draft, changed)?;
    if let Ok(before) = fs::metadata(&path) {
        fs::set_permissions(&draft, before.permissions())?;
    }
    fs::rename(&draft, &path)
}

pub(super) const NAME: &str = "warmline-links";

#[cfg(test)]
mod tests {
    use super::*;

    struct Agent {
        folder: tempfile::TempDir,
        entries: Entries,
    }

    impl Agent {
        fn new() -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            let (config, data) = (folder.path().join("config"), folder.path().join("data"));
            let entries = Entries::in_folders(&config, &data, "ubuntu:GNOME");
            fs::create_dir(&config).expect("a folder");
            Self { folder, entries }
        }

        fn read(&self, file: &str) -> String {
            read(&self.folder.path().join(file)).expect("UTF-8")
        }

        fn write(&self, file: &str, text: &str) {
            fs::write(self.folder.path().join(file), text).expect("written");
        }
    }

    fn entry(name: &str) -> Entry {
        Entry {
            name: name.to_owned(),
            title: "Warmline".to_owned(),
            command: vec!["/opt/War m/warmline".to_owned()],
        }
    }

    #[test]
    fn the_entry_is_one_that_desktops_read_and_it_goes_again() {
        let agent = Agent::new();
        let ours = entry("warmline-links-1");
        assert_eq!(agent.entries.standing(&ours), Standing::Off);
        agent.entries.write(&ours).expect("written");
        assert_eq!(agent.entries.standing(&ours), Standing::On);
        assert_eq!(
            agent.read("data/applications/warmline-links-1.desktop"),
            "[Desktop Entry]\nType=Application\nName=Warmline\nExec=\"/opt/War m/warmline\" -- %u\n\
             MimeType=x-scheme-handler/tel;x-scheme-handler/sip;x-scheme-handler/sips;x-scheme-handler/callto;\n\
             NoDisplay=true\nStartupNotify=true\nTerminal=false\n"
        );
        agent.entries.remove(&ours.name).expect("removed");
        agent
            .entries
            .remove(&ours.name)
            .expect("it is gone already");
        assert_eq!(agent.entries.standing(&ours), Standing::Off);
        assert!(!agent.entries.path(&ours.name).exists());
        assert_eq!(
            agent.read("config/mimeapps.list"),
            "[Default Applications]\n"
        );
    }

    #[test]
    fn who_opened_links_before_does_so_again_and_what_else_is_there_stays() {
        let agent = Agent::new();
        let before = "# mine\n[Default Applications]\ntext/html=firefox.desktop\n\
                      x-scheme-handler/sip=linphone.desktop;\n\n[Added Associations]\na/b=c.desktop;\n";
        agent.write("config/mimeapps.list", before);
        let ours = entry("warmline-links-1");
        agent.entries.write(&ours).expect("written");
        let list = agent.read("config/mimeapps.list");
        let sip = "x-scheme-handler/sip=warmline-links-1.desktop;linphone.desktop;\n";
        assert!(list.contains(sip), "{list}");
        agent.entries.remove(&ours.name).expect("removed");
        assert_eq!(agent.read("config/mimeapps.list"), before);
    }

    #[test]
    fn it_is_off_once_another_program_or_another_profile_has_taken_the_links() {
        let agent = Agent::new();
        let (ours, other) = (entry("warmline-links-1"), entry("warmline-links-2"));
        agent.entries.write(&ours).expect("written");
        agent.entries.write(&other).expect("written");
        assert_eq!(agent.entries.standing(&ours), Standing::Off);
        assert_eq!(agent.entries.standing(&other), Standing::On);
        agent.entries.remove(&other.name).expect("removed");
        assert_eq!(agent.entries.standing(&ours), Standing::On);
        let tel = "[Default Applications]\nx-scheme-handler/tel=other.desktop\n";
        agent.write("config/mimeapps.list", tel);
        assert_eq!(agent.entries.standing(&ours), Standing::Off);
        let moved = Entry {
            command: vec!["/opt/new/warmline".to_owned()],
            ..entry("warmline-links-1")
        };
        agent.entries.write(&moved).expect("written");
        assert_eq!(agent.entries.standing(&ours), Standing::Off);
        assert_eq!(agent.entries.standing(&moved), Standing::On);
    }

    #[test]
    fn a_list_of_this_desktop_comes_first_and_is_changed_where_it_says_something() {
        let agent = Agent::new();
        let tel = "[Default Applications]\nx-scheme-handler/tel=calls.desktop;\n";
        agent.write("config/gnome-mimeapps.list", tel);
        let ours = entry("warmline-links-1");
        agent.entries.write(&ours).expect("written");
        assert_eq!(agent.entries.standing(&ours), Standing::On);
        assert_eq!(
            agent.read("config/gnome-mimeapps.list"),
            "[Default Applications]\nx-scheme-handler/tel=warmline-links-1.desktop;calls.desktop;\n"
        );
        assert_eq!(agent.read("config/ubuntu-mimeapps.list"), "");
        agent.write("config/gnome-mimeapps.list", tel);
        assert_eq!(agent.entries.standing(&ours), Standing::Off);
    }

    #[test]
    fn a_list_that_cannot_be_read_is_left_alone_and_there_is_no_entry_then() {
        let agent = Agent::new();
        let list = agent.folder.path().join("config/mimeapps.list");
        fs::write(&list, b"[Default Applications]\n\xff=\n").expect("written");
        let ours = entry("warmline-links-1");
        assert!(agent.entries.write(&ours).is_err());
        assert!(!agent.entries.path(&ours.name).exists());
        assert!(fs::read(&list).is_ok_and(|bytes| bytes.contains(&0xff)));
    }

    #[test]
    fn a_list_that_is_kept_elsewhere_stays_there() {
        let agent = Agent::new();
        agent.write("list", "[Default Applications]\n");
        let (link, list) = (
            agent.folder.path().join("config/mimeapps.list"),
            agent.folder.path().join("list"),
        );
        std::os::unix::fs::symlink(&list, &link).expect("a link");
        agent
            .entries
            .write(&entry("warmline-links-1"))
            .expect("written");
        assert!(link.is_symlink());
        assert!(agent.read("list").contains("warmline-links-1.desktop"));
    }
}
