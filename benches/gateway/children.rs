//! The processes that a measurement starts: each says where it listens, and none outlives this program.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
};

use tokio::signal::unix::{SignalKind, signal};

use crate::{Outcome, server};

const LISTENING: &str = "listening on http://";

/// All processes started so far; they are killed when this is dropped, and when somebody stops the measurement.
#[derive(Default)]
pub struct Children(Arc<Mutex<Vec<Child>>>);

/// A process that listens.
pub struct Started {
    pub pid: u32,
    /// `127.0.0.1:4000`.
    pub authority: String,
}

impl Children {
    /// Kills what was started when a signal ends this program before its time.
    pub fn watched() -> Outcome<Self> {
        let children = Self::default();
        let theirs = Arc::clone(&children.0);
        let runtime = server::runtime()?;
        let (mut interrupt, mut terminate) =
            runtime.block_on(async { Ok::<_, std::io::Error>((signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?)) })?;
        std::thread::spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
            });
            kill_all(&theirs);
            std::process::exit(130);
        });
        Ok(children)
    }

    /// Starts a program and waits until it says where it listens.
    ///
    /// # Errors
    /// It cannot be started, or ends before it listens.
    pub fn start(&self, command: &mut Command) -> Outcome<Started> {
        let (pid, authority) = self.start_saying(command, LISTENING)?;
        Ok(Started { pid, authority })
    }

    /// Starts a program and waits for a line that begins so; returns the process, and the rest of the line.
    ///
    /// # Errors
    /// It cannot be started, or ends before it says so.
    pub fn start_saying(&self, command: &mut Command, saying: &str) -> Outcome<(u32, String)> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let pid = child.id();
        let stdout = child.stdout.take();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(child);
        for line in BufReader::new(stdout.ok_or("a process without standard output")?).lines() {
            if let Some(rest) = line?.strip_prefix(saying) {
                return Ok((pid, rest.to_owned()));
            }
        }
        Err(format!("{} ended before it was ready", command.get_program().display()).into())
    }

    /// Kills one of them.
    pub fn stop(&self, pid: u32) {
        let mut children = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = children.iter().position(|child| child.id() == pid) {
            kill(&mut children.swap_remove(at));
        }
    }
}

impl Drop for Children {
    fn drop(&mut self) {
        kill_all(&self.0);
    }
}

fn kill_all(children: &Mutex<Vec<Child>>) {
    let mut children = children.lock().unwrap_or_else(PoisonError::into_inner);
    children.drain(..).for_each(|mut child| kill(&mut child));
}

fn kill(child: &mut Child) {
    // It may have ended by itself.
    let _ = child.kill();
    let _ = child.wait();
}
