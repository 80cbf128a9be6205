//! Every parameter of the model, with its unit and its source: a page of the AWS documentation (under
//! <https://docs.aws.amazon.com/>), a file of this repository, or "assumed" with the reason. What it is asked, and for
//! how long, is no parameter: the situations stand in `case.rs`.
//!
//! What no page documents was chosen so that a figure is rather too bad than too good for the protocol that we ship,
//! and rather too good than too bad for those that it is compared with.

use std::time::Duration;

/// Partitions and items.
pub(crate) mod table {
    /// Write units a second that one partition takes, even when it holds a single item.
    /// `amazondynamodb/latest/developerguide/bp-partition-key-design.html`.
    pub(crate) const WRITE_UNITS_PER_SECOND: f64 = 1_000.0;
    /// Read units a second that one partition takes. The same page.
    pub(crate) const READ_UNITS_PER_SECOND: f64 = 3_000.0;
    /// Seconds' worth of units that a partition may spend at once after a rest. Assumed: `burst-adaptive-capacity.html`
    /// tells of 300 seconds of unused capacity, at best effort; `throttling-key-range-limit-exceeded-mitigation.html`
    /// says that no burst lifts a partition's own limit. One second is a bucket that fills at that limit.
    pub(crate) const BURST_SECONDS: f64 = 1.0;
    /// Bytes that one write unit writes. `capacity-unit-examples.html`; the same page has the read units.
    pub(crate) const WRITE_UNIT_BYTES: usize = 1_024;
    /// Bytes that one read unit reads consistently; half a unit reads as many eventually.
    pub(crate) const READ_UNIT_BYTES: usize = 4_096;
    /// Times that a transaction writes each of its items: once to prepare and once to commit.
    /// `transaction-apis.html`, "Capacity management for transactions". The model charges one at each.
    pub(crate) const TRANSACTION_WRITES_PER_ITEM: u32 = 2;
    /// Write units of a conditional write whose condition does not hold, or of a preparation that is cancelled, per
    /// write unit of the item. `WorkingWithItems.html`, "Conditional writes": a failed one consumes capacity by the
    /// size of the item. For a preparation it is assumed.
    pub(crate) const REFUSED_SHARE: u32 = 1;
    /// Write units of a write that met a transaction, per write unit of the item. Assumed: like a failed condition.
    /// A throttled one is free, and so is the way back of a cancelled transaction (both assumed; no page says).
    pub(crate) const CONFLICT_SHARE: u32 = 1;
    /// Write units of an index entry that is put, moved or removed. `GSI.html`, "Write capacity considerations": at
    /// least one; a moved entry is a removal and a put.
    pub(crate) const INDEX_WRITE_UNITS: u32 = 1;
    /// How far an index's partition may be behind, in write units, before writes of the table are throttled for it.
    /// `gsi-throttling.html` says that they are, not when. Assumed: one second of its limit.
    pub(crate) const INDEX_BACKLOG_UNITS: f64 = 1_000.0;
    /// Items of one `BatchGetItem`. `APIReference/API_BatchGetItem.html`.
    pub(crate) const BATCH_ITEMS_MAX: usize = 100;
    /// Items of one `TransactWriteItems`. `transaction-apis.html`.
    pub(crate) const TRANSACTION_ITEMS_MAX: usize = 100;
    /// Partitions that the table is warm for, per 10,000 requests a second: 1.5 times the most that anybody needs here.
    /// Assumed: whoever plans a drop warms the table for it (`warm-throughput.html`), so that nobody waits for splits.
    pub(crate) const PARTITIONS: u64 = 64;
    /// The same where a cart has two SKUs.
    pub(crate) const PARTITIONS_OF_CARTS: u64 = 160;

    // A hot item lies on a partition of its own from the first request on. `burst-adaptive-capacity.html`, "Isolate
    // frequently accessed items", says that load leads there; that it did so before the drop is assumed, in favour of
    // those that have one hot item.
}

/// Bytes of what is written and read. What is not here is small: it costs one unit.
pub(crate) mod sizes {
    /// A reservation: id, caller, state, times, one line with its price. Assumed: anything up to a unit costs the same.
    pub(crate) const RESERVATION: usize = 500;
    /// What each line adds to a reservation of ours. Assumed, on the high side: the first one is in the above, too, and
    /// `shared/dynamodb/src/size.rs` holds a reservation of one line under a unit.
    pub(crate) const LINE: usize = 100;
    /// What each page adds that was tried for it. Assumed: a SKU, a number and a quantity.
    pub(crate) const TRIED: usize = 60;
    /// A product that a cart's SKU is found under. Assumed: one with a few sizes and a paragraph about it.
    pub(crate) const PRODUCT: usize = 1_500;
    /// A new order: what its reservation has, an address, a method and a line of history. Assumed.
    pub(crate) const ORDER: usize = 1_500;

    /// A page with all its holds. `shared/dynamodb/src/size.rs` holds it under this.
    pub(crate) const PAGE: usize = 1_024;
    /// A page's entry in the sweeper's index. Assumed: that index has keys only (`template.yaml`).
    pub(crate) const ENTRY: usize = 80;
    /// An opener, and a supply. Assumed: a SKU and a few numbers.
    pub(crate) const OPENER: usize = 100;
    /// A list without its pages. Assumed, as are the next two: a full one has 3,250 bytes then, and
    /// `shared/dynamodb/src/size.rs` holds it under 4,096.
    pub(crate) const LIST: usize = 450;
    /// What each page adds that is known to have stock.
    pub(crate) const LISTED: usize = 10;
    /// What each page adds that was returned to sale.
    pub(crate) const RETURNED: usize = 4;

    /// One of many counters, with its markers. Assumed: 1,000 environments are some 16 at each, with 55 bytes each.
    pub(crate) const COUNTER: usize = 900;
    /// A unit with its holder. Assumed: a SKU, a number, and a hold like one of a page.
    pub(crate) const UNIT: usize = 150;
    /// The list of blocks of units that are sold. Assumed: a number for each of some hundred.
    pub(crate) const BLOCKS: usize = 2_000;
}

/// How long messages are under way. No page says; all of this is assumed.
pub(crate) mod latency {
    use super::Duration;

    /// One way between a function and the table: median. Two of them make the single-digit milliseconds that AWS
    /// claims for a single write (`Introduction.html`): half within 4.2 ms, 99 in 100 within 10.
    pub(crate) const LEG: Duration = Duration::from_micros(2_000);
    /// Spread of every way: sigma of a lognormal distribution.
    pub(crate) const SPREAD: f64 = 0.35;
    /// Share of ways that are late beside that.
    pub(crate) const LATE_SHARE: f64 = 0.004;
    /// By how much they are late: mean of an exponential distribution.
    pub(crate) const LATE_BY: Duration = Duration::from_millis(20);

    // A transaction goes through a coordinator and its ledger (Idziorek et al., "Distributed Transactions at Scale
    // in Amazon DynamoDB", USENIX ATC 2023, has the steps). It takes about 9 ms, and an item is held for 4 of them.

    /// To the coordinator and into its ledger: median.
    pub(crate) const COORDINATION: Duration = Duration::from_micros(2_500);
    /// From the coordinator to each item, all at the same time: median.
    pub(crate) const PREPARE: Duration = Duration::from_micros(1_200);
    /// From the items back to the coordinator: median.
    pub(crate) const PREPARED: Duration = Duration::from_micros(1_500);
    /// The decision, into the ledger: median.
    pub(crate) const DECISION: Duration = Duration::from_micros(800);
    /// To the items, which are free from then on: median.
    pub(crate) const COMMIT: Duration = Duration::from_micros(800);
    /// From the coordinator to the client: median.
    pub(crate) const REPLY: Duration = Duration::from_micros(1_200);
}

/// What the AWS SDK and `shared/dynamodb` do when a call fails.
pub(crate) mod client {
    use super::Duration;

    /// Attempts of the SDK at a throttled or lost call. `shared/lambda/src/clients.rs`.
    pub(crate) const ATTEMPTS: u32 = 3;
    /// How long an attempt waits for its answer. The same file.
    pub(crate) const ATTEMPT: Duration = Duration::from_secs(1);
    /// How long all attempts may take together. The same file.
    pub(crate) const OPERATION: Duration = Duration::from_secs(5);
    /// The longest pause before the second attempt; it doubles, and any part of it is waited. `aws-smithy-types`,
    /// `RetryConfig::standard`. The SDK's quota of retries is left out: it would fail throttled calls sooner.
    pub(crate) const BACKOFF: Duration = Duration::from_secs(1);
    /// Batches of a long read that are under way at once. `shared/dynamodb/src/read.rs`.
    pub(crate) const BATCHES_AT_ONCE: usize = 16;
    /// Tries at a write that meets transactions. `shared/dynamodb/src/write.rs`.
    pub(crate) const CONFLICT_TRIES: u32 = 6;
    /// The longest pause before the second of them; it doubles, and from half to all of it is waited. The same file.
    pub(crate) const CONFLICT_PAUSE: Duration = Duration::from_millis(5);
}

/// The function, and the shoppers in front of it.
pub(crate) mod lambda {
    use super::Duration;

    /// Environments that are warm when the drop begins. Assumed: provisioned for it, as many as an account may have
    /// by default (`lambda/latest/dg/lambda-concurrency.html`).
    pub(crate) const WARM_ENVIRONMENTS: u32 = 1_000;
    /// Environments at most. Assumed: the default of 1,000 was raised for the drop.
    pub(crate) const ENVIRONMENTS_MAX: u32 = 3_000;
    /// New environments a second: 1,000 in 10 seconds, refilled all the time. `lambda/latest/dg/scaling-behavior.html`.
    pub(crate) const NEW_PER_SECOND: f64 = 100.0;
    /// New environments at once. The same page: 1,000, and what is not used is not added.
    pub(crate) const NEW_AT_ONCE: f64 = 1_000.0;
    /// Start of an environment: median. Assumed: what a Rust function with the AWS SDK takes.
    pub(crate) const COLD_START: Duration = Duration::from_millis(250);
    /// From the front door to the handler and back: median. Assumed.
    pub(crate) const OVERHEAD: Duration = Duration::from_micros(1_500);

    // The environment that answered last serves next (assumed: no page says, and others would open more pages at a
    // time), one request at a time (`lambda/latest/dg/lambda-concurrency.html`).

    /// How often a shopper asks again, with the same Idempotency-Key, after 429, a crash or an unknown outcome. Assumed.
    pub(crate) const SHOPPER_RETRIES: u32 = 3;
    /// The longest pause before the first of them; it doubles, and from half to all of it is waited. Assumed.
    pub(crate) const SHOPPER_PAUSE: Duration = Duration::from_millis(200);

    /// From a deadline until its message can be taken from the queue: mean of an exponential distribution. Assumed; a queue
    /// promises no time (`AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-delay-queues.html`).
    pub(crate) const WAKE_UP: Duration = Duration::from_millis(100);
    /// How long units are held where nobody lets them go. `template.yaml`, `HoldSeconds`.
    pub(crate) const HOLD_TIME: Duration = Duration::from_secs(600);
    /// How many units one customer may have, where that is limited. Assumed: more than anybody wants, so that a limit
    /// costs its writes and turns nobody away.
    pub(crate) const LIMIT_PER_CUSTOMER: u32 = 4;
    /// How often the sweeper comes by. `template.yaml`.
    pub(crate) const SWEEP_EVERY: Duration = Duration::from_secs(60);
    /// How many times it does so after the drop opened. Assumed: all deadlines are over before the second, and those after
    /// it find what one left that died half way.
    pub(crate) const SWEEPS: u32 = 6;
    /// After how long a wake-up that failed, or whose environment died, comes again. Assumed: the queue's visibility
    /// timeout would be longer.
    pub(crate) const WAKE_UP_AGAIN: Duration = Duration::from_secs(1);
}

/// The queue of deadlines, and what takes its messages to its function.
pub(crate) mod queue {
    /// Messages of a batch at most. `template.yaml`, `BatchSize` of the function.
    pub(crate) const BATCH: usize = 10;
    /// Batches that are worked on at the same time when messages begin to come.
    /// `lambda/latest/dg/services-sqs-scaling.html`.
    pub(crate) const POLLERS: f64 = 5.0;
    /// How many more it may be each second while messages are left: 300 a minute. The same page.
    pub(crate) const NEW_POLLERS_PER_SECOND: f64 = 5.0;
    /// How many it may be at most. `template.yaml`, `MaximumConcurrency` of the function.
    pub(crate) const POLLERS_MAX: f64 = 10.0;
}

/// How what we are compared with is set. All of it is assumed.
pub(crate) mod baselines {
    use super::Duration;

    /// For how long an environment remembers that everything was sold. Longer than ours (100 ms in a surge,
    /// `shared/application/src/shelf/step.rs`), because each of them finds it out by a refused write of its own.
    pub(crate) const SOLD_OUT_FOR: Duration = Duration::from_millis(250);

    /// How many counters share the units: they take six times what 10,000 requests a second write, so that none is
    /// busy by chance.
    pub(crate) const COUNTERS: usize = 64;
    /// Counters that a request tries before it gives up. Ours gives up as well, when others were
    /// faster ten times.
    pub(crate) const PROBES: usize = 6;
    /// How long an environment trusts its last look at all counters: as long as ours trusts a list.
    pub(crate) const LOOK_FOR: Duration = Duration::from_millis(100);

    /// Units that are items of their own and numbered together: a look at a block is one `BatchGetItem`.
    pub(crate) const BLOCK: usize = 64;
    /// Blocks that a request looks at, and units that it tries, before it gives up: many, because a try costs one unit.
    pub(crate) const TRIES: usize = 24;
    /// Units of a block that a request finds taken before it looks again. A look costs more than a few refused writes.
    pub(crate) const MISSES_MAX: usize = 4;
}

/// What goes wrong by chance.
#[derive(Clone, Copy)]
pub(crate) struct Mishaps {
    /// Share of attempts that lose a message, half of them before the effect and half after.
    pub(crate) lost: f64,
    /// Share of calls after which the environment dies and takes its request with it.
    pub(crate) died_after_call: f64,
    /// Share of answers after which the environment dies.
    pub(crate) died_after_answer: f64,
}

impl Mishaps {
    /// An ordinary day. Assumed: AWS promises availability of 99.99 % (`dynamodb/sla`), and environments are replaced
    /// now and then (`lambda/latest/dg/lambda-runtime-environment.html`).
    pub(crate) const FEW: Self = Self { lost: 0.000_1, died_after_call: 0.0, died_after_answer: 0.000_2 };
    /// A bad one. Assumed: far more than anybody sees, so that every crash point is met.
    pub(crate) const MANY: Self = Self { lost: 0.002, died_after_call: 0.002, died_after_answer: 0.002 };
}
