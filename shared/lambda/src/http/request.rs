use core::str::FromStr;
use std::borrow::Cow;

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD};
use domain::{Caller, IdempotencyKey, RequestKey};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{ETag, Page, body, pointer, tree, typed};
use crate::card_data;
use crate::problem::{
    CALLER_UNKNOWN, CARD_DATA_NOT_ACCEPTED, IDEMPOTENCY_KEY_MISSING, INVALID_REQUEST, NOT_FOUND, Problem,
    TOKEN_INVALID,
};
use crate::sign_in::Verifier;

/// A guest's token: 32 bytes in 43 characters. The last character has two bits to spare, and clients that draw the
/// characters instead of the bytes fill them.
const GUEST_TOKEN: GeneralPurpose =
    GeneralPurpose::new(&URL_SAFE, NO_PAD.with_decode_allow_trailing_bits(true));

/// A request, as API Gateway hands it over. Every reader either gives what the route needs or the problem to answer.
#[derive(Debug)]
pub struct Request {
    event: ApiGatewayV2httpRequest,
    query: Vec<(String, String)>,
    /// Whom a verified token names.
    customer: Option<Caller>,
}

impl Request {
    /// Wraps an event. Card data in the query is refused here: a route that reads no query would not look.
    pub(super) fn of_event(event: ApiGatewayV2httpRequest) -> Result<Self, Problem> {
        let raw = event.raw_query_string.as_deref().unwrap_or_default();
        let query: Vec<_> = form_urlencoded::parse(raw.as_bytes()).into_owned().collect();
        match card_data::find_in_query(&query) {
            Some(pointer) => Err(Problem::of(CARD_DATA_NOT_ACCEPTED).at(pointer)),
            None => Ok(Self { event, query, customer: None }),
        }
    }

    /// The same request, and the customer whom its token names if it has one.
    pub(super) async fn signed_in(self, verifier: &Verifier) -> Result<Self, Problem> {
        let customer = match self.bearer_token()? {
            Some(token) => Some(verifier.customer(token).await?),
            None => None,
        };
        Ok(Self { customer, ..self })
    }

    /// A part of the path.
    ///
    /// # Errors
    /// 404: a text that cannot be an id is the id of nothing.
    pub fn path<T: FromStr>(&self, name: &str) -> Result<T, Problem> {
        let text = self.event.path_parameters.get(name);
        text.and_then(|text| text.parse().ok()).ok_or_else(|| Problem::of(NOT_FOUND))
    }

    /// Who asks: the customer who signed in, or else a guest.
    ///
    /// # Errors
    /// 401 when the request does not say, or says it in a way that names nobody. That is so of a token that nothing
    /// has verified, because sign-in is off.
    pub fn caller(&self) -> Result<Caller, Problem> {
        match (&self.customer, self.bearer_token()?) {
            (Some(customer), _) => Ok(customer.clone()),
            (None, Some(_)) => Err(Problem::of(TOKEN_INVALID)),
            (None, None) => self.guest(),
        }
    }

    /// Who asks, where the request says so at all.
    ///
    /// # Errors
    /// As [`Request::caller`], for a request that says it.
    pub fn caller_if_named(&self) -> Result<Option<Caller>, Problem> {
        let is_nobody =
            ["authorization", "guest-token"].iter().all(|name| !self.event.headers.contains_key(*name));
        if is_nobody { Ok(None) } else { self.caller().map(Some) }
    }

    fn guest(&self) -> Result<Caller, Problem> {
        let malformed = || {
            Problem::of(CALLER_UNKNOWN)
                .at("/headers/Guest-Token")
                .detail("expected 32 bytes as base64url, unpadded")
        };
        match self.header("guest-token") {
            Header::Absent => Err(Problem::of(CALLER_UNKNOWN)),
            Header::Unreadable => Err(malformed()),
            Header::Text(text) => {
                let token: [u8; 32] = GUEST_TOKEN
                    .decode(text)
                    .ok()
                    .and_then(|bytes| bytes.try_into().ok())
                    .ok_or_else(malformed)?;
                Ok(Caller::guest(&token))
            }
        }
    }

    /// What a creating request is known by: its caller and its `Idempotency-Key`.
    ///
    /// # Errors
    /// As [`Request::caller`]; 400 when the key is missing or is no key.
    pub fn request_key(&self) -> Result<RequestKey, Problem> {
        let caller = self.caller()?;
        let malformed =
            |detail: String| Problem::of(INVALID_REQUEST).at("/headers/Idempotency-Key").detail(detail);
        let key = match self.header("idempotency-key") {
            Header::Absent => return Err(Problem::of(IDEMPOTENCY_KEY_MISSING)),
            Header::Unreadable => return Err(malformed("expected text".to_owned())),
            Header::Text(text) => text
                .parse()
                .map_err(|error: <IdempotencyKey as FromStr>::Err| malformed(error.to_string()))?,
        };
        Ok(RequestKey { caller, key })
    }

    /// The body, which is a JSON object of the route's own type.
    ///
    /// # Errors
    /// 415, 413 and 400, in this order: how it was sent, how much, and what. Card data is refused before the route's
    /// type is asked, so that it is refused in unknown fields too.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        body::require_json(&self.header("content-type"))?;
        let text = self.event.body.as_deref().unwrap_or_default();
        let bytes = body::decoded(text, self.event.is_base64_encoded)?;
        let document = Value::Object(tree::parse(&bytes)?);
        if let Some(pointer) = card_data::find(&document) {
            return Err(Problem::of(CARD_DATA_NOT_ACCEPTED).at(pointer));
        }
        typed::read("", document)
    }

    /// The body's very bytes, for whoever must verify what was signed over them. They may say anything.
    ///
    /// # Errors
    /// 413, and 400 for what the gateway in front cannot have encoded.
    pub fn raw_body(&self) -> Result<Cow<'_, [u8]>, Problem> {
        body::decoded(self.event.body.as_deref().unwrap_or_default(), self.event.is_base64_encoded)
    }

    /// A header that only its route knows; none where it is not printable ASCII.
    pub fn header_text(&self, name: &str) -> Option<&str> {
        match self.header(name) {
            Header::Text(text) => Some(text),
            Header::Absent | Header::Unreadable => None,
        }
    }

    /// The query, as the route's own type. Its fields are texts: give them [`Parsed`](crate::wire::Parsed).
    ///
    /// # Errors
    /// 400 for what the type does not take, and for a name that appears twice.
    pub fn query<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        typed::read("/query", Value::Object(self.query_fields()?))
    }

    /// The query of a list: the page that is asked for, and the rest as the route's own type.
    ///
    /// # Errors
    /// As [`Request::query`]; 422 for a limit out of range, 400 for what is no limit or no cursor.
    pub fn page_of<T: DeserializeOwned>(&self) -> Result<(T, Page), Problem> {
        let mut fields = self.query_fields()?;
        let page = Page::taken_from(&mut fields)?;
        Ok((typed::read("/query", Value::Object(fields))?, page))
    }

    /// Whether the client says that it has this version already.
    pub fn has(&self, tag: &ETag) -> bool {
        match self.header("if-none-match") {
            Header::Text(text) => tag.is_named_in(text),
            Header::Absent | Header::Unreadable => false,
        }
    }

    fn query_fields(&self) -> Result<Map<String, Value>, Problem> {
        let mut fields = Map::new();
        for (name, value) in &self.query {
            if fields.insert(name.clone(), Value::from(value.as_str())).is_some() {
                let twice = Problem::of(INVALID_REQUEST).detail("the parameter appears more than once");
                return Err(twice.at(pointer::child("/query", name)));
            }
        }
        Ok(fields)
    }

    /// The token of `Authorization: Bearer`. Another scheme names nobody here, and whoever sends one does not ask as a
    /// guest.
    fn bearer_token(&self) -> Result<Option<&str>, Problem> {
        match self.header("authorization") {
            Header::Absent => Ok(None),
            Header::Unreadable => Err(Problem::of(TOKEN_INVALID)),
            Header::Text(text) => match text.split_once(' ') {
                Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(Some(token.trim())),
                Some(_) | None => Err(Problem::of(TOKEN_INVALID)),
            },
        }
    }

    fn header(&self, name: &str) -> Header<'_> {
        match self.event.headers.get(name) {
            None => Header::Absent,
            Some(value) => value.to_str().map_or(Header::Unreadable, Header::Text),
        }
    }
}

/// What became of one header.
pub(super) enum Header<'a> {
    Absent,
    /// Not printable ASCII.
    Unreadable,
    Text(&'a str),
}

#[cfg(test)]
mod tests;
