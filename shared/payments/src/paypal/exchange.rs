use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};

use super::access::Access;
use crate::line::{self, Exchange, Line};

/// What is sent.
pub(super) struct Message<'a> {
    /// Ids in it have no character that means something in a path.
    pub(super) path: &'a str,
    /// The key and the JSON of what changes something; what reads has neither.
    pub(super) change: Option<(String, &'a str)>,
}

/// Sends a message, and sends it once more when its token was refused and a new one could be had.
pub(super) async fn exchange(line: &Line, access: &Access, message: &Message<'_>) -> Exchange {
    let token = match access.token(line).await {
        Ok(token) => token,
        Err(unsent) => return unsent,
    };
    let first = send(line, message, &token).await;
    if !first.refused_the_secret() {
        return first;
    }
    let Ok(token) = access.token_instead_of(&token, line).await else {
        return first;
    };
    match send(line, message, &token).await {
        // Something was sent before, and was refused unexecuted.
        Exchange::NotSent => first,
        second @ (Exchange::Lost | Exchange::Answered { .. }) => second,
    }
}

async fn send(line: &Line, message: &Message<'_>, token: &str) -> Exchange {
    let Some(bearer) = line::bearer(token) else {
        return Exchange::NotSent;
    };
    let request = match &message.change {
        None => line.get(message.path),
        Some((key, body)) => line
            .post(message.path)
            .header("PayPal-Request-Id", key)
            // The whole object, for an answer without its amounts proves little.
            .header("Prefer", "return=representation")
            .header(CONTENT_TYPE, "application/json")
            .body((*body).to_owned()),
    };
    line::send(request.header(AUTHORIZATION, bearer)).await
}
