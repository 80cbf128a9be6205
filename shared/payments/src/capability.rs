use core::time::Duration;

use domain::Currency;
use domain::payment::GatewayName;
use domain::webhook::Mode;

use crate::{adyen, paypal};

/// What a gateway promises. The rules for unknown outcomes rest on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capability {
    /// How long a repetition under the same idempotency key is sure to be recognised.
    pub key_lifetime: Duration,
    /// What a repetition of a failed call does.
    pub failed_call: FailedCall,
    /// When a cancel is certain.
    pub cancel: CancelFinality,
    /// How a webhook proves where it comes from.
    pub webhook_signature: WebhookSignature,
    /// What shoppers can pay with there, as far as the shop offers it.
    pub methods: &'static [MethodKind],
    /// When the shopper agrees.
    pub approval: Approval,
    /// Whether it can be asked what it moved.
    pub transfers: TransferList,
    /// Whether it says what it thinks of a payment that it has authorized.
    pub risk: RiskSignal,
}

/// What a gateway does with the repetition of a call that failed on its side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailedCall {
    /// The failure is answered again, so repeating it for ever proves nothing: look it up, or cancel.
    Replayed,
    /// The call is tried again.
    Reexecuted,
}

/// When a cancel can be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CancelFinality {
    /// With its answer.
    AtOnce,
    /// Only when a webhook confirms it.
    ByWebhook,
}

/// How a webhook is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebhookSignature {
    /// HMAC-SHA256 over a time and the raw bytes, in a header that may carry several signatures.
    TimestampedHmac {
        /// The header.
        header: &'static str,
        /// The part of it that counts.
        scheme: &'static str,
        /// How old a signature may be.
        tolerance: Duration,
    },
    /// HMAC-SHA256 over chosen fields of each item.
    HmacPerItem,
    /// RSA, with a certificate that is fetched from a host that is pinned.
    RsaWithCertificate {
        /// The hosts, one for each that the API is called at.
        pins: &'static [CertificatePin],
    },
}

/// Where the certificates come from that a gateway signs with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CertificatePin {
    /// The host of the API.
    pub api_host: &'static str,
    /// The host that serves the certificates.
    pub certificate_host: &'static str,
    /// For whom they are.
    pub certificate_name: &'static str,
    /// Whether real money is meant.
    pub mode: Mode,
}

/// PayPal's hosts (<https://developer.paypal.com/api/rest/webhooks/rest>). The names are those that PayPal's own
/// libraries for Java and Python look for (`SSLUtil.validateCertificateChain` in github.com/paypal/PayPal-Java-SDK).
const PAYPAL_PINS: [CertificatePin; 2] = [
    CertificatePin {
        api_host: "api-m.paypal.com",
        certificate_host: "api.paypal.com",
        certificate_name: "messageverificationcerts.paypal.com",
        mode: Mode::Live,
    },
    CertificatePin {
        api_host: "api-m.sandbox.paypal.com",
        certificate_host: "api.sandbox.paypal.com",
        certificate_name: "messageverificationcerts.sandbox.paypal.com",
        mode: Mode::Test,
    },
];

/// A kind of payment method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MethodKind {
    /// Credit and debit cards.
    Card,
    /// Wallets, such as Apple Pay.
    Wallet,
    /// Buy now, pay later.
    PayLater,
}

impl MethodKind {
    /// The word in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Wallet => "wallet",
            Self::PayLater => "pay_later",
        }
    }
}

/// When the shopper agrees to a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Approval {
    /// Before checkout: the client brings a token.
    ByToken,
    /// After checkout, on the gateway's pages.
    ByRedirect,
}

/// Whether a gateway can be asked for what it moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransferList {
    /// By a request.
    Listed {
        /// How long after something moved it is in the list, with all that the shop does about it in time.
        complete_after: Duration,
    },
    /// By files that it makes once a day, for users of its reports.
    Reported {
        /// How long after something moved the file is there that has it.
        complete_after: Duration,
    },
}

/// Whether a gateway says what it thinks of a payment that it has authorized.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RiskSignal {
    /// With every authorization.
    Always,
    /// For accounts that have it switched on.
    IfSwitchedOn,
    /// Never: what it doubts it holds or declines itself.
    Never,
}

/// Balance transactions are there at once (<https://docs.stripe.com/api/balance_transactions>); a quarter of an hour is for
/// payments whose workers are still busy with them.
pub(crate) const STRIPE_LISTS_AFTER: Duration = Duration::from_secs(15 * 60);

/// "It takes a maximum of three hours for executed transactions to appear"
/// (<https://developer.paypal.com/docs/api/transaction-search/v1/>).
pub(crate) const PAYPAL_LISTS_AFTER: Duration = Duration::from_secs(4 * 60 * 60);

/// A file is made "each day between 02:00 and 10:00 CET and contains the previous 24 hours"
/// (<https://docs.adyen.com/reporting/automatically-get-reports>), by the days of a time zone that is not asked for. The last
/// one that a quarter of an hour can be in is there two days later; a third is for files that are late, and for a day without
/// one, which only the next file proves.
pub(crate) const ADYEN_REPORTS_AFTER: Duration = Duration::from_secs(3 * 24 * 60 * 60);

/// The table.
pub const fn capability(gateway: GatewayName) -> Capability {
    match gateway {
        GatewayName::Stripe => Capability {
            // Keys may be removed once they are 24 hours old (https://docs.stripe.com/api/idempotent_requests); an
            // hour is kept back for clocks and for the time that a call takes.
            key_lifetime: Duration::from_secs(23 * 60 * 60),
            // API v1 keeps status and body "including 500 errors" (the same page).
            failed_call: FailedCall::Replayed,
            // A canceled PaymentIntent takes no further charge
            // (https://docs.stripe.com/api/payment_intents/cancel).
            cancel: CancelFinality::AtOnce,
            // https://docs.stripe.com/webhooks/signature
            webhook_signature: WebhookSignature::TimestampedHmac {
                header: "Stripe-Signature",
                scheme: "v1",
                tolerance: Duration::from_secs(5 * 60),
            },
            // What its PaymentIntents are opened for: cards, from wallets too, and Klarna.
            methods: &[MethodKind::Card, MethodKind::Wallet, MethodKind::PayLater],
            // Stripe's elements run in the shopper's browser and give it a token; 3-D Secure, and Klarna, redirect.
            approval: Approval::ByToken,
            transfers: TransferList::Listed { complete_after: STRIPE_LISTS_AFTER },
            // `outcome.risk_level` of a charge (https://docs.stripe.com/radar/risk-evaluation).
            risk: RiskSignal::Always,
        },
        GatewayName::PayPal => Capability {
            // An order's keys are kept for 6 hours (https://developer.paypal.com/api/orders/v2/orders-authorize,
            // `PayPal-Request-Id`), those of captures for longer; an hour is kept back here too.
            key_lifetime: Duration::from_secs(5 * 60 * 60),
            // "You can retry idempotent calls that fail with network timeouts or HTTP 5xx status codes for as long as
            // the server stores the ID" (https://developer.paypal.com/api/rest/reference/idempotency).
            failed_call: FailedCall::Reexecuted,
            // A voided authorization is never captured
            // (https://developer.paypal.com/api/payments/v2/authorizations-void). An order that was not authorized
            // cannot be cancelled, and need not be: nothing is held.
            cancel: CancelFinality::AtOnce,
            // https://developer.paypal.com/api/rest/webhooks/rest: over the id, the time, the webhook's id and the
            // CRC-32 of the raw bytes; the certificate comes from PAYPAL-CERT-URL, which is trusted only for these hosts.
            webhook_signature: WebhookSignature::RsaWithCertificate { pins: &PAYPAL_PINS },
            methods: &[MethodKind::Wallet, MethodKind::PayLater],
            // The payer approves at the link `payer-action` of the order
            // (https://developer.paypal.com/api/rest/integration/orders-api/api-use-cases/standard).
            approval: Approval::ByRedirect,
            transfers: TransferList::Listed { complete_after: PAYPAL_LISTS_AFTER },
            // An authorization has a status alone, `PENDING` while PayPal reviews it and `DENIED` by its filters, and the
            // `processor_response` of cards, which the shop does not take there
            // (https://developer.paypal.com/api/payments/v2/definitions/authorization_status,
            // https://developer.paypal.com/api/orders/v2/orders-authorize).
            risk: RiskSignal::Never,
        },
        GatewayName::Adyen => Capability {
            // Keys are valid for at least 7 days (https://docs.adyen.com/development-resources/api-idempotency); an hour
            // is kept back here too. What was answered first is answered again, so that a repetition of a payment is
            // how its outcome and its id are found again: Adyen has no request that reads a payment.
            key_lifetime: Duration::from_secs((7 * 24 - 1) * 60 * 60),
            // A transient error may be sent again under its key (the same page). Captures may not exceed what was
            // authorized, nor refunds what was captured, whatever the keys.
            failed_call: FailedCall::Reexecuted,
            // A cancel, a capture and a refund are answered `received`, and only a webhook says what became of it
            // (https://docs.adyen.com/online-payments/cancel).
            cancel: CancelFinality::ByWebhook,
            // https://docs.adyen.com/development-resources/webhooks/verify-hmac-signatures
            webhook_signature: WebhookSignature::HmacPerItem,
            methods: &[MethodKind::Card],
            // The client brings a stored card. For one that must be authenticated the shopper is redirected to a page of its
            // bank, and brings back what goes to `/payments/details`; native 3-D Secure is not asked for.
            approval: Approval::ByToken,
            // https://docs.adyen.com/reporting: reports are files, fetched with the credentials of a report user.
            transfers: TransferList::Reported { complete_after: ADYEN_REPORTS_AFTER },
            // "Returning fraud results is not turned on by default"
            // (https://docs.adyen.com/risk-management/handle-risk-rule-notifications).
            risk: RiskSignal::IfSwitchedOn,
        },
    }
}

/// Where PayPal's shoppers can pay later (<https://developer.paypal.com/docs/checkout/pay-later/>).
const PAYPAL_PAYS_LATER: [&str; 8] = ["AU", "CA", "DE", "ES", "FR", "GB", "IT", "US"];

/// Where Klarna's shoppers can, each in the currency of their country (<https://docs.stripe.com/payments/klarna>).
const KLARNA_PAYS_LATER: [(&str, &str); 22] = [
    ("AT", "EUR"),
    ("AU", "AUD"),
    ("BE", "EUR"),
    ("CA", "CAD"),
    ("CH", "CHF"),
    ("CZ", "CZK"),
    ("DE", "EUR"),
    ("DK", "DKK"),
    ("ES", "EUR"),
    ("FI", "EUR"),
    ("FR", "EUR"),
    ("GB", "GBP"),
    ("GR", "EUR"),
    ("IE", "EUR"),
    ("IT", "EUR"),
    ("NL", "EUR"),
    ("NO", "NOK"),
    ("NZ", "NZD"),
    ("PL", "PLN"),
    ("PT", "EUR"),
    ("SE", "SEK"),
    ("US", "USD"),
];

/// Whether somebody in this country can pay later at a gateway, in this currency, where they are known.
fn can_pay_later(gateway: GatewayName, currency: Option<Currency>, country: Option<&str>) -> bool {
    match gateway {
        GatewayName::Stripe => KLARNA_PAYS_LATER.iter().any(|(there, money)| {
            country.is_none_or(|country| country == *there)
                && currency.is_none_or(|currency| currency.as_str() == *money)
        }),
        GatewayName::PayPal => country.is_none_or(|country| PAYPAL_PAYS_LATER.contains(&country)),
        GatewayName::Adyen => false,
    }
}

/// What can be paid with at a gateway, in this currency and by shoppers of this country (ISO 3166-1 alpha-2), where
/// they are known.
pub fn methods_offered(
    gateway: GatewayName,
    currency: Option<Currency>,
    country: Option<&str>,
) -> Vec<MethodKind> {
    let takes_currency = match gateway {
        // All that the shop can have prices in (https://docs.stripe.com/currencies).
        GatewayName::Stripe => true,
        GatewayName::PayPal => currency.is_none_or(paypal::takes),
        GatewayName::Adyen => currency.is_none_or(adyen::takes),
    };
    let offered = |method: &MethodKind| {
        takes_currency && (*method != MethodKind::PayLater || can_pay_later(gateway, currency, country))
    };
    capability(gateway).methods.iter().copied().filter(offered).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_gateway_forgets_a_key_while_attempts_are_still_replayed() {
        for gateway in GatewayName::ALL {
            assert!(gateway.replay_age_max() <= capability(gateway).key_lifetime, "{gateway:?}");
        }
    }

    #[test]
    fn a_shopper_approves_by_redirect_where_the_domain_says_so() {
        for gateway in GatewayName::ALL {
            let by_redirect = capability(gateway).approval == Approval::ByRedirect;
            assert_eq!(by_redirect, gateway.approves_by_redirect(), "{gateway:?}");
        }
    }
}
