use crate::request::{OF_WHAT_WAS_MADE, Request};
use crate::shop::Shop;

#[tokio::test]
async fn fault_21_what_another_guest_made_answers_like_what_is_not_there() {
    let empty = Shop::open().await;
    let shop = Shop::open().await;
    shop.declined_order().await;
    let before = shop.records();
    for operation in OF_WHAT_WAS_MADE.into_iter().chain(["checkout"]) {
        let stranger = Request::of(operation).guest(2);
        let answer = shop.ask(&stranger).await;
        assert_eq!(answer.status, 404, "{operation}");
        assert_eq!(answer, empty.ask(&stranger).await, "{operation}");
    }
    assert_eq!(shop.records(), before);
}

#[tokio::test]
async fn fault_21_an_open_reservation_is_not_anothers_to_check_out() {
    let shop = Shop::open().await;
    shop.succeed("create-reservation").await;
    let answer = shop.ask(&Request::of("checkout").guest(2)).await;
    assert_eq!(answer.refusal(), (404, "not-found".to_owned(), "/reservation_id".to_owned()));
    assert_eq!(shop.orders(), 0);
    assert_eq!(shop.succeed("get-reservation").await.text_at("/state"), "held");
}
