use domain::payment::{ActionResult, PaymentTextError};
use lambda::problem::{INVALID_REQUEST, Problem};
use serde::Deserialize;

/// What a client brought back.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    redirect_result: String,
}

impl Body {
    /// The result, once it is one.
    pub(crate) fn read(self) -> Result<ActionResult, Problem> {
        self.redirect_result.parse().map_err(|error: PaymentTextError| {
            Problem::of(INVALID_REQUEST).at("/redirect_result").detail(error.to_string())
        })
    }
}
