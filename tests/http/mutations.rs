//! Requests that nobody thought of: each route's event, changed at random.
//!
//! A case follows from its seed alone. A failure names it, and the command that makes it again.

mod change; // how a request is changed
mod dice; // choices that follow from a seed
mod wild; // what is put into it

use std::collections::BTreeMap;
use std::panic::resume_unwind;
use std::sync::Arc;

use lambda::Function;
use tempfile::TempDir;
use tokio::task::JoinSet;

use crate::answer::Answer;
use crate::contract;
use crate::request::{ROUTES, Request, TAKE_A_BODY};
use crate::shop::{Shop, outcome};

use change::changed;
use dice::Dice;

/// How many cases there are, and the first one's seed.
const CASES: u64 = 10_000;
const FIRST: u64 = 2_026_112_200_000;
/// How many stages share the cases.
const STAGES: u64 = 4;

/// A shop that begins every case in the same state.
struct Stage {
    shop: Shop,
    folder: TempDir,
}

impl Stage {
    async fn of(shop: Shop) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let stage = Self { shop, folder };
        stage.shop.database.vacuum_into(&stage.beginning()).unwrap();
        stage
    }

    fn beginning(&self) -> String {
        self.folder.path().join("tables.sqlite").to_string_lossy().into_owned()
    }

    /// Plays the case of this seed: the route that it meets, and the status that it gets.
    async fn play(&self, seed: u64) -> (&'static str, u16) {
        let mut dice = Dice::of(seed);
        // Half of them are for those that take a body, where there is most to get wrong.
        let route = if dice.one_in(2) { *dice.pick(&TAKE_A_BODY) } else { *dice.pick(&ROUTES) };
        let event = Request::of(route);
        // Under the event's own key most changes are only a key that was used for something else.
        let event = if dice.one_in(4) { event } else { event.key(1) };
        let request = changed(event, &mut dice);
        let instance = self.shop.usual_instance(route).await;
        let answer = sound_answer(instance, &request).await.unwrap_or_else(|fault| {
            panic!(
                "{fault}\nin the answer to {request}\nmake it again with\n    HTTP_MUTATION_SEED={seed} cargo test -p \
                 matchday-tests --test http mutations\n"
            )
        });
        if answer.status < 300 && (TAKE_A_BODY.contains(&route) || route == "release-reservation") {
            self.begin_again().await;
        }
        (route, answer.status)
    }

    /// Undoes what the case may have written, and forgets what instances remember of it.
    async fn begin_again(&self) {
        self.shop.database.restore_from(&self.beginning()).unwrap();
        self.shop.restart().await;
    }
}

/// Sends a request as a task of its own, so that a panic is an outcome too.
async fn sound_answer(instance: Arc<dyn Function>, request: &Request) -> Result<Answer, String> {
    let sent = request.clone();
    let answer = tokio::spawn(async move { outcome(instance.as_ref(), &sent).await });
    let answer = answer.await.map_err(|panic| panic.to_string())??;
    if answer.status >= 500 {
        return Err(format!("status {}", answer.status));
    }
    if answer.status >= 400 && answer.slug().is_none() {
        return Err("an error that is no problem document".to_owned());
    }
    if answer.status < 300 && takes_more_than_it_says(request) {
        return Err("the route takes a body that the document does not allow".to_owned());
    }
    Ok(answer)
}

/// Whether the document refuses a body.
fn takes_more_than_it_says(request: &Request) -> bool {
    let event = request.event();
    let Some(body) = event["body"].as_str().filter(|_| event["isBase64Encoded"] == false) else {
        return false;
    };
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    !contract::allows(request.operation, &body)
}

/// The seed that is asked for, or all of them.
fn seeds() -> Vec<u64> {
    match std::env::var("HTTP_MUTATION_SEED") {
        Ok(seed) => vec![seed.parse().expect("HTTP_MUTATION_SEED is a number")],
        Err(_) => (FIRST..FIRST + CASES).collect(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_breaks_a_route() {
    let seeds = seeds();
    let mut stages = JoinSet::new();
    for part in 0..STAGES {
        let seeds: Vec<u64> = seeds.iter().copied().filter(|seed| seed % STAGES == part).collect();
        stages.spawn(async move {
            let shop = Shop::open().await;
            match part % 3 {
                0 => drop(shop.succeed("create-reservation").await),
                1 => drop(shop.order_awaiting_action().await),
                _ => drop(shop.declined_order().await),
            }
            let stage = Stage::of(shop).await;
            let mut played = Vec::new();
            for seed in seeds {
                played.push(stage.play(seed).await);
            }
            played
        });
    }
    println!("{} cases from seed {} on", seeds.len(), seeds[0]);
    let mut played = Vec::new();
    while let Some(stage) = stages.join_next().await {
        played.extend(stage.unwrap_or_else(|error| resume_unwind(error.into_panic())));
    }
    if seeds.len() > 1 {
        assert_tells_something(&played);
    }
}

/// Cases that all succeed, or all fail at the first look, would show nothing.
fn assert_tells_something(played: &[(&str, u16)]) {
    let mut statuses: BTreeMap<&str, BTreeMap<u16, usize>> = BTreeMap::new();
    for (route, status) in played {
        *statuses.entry(route).or_default().entry(*status).or_default() += 1;
    }
    for (route, statuses) in &statuses {
        println!("{route}: {statuses:?}");
    }
    for route in ROUTES {
        assert!(statuses[route].keys().any(|status| *status < 300), "no case of {route} succeeds");
        assert!(statuses[route].keys().any(|status| *status >= 400), "no case of {route} is refused");
    }
}
