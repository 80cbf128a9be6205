use super::ProblemType;

/// Defines the constants and the registry together, so that no type is missing from it.
macro_rules! registry {
    ($($name:ident = $slug:literal, $status:literal, $title:literal, $meaning:literal, $remedy:literal;)*) => {
        $(
            #[doc = concat!("`", $slug, "`: ", $meaning)]
            pub const $name: &ProblemType = &ProblemType {
                slug: $slug, status: $status, title: $title, meaning: $meaning, remedy: $remedy,
            };
        )*

        /// Every type of problem that a client can get.
        pub const REGISTRY: &[&ProblemType] = &[$($name),*];
    };
}

registry! {
    // What was sent cannot be read.
    MALFORMED_JSON = "malformed-json", 400, "The body is not JSON",
        "The body is empty, cut off, not UTF-8, nested too deeply, or not JSON at all.",
        "Send one JSON object in UTF-8.";
    INVALID_REQUEST = "invalid-request", 400, "The request does not have the expected shape",
        "A field is missing, unknown, repeated, of the wrong type or not well-formed.",
        "Correct the field that `pointer` names.";
    IDEMPOTENCY_KEY_MISSING = "idempotency-key-missing", 400, "The request needs an Idempotency-Key",
        "A request that creates something carries a key, so that its repetition creates nothing more.",
        "Send the header `Idempotency-Key`, the same one for every repetition of this request.";
    CARD_DATA_NOT_ACCEPTED = "card-data-not-accepted", 400, "Card data is not accepted",
        "The request contains what looks like a card number or a card verification code. It was not stored.",
        "Let the gateway's element in the browser take the card, and send its token.";
    WEBHOOK_NOT_AUTHENTIC = "webhook-not-authentic", 400, "The webhook is not authentic",
        "Its signature is missing, wrong, or not of these minutes. It was not stored.",
        "Sign the body's bytes with the secret that the shop knows, anew for each try.";

    // Who asks.
    CALLER_UNKNOWN = "caller-unknown", 401, "The request does not say who asks",
        "No token that names a customer or a guest came with the request.",
        "Send the header `Guest-Token`: 32 random bytes as base64url, made once and kept secret; or sign in.";
    TOKEN_EXPIRED = "token-expired", 401, "The customer's token has expired",
        "The bearer token was good until a time that has passed.",
        "Get a new token from the issuer and repeat the request.";
    TOKEN_INVALID = "token-invalid", 401, "The customer's token is not valid",
        "The bearer token cannot be read, is not signed with a key of the shop's issuer, or does not count yet.",
        "Sign in again.";
    TOKEN_NOT_FOR_THIS_SHOP = "token-not-for-this-shop", 401, "The customer's token is not for this shop",
        "Another issuer made the bearer token, or it is meant for somebody else, or it is no access token.",
        "Sign in with the shop's own issuer, and send the access token.";
    SIGN_IN_REQUIRED = "sign-in-required", 401, "This needs a signed-in customer",
        "Something in the request is limited per customer, so guests cannot have it.",
        "Sign in, or leave that line out.";

    // What is not there, or not yours.
    NOT_FOUND = "not-found", 404, "There is nothing here for you",
        "It does not exist, or it belongs to somebody else.",
        "Check the id, and that the token is the one that made it.";
    UNKNOWN_SKU = "unknown-sku", 404, "A SKU is not in the catalog",
        "The SKU does not exist, or is no longer offered.",
        "Read the product again and offer the shopper what it lists.";

    // What the state forbids.
    INSUFFICIENT_STOCK = "insufficient-stock", 409, "There is not enough stock",
        "Nothing was held, because at least one line could not be held in full; `shortages` names each.",
        "Ask for less, or leave the line out.";
    CUSTOMER_LIMIT_REACHED = "customer-limit-reached", 409, "The customer's limit is reached",
        "The customer would have more units of a SKU than one may have, over all orders and reservations.",
        "Ask for fewer; units of a reservation that ends without being paid count no more.";
    PRICE_CHANGED = "price-changed", 409, "A price has changed",
        "The price that came with a line is no longer the price.",
        "Show the shopper the new price and ask again.";
    NOT_ON_SALE_YET = "not-on-sale-yet", 409, "The sale has not begun",
        "A line's SKU can be had only from a later time.",
        "Ask again after `Retry-After` seconds.";
    RESERVATION_NOT_HELD = "reservation-not-held", 409, "The reservation is not held",
        "It has expired, was released, or is being paid for or sold, so this cannot be done with it.",
        "Read the reservation to see its state; make a new one where it has expired.";
    TOTAL_CHANGED = "total-changed", 409, "The total has changed",
        "The total that the shopper saw is not what the order would cost; `totals` has the new one.",
        "Show the shopper the new totals and ask again.";
    ORDER_NOT_PAYABLE = "order-not-payable", 409, "The order takes no payment now",
        "It is being paid, is paid, is cancelled, or has used all its attempts.",
        "Read the order to see its state.";
    ORDER_NOT_CANCELLABLE = "order-not-cancellable", 409, "The order cannot be cancelled",
        "Everything that was paid for it has gone back already, or is on its way.",
        "Read the order to see its state.";
    ORDER_NOT_AWAITING_ACTION = "order-not-awaiting-action", 409, "The order waits for no action",
        "No action of the shopper's is awaited, its time is over, or another result was submitted for it.",
        "Read the order to see its state.";

    // How it was sent.
    PAYLOAD_TOO_LARGE = "payload-too-large", 413, "The body is too large",
        "A body has at most 64 KiB.",
        "Send less.";
    UNSUPPORTED_MEDIA_TYPE = "unsupported-media-type", 415, "The body is not announced as JSON",
        "The header `Content-Type` is missing or is not `application/json`.",
        "Send JSON, with `Content-Type: application/json`.";

    // What can be read and is not allowed.
    INVALID_VALUE = "invalid-value", 422, "A value is out of range",
        "The request can be read, but the value that `pointer` names is not allowed.",
        "Correct the value.";
    INVALID_CURSOR = "invalid-cursor", 422, "The cursor is not one of ours",
        "A cursor is opaque: only the `next_cursor` of an answer of the same list is one.",
        "Start again without a cursor.";
    IDEMPOTENCY_KEY_REUSED = "idempotency-key-reused", 422, "The Idempotency-Key was used for another request",
        "The key belongs to an earlier request with another body. Nothing was done.",
        "Use a new key for a new request, and the old one only to repeat the old request.";

    // What broke on our side.
    INTERNAL = "internal", 500, "Something is wrong on our side",
        "The request was fine, and we could not answer it.",
        "Tell us the `instance`; repeating may not help.";
    UNAVAILABLE = "unavailable", 503, "Not available at the moment",
        "It may or may not have been done.",
        "Repeat the very same request after `Retry-After` seconds, with the same Idempotency-Key.";
}
