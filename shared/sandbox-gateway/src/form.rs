use form_urlencoded::parse;

use crate::answer::{Answer, invalid};
use crate::dispute::Standing;
use crate::token::Token;

/// What opening an intent asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Opening {
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) token: Token,
    pub(crate) order_id: String,
    pub(crate) attempt: String,
}

impl Opening {
    pub(crate) fn parse(body: &[u8]) -> Result<Self, Answer> {
        let (mut amount, mut currency, mut token, mut manual) = (None, None, None, false);
        let (mut order_id, mut attempt) = (String::new(), String::new());
        let mut types = Vec::new();
        for (name, value) in parse(body) {
            match &*name {
                "amount" => amount = Some(parse_amount(&value)?),
                "currency" => currency = Some(parse_currency(&value)?),
                "payment_method" => token = Some(parse_token(&value)?),
                "capture_method" if value == "manual" => manual = true,
                "allowed_payment_method_types[]" if matches!(&*value, "card" | "klarna") => {
                    types.push(value.into_owned());
                }
                "metadata[order_id]" => order_id = value.into_owned(),
                "metadata[attempt]" => attempt = value.into_owned(),
                "capture_method" | "allowed_payment_method_types[]" => {
                    return Err(invalid(None, &name, "Not offered here."));
                }
                _ => return Err(unknown(&name)),
            }
        }
        if !manual {
            return Err(missing("capture_method"));
        }
        let token: Token = token.ok_or_else(|| missing("payment_method"))?;
        if !types.iter().any(|kind| kind == token.method_type()) {
            return Err(invalid(None, "payment_method", "Not among the types that are allowed."));
        }
        Ok(Self {
            amount: amount.ok_or_else(|| missing("amount"))?,
            currency: currency.ok_or_else(|| missing("currency"))?,
            token,
            order_id,
            attempt,
        })
    }
}

/// What a refund asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refunding {
    pub(crate) intent: String,
    pub(crate) amount: i64,
    pub(crate) order_id: String,
    pub(crate) number: String,
}

impl Refunding {
    pub(crate) fn parse(body: &[u8]) -> Result<Self, Answer> {
        let (mut intent, mut amount) = (None, None);
        let (mut order_id, mut number) = (String::new(), String::new());
        for (name, value) in parse(body) {
            match &*name {
                "payment_intent" => intent = Some(value.into_owned()),
                "amount" => amount = Some(parse_amount(&value)?),
                "metadata[order_id]" => order_id = value.into_owned(),
                "metadata[refund]" => number = value.into_owned(),
                _ => return Err(unknown(&name)),
            }
        }
        Ok(Self {
            intent: intent.ok_or_else(|| missing("payment_intent"))?,
            amount: amount.ok_or_else(|| missing("amount"))?,
            order_id,
            number,
        })
    }
}

/// What the evidence in a dispute decides: the test mode's two texts, and nothing else.
pub(crate) fn evidence(body: &[u8]) -> Result<Standing, Answer> {
    let mut decision = None;
    for (name, value) in parse(body) {
        match (&*name, &*value) {
            ("evidence[uncategorized_text]", "winning_evidence") => decision = Some(Standing::Won),
            ("evidence[uncategorized_text]", "losing_evidence") => decision = Some(Standing::Lost),
            ("submit", "true") => {}
            ("evidence[uncategorized_text]" | "submit", _) => {
                return Err(invalid(None, &name, "Not offered here."));
            }
            _ => return Err(unknown(&name)),
        }
    }
    decision.ok_or_else(|| missing("evidence[uncategorized_text]"))
}

/// What a confirm asks for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Confirming {
    pub(crate) return_url: Option<String>,
    /// Whether the charge is to be shown whole.
    pub(crate) expanded: bool,
}

pub(crate) fn confirming(body: &[u8]) -> Result<Confirming, Answer> {
    let mut confirming = Confirming::default();
    for (name, value) in parse(body) {
        match &*name {
            "return_url" if value.starts_with("https://") || value.starts_with("http://") => {
                confirming.return_url = Some(value.into_owned());
            }
            "expand[]" if value == "latest_charge" => confirming.expanded = true,
            "return_url" => return Err(invalid(Some("url_invalid"), &name, "Not a valid URL.")),
            _ => return Err(unknown(&name)),
        }
    }
    Ok(confirming)
}

/// Whether a look-up is to show the charge whole.
pub(crate) fn expanded(query: &str) -> Result<bool, Answer> {
    let mut expanded = false;
    for (name, value) in parse(query.as_bytes()) {
        match &*name {
            "expand[]" if value == "latest_charge" => expanded = true,
            _ => return Err(unknown(&name)),
        }
    }
    Ok(expanded)
}

/// Captures and cancels take no parameter here: a capture is of the whole amount.
pub(crate) fn nothing(body: &[u8]) -> Result<(), Answer> {
    parse(body).next().map_or(Ok(()), |(name, _)| Err(unknown(&name)))
}

fn parse_amount(text: &str) -> Result<i64, Answer> {
    match text.parse() {
        Ok(amount @ 1..=99_999_999) => Ok(amount),
        Ok(100_000_000..) => Err(invalid(Some("amount_too_large"), "amount", "At most eight digits.")),
        Ok(..=0) | Err(_) => Err(invalid(Some("parameter_invalid_integer"), "amount", "Must be at least 1.")),
    }
}

fn parse_currency(text: &str) -> Result<String, Answer> {
    if text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_lowercase()) {
        Ok(text.to_owned())
    } else {
        Err(invalid(None, "currency", "Three lower-case letters are expected."))
    }
}

fn parse_token(text: &str) -> Result<Token, Answer> {
    Token::named(text)
        .ok_or_else(|| invalid(Some("resource_missing"), "payment_method", "No such PaymentMethod."))
}

fn missing(name: &str) -> Answer {
    invalid(Some("parameter_missing"), name, "A required parameter is missing.")
}

fn unknown(name: &str) -> Answer {
    invalid(Some("parameter_unknown"), name, "Received an unknown parameter.")
}
