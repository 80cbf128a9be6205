use core::fmt;
use core::str::FromStr;

use crate::fault::Fault;

/// The variable that names the one case to be played.
const VARIABLE: &str = "FAULT";

/// One play of one scenario, with faults at its calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Case {
    pub(crate) scenario: String,
    pub(crate) client: Client,
    /// The first call that goes wrong, counted from 0.
    pub(crate) call: usize,
    /// What goes wrong with that call and with those after it; nothing on a calm day.
    pub(crate) faults: Vec<Fault>,
}

/// How the SDK meets a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Client {
    /// It tries once, so that every fault reaches the adapter.
    Once,
    /// It tries three times, as the functions' own client does.
    Thrice,
}

impl Client {
    pub(crate) const ALL: [Self; 2] = [Self::Once, Self::Thrice];

    pub(crate) const fn attempts(self) -> u32 {
        match self {
            Self::Once => 1,
            Self::Thrice => 3,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Once => "once",
            Self::Thrice => "thrice",
        }
    }
}

impl Case {
    /// The scenario on a calm day.
    pub(crate) fn calm(scenario: &str, client: Client) -> Self {
        Self { scenario: scenario.to_owned(), client, call: 0, faults: Vec::new() }
    }

    /// The one case that the environment asks for, if it asks for one.
    pub(crate) fn wanted() -> Option<Self> {
        let text = std::env::var(VARIABLE).ok()?;
        Some(text.parse().unwrap_or_else(|problem| panic!("{VARIABLE}={text}: {problem}")))
    }
}

impl fmt::Display for Case {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let faults: Vec<String> = self.faults.iter().map(ToString::to_string).collect();
        write!(formatter, "{}:{}:{}:{}", self.scenario, self.client.name(), self.call, faults.join(","))
    }
}

impl FromStr for Case {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let [scenario, client, call, faults] = text.split(':').collect::<Vec<_>>()[..] else {
            return Err("a case is scenario:once|thrice:call:fault,fault,…".to_owned());
        };
        Ok(Self {
            scenario: scenario.to_owned(),
            client: Client::ALL.into_iter().find(|known| known.name() == client).ok_or("once or thrice")?,
            call: call.parse().map_err(|_| "a call is a number")?,
            faults: faults
                .split(',')
                .filter(|name| !name.is_empty())
                .map(str::parse)
                .collect::<Result<_, _>>()?,
        })
    }
}

/// Says how a case is played again when it fails.
pub(crate) struct Playing<'a>(pub(crate) &'a Case);

impl Drop for Playing<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("play it again: {VARIABLE}={} cargo test -p matchday-tests --test faults", self.0);
        }
    }
}
