//! A gateway that is ill for a while: calls to it are refused, lost or come late.

use super::{Crowd, buying};
use crate::simulation::Work;

/// How long the shoppers keep coming, in milliseconds.
const RUSH: u32 = 60_000;

/// Many who pay at one gateway, some of whom would also take another.
pub(super) fn ails(crowd: &Crowd) -> Vec<Work> {
    let shoppers = [
        ("ann", "visa"),
        ("ben", "visa+paypal"),
        ("cem", "answer_lost"),
        ("dan", "visa"),
        ("eve", "visa+paypal"),
        ("fay", "visa"),
        ("gus", "visa"),
        ("hal", "answer_lost"),
    ];
    let comes = |(name, token): (&'static str, &'static str)| -> Work {
        let shopper = crowd.shopper(name);
        Box::pin(async move {
            shopper.rest(RUSH).await;
            buying::tries_again(shopper, token).await;
        })
    };
    shoppers.into_iter().map(comes).collect()
}
