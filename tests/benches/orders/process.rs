use std::collections::BTreeMap;
use std::fs;

use serde_json::{Map, Value, json};

/// CPU time ticks a second; Linux reports in hundredths on every platform that it runs on here.
const TICKS_PER_SECOND: f64 = 100.0;

/// What a process has used so far, or between two looks.
pub(crate) struct Usage {
    /// CPU of the whole process, in milliseconds.
    pub(crate) cpu_ms: f64,
    /// The most memory it ever held, in MB.
    pub(crate) peak_rss_mb: f64,
    threads: BTreeMap<String, f64>,
}

impl Usage {
    /// Reads `/proc`.
    pub(crate) fn of(process: u32) -> Self {
        let root = format!("/proc/{process}");
        let mut threads = BTreeMap::new();
        for task in fs::read_dir(format!("{root}/task")).expect("the shop runs").flatten() {
            let (name, cpu_ms) = cpu(&fs::read_to_string(task.path().join("stat")).unwrap_or_default());
            *threads.entry(name).or_default() += cpu_ms;
        }
        let status = fs::read_to_string(format!("{root}/status")).expect("the shop runs");
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
        let peak_kb: f64 = peak.split_whitespace().next().and_then(|kb| kb.parse().ok()).unwrap_or_default();
        let (_, cpu_ms) = cpu(&fs::read_to_string(format!("{root}/stat")).expect("the shop runs"));
        Self { cpu_ms, peak_rss_mb: peak_kb / 1024.0, threads }
    }

    /// What was used since an earlier look; the peak is the peak so far.
    pub(crate) fn since(self, earlier: &Self) -> Self {
        let threads = self.threads.into_iter().map(|(name, cpu_ms)| {
            let before = earlier.threads.get(&name).copied().unwrap_or_default();
            (name, (cpu_ms - before).max(0.0))
        });
        Self { cpu_ms: self.cpu_ms - earlier.cpu_ms, threads: threads.collect(), ..self }
    }

    /// CPU milliseconds per order of each part, by the names of its threads.
    pub(crate) fn by_part(&self, orders: usize) -> Map<String, Value> {
        let each =
            |(name, cpu_ms): (&String, &f64)| (name.clone(), json!(super::round(cpu_ms / orders as f64)));
        self.threads.iter().filter(|(_, cpu_ms)| **cpu_ms > 0.0).map(each).collect()
    }
}

/// The name and the CPU milliseconds of one line of `/proc/…/stat` (see proc_pid_stat(5): fields 2, 14 and 15).
fn cpu(stat: &str) -> (String, f64) {
    let (head, rest) = stat.rsplit_once(')').unwrap_or_default();
    let name = head.split_once('(').map(|(_, name)| name).unwrap_or_default();
    let fields: Vec<f64> =
        rest.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse().ok()).collect();
    (name.to_owned(), fields.iter().sum::<f64>() / TICKS_PER_SECOND * 1000.0)
}
