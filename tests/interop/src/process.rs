//! A program of the lab. It dies with whoever started it: when it is dropped, and, by a parent-death
//! signal, when the test is killed outright.

use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::error::{Doing, LabError, Result};

/// A running program and the file that what it prints goes to.
pub struct Process {
    name: String,
    child: Child,
    log: PathBuf,
}

/// Which of a program's pipes end in the harness. Standard error goes into the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pipes {
    /// None: what it prints goes into the log.
    None,
    /// Standard input.
    Input,
    /// Standard output.
    Output,
    /// Both.
    Both,
}

impl Process {
    /// Starts `command`, which is called `name` and prints into `dir/name.log`.
    ///
    /// It gets SIGTERM when the calling *thread* ends, however that comes about: a program belongs to
    /// the thread that started it.
    pub fn start(name: &str, mut command: Command, pipes: Pipes, dir: &Path) -> Result<Process> {
        let log = dir.join(format!("{name}.log"));
        let file = File::options()
            .create(true)
            .append(true)
            .open(&log)
            .doing(format!("opening {}", log.display()))?;
        let copy = file.try_clone().doing("duplicating a log file")?;
        let (stdin, stdout) = match pipes {
            Pipes::None => (Stdio::null(), copy.into()),
            Pipes::Input => (Stdio::piped(), copy.into()),
            Pipes::Output => (Stdio::null(), Stdio::piped()),
            Pipes::Both => (Stdio::piped(), Stdio::piped()),
        };
        command
            .stdin(stdin)
            .stdout(stdout)
            .stderr(file)
            .process_group(0);
        let parent = std::process::id();
        // SAFETY: between fork and exec only prctl and getppid are called: system calls without memory
        // of the parent, safe after a fork of a program with threads.
        unsafe {
            command.pre_exec(move || {
                if libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGTERM) != 0 {
                    return Err(std::io::Error::last_os_error());
                }
                // The parent may have died before the signal was asked for.
                if libc::getppid().cast_unsigned() != parent {
                    return Err(std::io::Error::other("the test is gone"));
                }
                Ok(())
            });
        }
        let child = command
            .spawn()
            .doing(format!("starting {name} ({:?})", command.get_program()))?;
        Ok(Process {
            name: name.to_owned(),
            child,
            log,
        })
    }

    /// Lets it run before others, as far as this user may: a server or a sound server that waits for
    /// a compiler would be measured as a bad phone. Called right after the start, before it has threads.
    pub(crate) fn run_first(&self) {
        // SAFETY: a system call without memory. It may be refused; then it runs like everything else.
        unsafe { libc::setpriority(libc::PRIO_PROCESS, self.child.id(), -10) };
    }

    /// What the harness calls it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Where it prints to.
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// Asks `proof` every few milliseconds until it says yes.
    ///
    /// # Errors
    /// [`LabError::NotReady`] when the program ends or the limit passes first.
    pub(crate) fn ready_when(
        &mut self,
        limit: Duration,
        mut proof: impl FnMut() -> bool,
    ) -> Result<()> {
        let start = Instant::now();
        loop {
            if let Some(status) = self.exited() {
                return Err(self.not_ready(format!("it ended with {status}")));
            }
            if proof() {
                return Ok(());
            }
            if start.elapsed() > limit {
                return Err(self.not_ready(format!("nothing shows after {limit:?} that it is")));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub(crate) fn not_ready(&self, reason: impl Into<String>) -> LabError {
        LabError::NotReady {
            name: self.name.clone(),
            reason: reason.into(),
            log: self.log_tail(),
        }
    }

    /// The last lines it printed.
    pub(crate) fn log_tail(&self) -> String {
        let text = std::fs::read(&self.log).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<_> = text.lines().collect();
        lines[lines.len().saturating_sub(40)..].join("\n")
    }

    /// Its exit status, once it has ended.
    pub fn exited(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Waits for it to end by itself. `None` if it does not within the limit.
    pub fn wait(&mut self, limit: Duration) -> Option<ExitStatus> {
        let start = Instant::now();
        loop {
            let status = self.exited();
            if status.is_some() || start.elapsed() > limit {
                return status;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Its standard input, if [`Pipes`] has it end here; once.
    pub fn stdin(&mut self) -> ChildStdin {
        self.child.stdin.take().expect("piped, and asked for once")
    }

    /// Its standard output, if [`Pipes`] has it end here; once.
    pub fn stdout(&mut self) -> ChildStdout {
        self.child.stdout.take().expect("piped, and asked for once")
    }

    /// Ends it without a warning, as a crash would, with everything it started.
    pub fn kill(&mut self) {
        self.signal(libc::SIGKILL);
        let _ = self.child.wait();
    }

    /// Asks it to end, as the system does when it shuts down.
    pub fn terminate(&self) {
        self.signal(libc::SIGTERM);
    }

    fn signal(&self, signal: libc::c_int) {
        let group = i32::try_from(self.child.id()).expect("a process id fits");
        // SAFETY: a system call without memory. The group is the child's own (`process_group(0)`), and
        // the child was not reaped yet where its own life still matters.
        unsafe { libc::kill(-group, signal) };
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.exited().is_none() {
            self.signal(libc::SIGTERM);
            self.wait(Duration::from_secs(3));
        }
        // Whatever it left behind; most often nothing.
        self.signal(libc::SIGKILL);
        let _ = self.child.wait();
    }
}
