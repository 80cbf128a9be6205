use crate::answer::redacted;
use crate::contract::{self, DOCUMENT};
use crate::request::{ROUTES, Request, WEBHOOKS};
use crate::shop::Shop;

#[tokio::test]
async fn the_document_is_served_as_it_is_in_the_repository() {
    let shop = Shop::open().await;
    let mut answer = shop.succeed("get-openapi").await;
    assert_eq!(std::mem::take(&mut answer.text), DOCUMENT);
    let _redacted = redacted();
    insta::assert_snapshot!(answer.shown());
}

#[tokio::test]
async fn a_client_that_has_the_document_is_not_sent_it_again() {
    let shop = Shop::open().await;
    let tag = shop.succeed("get-openapi").await.header("ETag").unwrap().to_owned();
    let answer = shop.ask(&Request::of("get-openapi").header("If-None-Match", &tag)).await;
    assert_eq!((answer.status, answer.text.as_str()), (304, ""));
}

#[test]
fn every_operation_of_the_document_is_asked_here() {
    assert_eq!(contract::operations(), ROUTES.into_iter().chain(WEBHOOKS).collect());
}
