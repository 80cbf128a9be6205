//! Faults 1 to 12 at every route that takes such input: each is refused at its place, and nothing is written.

use serde_json::{Value, json};

use crate::request::{CREATE, OF_WHAT_WAS_MADE, ROUTES, Request, TAKE_A_BODY};
use crate::shop::Shop;

/// The routes that ask who calls.
const ASK_WHO_CALLS: [&str; 8] = [
    "create-reservation",
    "get-reservation",
    "release-reservation",
    "checkout",
    "get-order",
    "add-payment-method",
    "cancel-order",
    "submit-action-result",
];

/// A shop in which every route's event would succeed but the one that a test spoils.
async fn shop_for(operation: &str) -> Shop {
    let shop = Shop::open().await;
    match operation {
        "checkout" | "get-reservation" | "release-reservation" => {
            shop.succeed("create-reservation").await;
        }
        "add-payment-method" | "cancel-order" | "get-order" => {
            shop.declined_order().await;
        }
        "submit-action-result" => {
            shop.order_awaiting_action().await;
        }
        _ => {}
    }
    shop
}

/// Sends spoiled requests; each must be refused so, and none may write.
async fn assert_refused(
    operation: &'static str,
    status: u16,
    slug: &str,
    spoiled: impl IntoIterator<Item = (Request, String)>,
) {
    let shop = shop_for(operation).await;
    let before = shop.records();
    for (request, pointer) in spoiled {
        let answer = shop.ask(&request).await;
        assert_eq!(answer.refusal(), (status, slug.to_owned(), pointer), "{request}");
    }
    assert_eq!(shop.records(), before);
}

fn nowhere(request: Request) -> (Request, String) {
    (request, String::new())
}

#[tokio::test]
async fn fault_01_a_body_that_is_cut_off_or_garbled_is_no_json() {
    for operation in TAKE_A_BODY {
        let event = Request::of(operation);
        let whole = event.json().to_string();
        let mut spoiled: Vec<_> = [1, whole.len() / 2, whole.len() - 1]
            .map(|length| nowhere(event.clone().body(whole.get(..length).unwrap())))
            .into();
        spoiled.push(nowhere(event.clone().body(&whole.replace('"', "'"))));
        spoiled.push(nowhere(event.clone().body(&format!("{whole}{whole}"))));
        spoiled.push(nowhere(event.clone().base64_body("gICA")));
        spoiled.push(nowhere(event.base64_body("no base64!")));
        assert_refused(operation, 400, "malformed-json", spoiled).await;
    }
}

#[tokio::test]
async fn fault_02_an_empty_body_and_what_is_no_object_are_refused() {
    for operation in TAKE_A_BODY {
        let event = Request::of(operation);
        assert_refused(operation, 400, "malformed-json", [nowhere(event.clone().body(""))]).await;
        let spoiled = ["null", "[]", "1", "\"text\"", "true"].map(|body| nowhere(event.clone().body(body)));
        assert_refused(operation, 400, "invalid-request", spoiled).await;
    }
}

#[tokio::test]
async fn fault_03_a_body_that_is_not_announced_as_json_is_not_read() {
    for operation in TAKE_A_BODY {
        let event = Request::of(operation);
        let mut spoiled: Vec<_> = ["text/plain", "application/x-www-form-urlencoded", "json", ""]
            .map(|kind| nowhere(event.clone().header("Content-Type", kind)))
            .into();
        spoiled.push(nowhere(event.without_header("Content-Type")));
        assert_refused(operation, 415, "unsupported-media-type", spoiled).await;
    }
}

#[tokio::test]
async fn fault_04_a_body_over_64_kib_is_not_read() {
    for operation in TAKE_A_BODY {
        let event = Request::of(operation);
        let padded = format!("{}{}", event.json(), " ".repeat(64 * 1024));
        let spoiled =
            [nowhere(event.clone().body(&padded)), nowhere(event.base64_body(&"A".repeat(100_000)))];
        assert_refused(operation, 413, "payload-too-large", spoiled).await;
    }
}

#[tokio::test]
async fn fault_05_depth_and_length_end_in_a_refusal() {
    for operation in TAKE_A_BODY {
        let event = Request::of(operation);
        let deep = format!("{{\"lines\":{}{}}}", "[".repeat(30_000), "]".repeat(30_000));
        assert_refused(operation, 400, "malformed-json", [nowhere(event.clone().body(&deep))]).await;

        let fields: Vec<_> = (0..6_000).map(|number| format!("\"f{number}\":1")).collect();
        let wide = event.clone().body(&format!("{{{}}}", fields.join(",")));
        assert_eq!(shop_for(operation).await.ask(&wide).await.refusal().1, "invalid-request");

        let long = event.with("/note", json!("x".repeat(60_000)));
        assert_refused(operation, 400, "invalid-request", [(long, "/note".to_owned())]).await;
    }
}

#[tokio::test]
async fn fault_06_a_name_that_appears_twice_is_refused() {
    for operation in TAKE_A_BODY {
        let event = Request::of(operation);
        let body = event.json();
        let (name, value) = body.as_object().unwrap().iter().next().unwrap();
        let twice = format!("{{\"{name}\":{value},{}", body.to_string().trim_start_matches('{'));
        assert_refused(operation, 400, "invalid-request", [(event.body(&twice), format!("/{name}"))]).await;
    }
}

#[tokio::test]
async fn fault_07_a_field_that_the_route_does_not_know_is_refused() {
    let unknown =
        [("price", json!(1)), ("state", json!("paid")), ("customer_id", json!("c-1")), ("total", json!(0))];
    for operation in TAKE_A_BODY {
        let event = Request::of(operation);
        let spoiled = unknown.clone().map(|(name, value)| {
            let pointer = format!("/{name}");
            (event.clone().with(&pointer, value), pointer)
        });
        assert_refused(operation, 400, "invalid-request", spoiled).await;
    }
    let inside =
        |operation, pointer: &str| (Request::of(operation).with(pointer, json!(1)), pointer.to_owned());
    let line = [
        inside("create-reservation", "/lines/0/price"),
        inside("create-reservation", "/lines/0/unit_price/tax"),
    ];
    assert_refused("create-reservation", 400, "invalid-request", line).await;
    let address = [inside("checkout", "/shipping_address/planet"), inside("checkout", "/contact/fax")];
    assert_refused("checkout", 400, "invalid-request", address).await;
}

#[tokio::test]
async fn fault_08_a_quantity_is_a_whole_number_from_1_to_99() {
    let event = Request::of("create-reservation");
    let pointer = "/lines/0/quantity";
    let raw = |text: &str| {
        let body = event.json().to_string().replace("\"quantity\":2", &format!("\"quantity\":{text}"));
        (event.clone().body(&body), pointer.to_owned())
    };
    let out_of_range = [
        "0",
        "-1",
        "100",
        "1e3",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775809",
        "1e300",
    ];
    assert_refused("create-reservation", 422, "invalid-value", out_of_range.map(raw)).await;
    let no_number = ["1.5", "\"1\"", "null", "true", "[1]", "{}"];
    assert_refused("create-reservation", 400, "invalid-request", no_number.map(raw)).await;
    let no_json = ["NaN", "Infinity", "0x1", "01", "+1"].map(|text| nowhere(raw(text).0));
    assert_refused("create-reservation", 400, "malformed-json", no_json).await;
}

#[tokio::test]
async fn fault_09_a_total_that_no_gateway_takes_is_refused() {
    let event = Request::of("create-reservation").body(r#"{"lines":[{"sku":"BOOT-GOLD","quantity":2}]}"#);
    assert_refused("create-reservation", 422, "invalid-value", [(event, "/lines".to_owned())]).await;

    let amount = |value: Value| {
        (Request::of("checkout").with("/expected_total/amount", value), "/expected_total/amount".to_owned())
    };
    let amounts = [json!(100_000_000), json!(i64::MAX), json!(u64::MAX), json!(1e300)].map(amount);
    assert_refused("checkout", 422, "invalid-value", amounts).await;
}

#[tokio::test]
async fn fault_10_an_id_carries_no_separator_and_no_disguise() {
    let texts = [
        "ORDER#1",
        "a/b",
        "../admin",
        "a\u{0}b",
        "\u{202e}M-TRIHS",
        "SHIRT-FINAL-М",
        "",
        " ",
        &"x".repeat(65),
    ];
    for (operation, pointer) in [("create-reservation", "/lines/0/sku"), ("checkout", "/reservation_id")] {
        let spoiled =
            texts.map(|text| (Request::of(operation).with(pointer, json!(text)), pointer.to_owned()));
        assert_refused(operation, 400, "invalid-request", spoiled).await;
    }
    for operation in OF_WHAT_WAS_MADE {
        let spoiled = texts.map(|text| nowhere(Request::of(operation).path(text)));
        assert_refused(operation, 404, "not-found", spoiled).await;
    }
    let keys = ["short", &"k".repeat(65), "ORDER#0123456789abcdef", "key with a space in it"];
    for operation in CREATE {
        let spoiled = keys.map(|key| {
            (Request::of(operation).header("Idempotency-Key", key), "/headers/Idempotency-Key".to_owned())
        });
        assert_refused(operation, 400, "invalid-request", spoiled).await;
    }
}

#[tokio::test]
async fn fault_11_card_data_is_refused_wherever_it_stands_and_is_not_repeated() {
    const NUMBER: &str = "4242 4242 4242 4242";
    let slug = "card-data-not-accepted";
    for operation in TAKE_A_BODY {
        let spoiled =
            [("/note", json!(NUMBER)), ("/card", json!(4_242_424_242_424_242_u64)), ("/cvc", json!("1"))]
                .map(|(pointer, value)| (Request::of(operation).with(pointer, value), pointer.to_owned()));
        assert_refused(operation, 400, slug, spoiled).await;
    }
    let name = Request::of("checkout").with("/shipping_address/name", json!(NUMBER));
    assert_refused("checkout", 400, slug, [(name, "/shipping_address/name".to_owned())]).await;
    for operation in ROUTES {
        let query = Request::of(operation).query("note=4242-4242-4242-4242");
        let answer = shop_for(operation).await.ask(&query).await;
        assert_eq!(answer.refusal(), (400, slug.to_owned(), "/query/note".to_owned()));
        assert!(!answer.text.contains("4242"));
    }
}

#[tokio::test]
async fn fault_12_a_request_that_creates_something_names_a_key() {
    for operation in CREATE {
        let spoiled = [nowhere(Request::of(operation).without_header("Idempotency-Key"))];
        assert_refused(operation, 400, "idempotency-key-missing", spoiled).await;
    }
}

#[tokio::test]
async fn a_request_says_who_asks_in_32_bytes() {
    for operation in ASK_WHO_CALLS {
        let event = Request::of(operation);
        let nobody = [nowhere(event.clone().without_header("Guest-Token"))];
        assert_refused(operation, 401, "caller-unknown", nobody).await;
        let spoiled = ["", "guest", &"A".repeat(42), &"A".repeat(44), &"!".repeat(43)]
            .map(|token| (event.clone().header("Guest-Token", token), "/headers/Guest-Token".to_owned()));
        assert_refused(operation, 401, "caller-unknown", spoiled).await;
    }
}

#[tokio::test]
async fn what_came_of_an_action_is_printable_text_of_a_bounded_length() {
    let pointer = "/redirect_result";
    let spoiled = ["", " ", "with a space", "Ünlesbar", "line\nbreak", "nul\u{0}", &"r".repeat(20_001)];
    let spoiled = spoiled
        .map(|text| (Request::of("submit-action-result").with(pointer, json!(text)), pointer.to_owned()));
    assert_refused("submit-action-result", 400, "invalid-request", spoiled).await;
    let card = Request::of("submit-action-result").with(pointer, json!("X!4242424242424242=="));
    let refused = [(card, pointer.to_owned())];
    assert_refused("submit-action-result", 400, "card-data-not-accepted", refused).await;
}
