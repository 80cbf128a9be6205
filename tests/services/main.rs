//! SQS and Secrets Manager as the local shop serves them: the same cases, through the AWS SDK, against those two servers
//! and against somebody else's, at the address in `MATCHDAY_AWS_ENDPOINT` where there is one (`.ci/other-aws`).

#![expect(
    clippy::disallowed_methods,
    reason = "the services are the outside world: they run beside the tests"
)]

#[cfg(test)]
mod world; // queues and a secret of our own or of somebody else's

#[cfg(test)]
mod queues; // what becomes of a message
#[cfg(test)]
mod secrets; // versions and their stages
#[cfg(test)]
mod wake_ups; // our adapter beside the queues in memory
