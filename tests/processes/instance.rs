use std::io;
use std::path::PathBuf;
use std::process::Stdio;

use async_trait::async_trait;
use lambda::{Environment, Function, Invocation};
use serde_json::value::RawValue;
use tokio::process::Command;
use tokio::sync::{Mutex, watch};

use crate::fleet::{Berth, Fleet};
use crate::runtime_api::RuntimeApi;

/// An instance of a function whose work is done by a process of its binary. A process that died is followed by another
/// one at the next event.
pub(crate) struct Instance {
    program: PathBuf,
    environment: Environment,
    fleet: Fleet,
    process: Mutex<Option<Process>>,
}

struct Process {
    api: RuntimeApi,
    berth: Berth,
    /// Whether it has ended.
    ended: watch::Receiver<bool>,
}

impl Instance {
    pub(crate) fn new(program: PathBuf, environment: Environment, fleet: Fleet) -> Self {
        Self { program, environment, fleet, process: Mutex::default() }
    }

    /// Starts a process that is told what Lambda tells it, and nothing else. Its log is nobody's; a panic shows.
    async fn start(&self) -> io::Result<Process> {
        let api = RuntimeApi::open().await?;
        let mut child = Command::new(&self.program)
            .env_clear()
            .envs(self.environment.variables())
            .env("AWS_LAMBDA_RUNTIME_API", api.address.to_string())
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let (berth, end) = self.fleet.register();
        let (gone, ended) = watch::channel(false);
        tokio::spawn(async move {
            tokio::select! {
                status = child.wait() => eprintln!("a process ended by itself: {status:?}"),
                // Told or dropped: both mean SIGKILL.
                _ = end => if let Err(problem) = child.kill().await {
                    eprintln!("a process could not be killed: {problem}");
                },
            }
            gone.send_replace(true);
        });
        Ok(Process { api, berth, ended })
    }
}

#[async_trait]
impl Function for Instance {
    async fn invoke(&self, event: &RawValue, invocation: Invocation) -> Result<Box<RawValue>, lambda::Error> {
        let mut place = self.process.lock().await;
        let running = place.take().filter(|process| !*process.ended.borrow());
        let process = place.insert(match running {
            Some(process) => process,
            None => self.start().await?,
        });
        process.serve(event, invocation).await
    }
}

impl Process {
    async fn serve(
        &mut self,
        event: &RawValue,
        invocation: Invocation,
    ) -> Result<Box<RawValue>, lambda::Error> {
        self.berth.set_at_work(true);
        let answer = self.api.hand_over(invocation.request_id, event.get().to_owned()).await;
        let answer = tokio::select! {
            answer = answer => answer?,
            _ = self.ended.wait_for(|ended| *ended) => return Err("the process was killed".into()),
        };
        self.berth.set_at_work(false);
        match answer {
            Ok(json) => Ok(serde_json::from_slice(&json)?),
            Err(error) => Err(String::from_utf8_lossy(&error).into_owned().into()),
        }
    }
}
