//! A worker process, from the outside.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::worker::{Answer, Request};

/// bn-core and bn-lab themselves.
pub(crate) const OURS: &str = "ours";
pub(crate) const PYTORCH: &str = "pytorch";

pub(crate) struct Contestant {
    pub(crate) name: &'static str,
    child: Child,
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Contestant {
    /// With PyTorch, `python` has to be the one that has it.
    pub(crate) fn start(name: &'static str, threads: usize, python: Option<&Path>) -> Result<Self> {
        let mut command = match python.filter(|_| name == PYTORCH) {
            Some(python) => {
                let mut command = Command::new(python);
                command.args(["-u", "-c", include_str!("../python/worker.py")]);
                command
            }
            None => {
                let mut command = Command::new(std::env::current_exe()?);
                command.args(["--worker", name]);
                command
            }
        };
        let mut child = command
            .env("RAYON_NUM_THREADS", threads.to_string())
            .env("MATMUL_NUM_THREADS", threads.to_string())
            .env("OMP_NUM_THREADS", threads.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        let requests = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().context("no pipe")?);
        Ok(Contestant {
            name,
            child,
            requests,
            answers,
        })
    }

    pub(crate) fn ask(&mut self, request: &Request) -> Result<Answer> {
        let requests = self.requests.as_mut().context("no pipe")?;
        let mut line = serde_json::to_string(request)?;
        line.push('\n');
        // Where the process has died, its own words are on the terminal.
        let gone = || format!("{} ended at {request:?}", self.name);
        requests.write_all(line.as_bytes()).with_context(gone)?;
        requests.flush().with_context(gone)?;
        let mut answer = String::new();
        if self.answers.read_line(&mut answer)? == 0 {
            bail!(gone());
        }
        Ok(serde_json::from_str(&answer)?)
    }
}

impl Drop for Contestant {
    fn drop(&mut self) {
        drop(self.requests.take());
        let _ = self.child.wait();
    }
}
