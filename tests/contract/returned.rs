use application::ChangeError;
use domain::order::{RefundRequest, ReturnedLine};
use domain::payment::Outcome;
use domain::{Money, Quantity};

use crate::samples::{NOON, later, ordered, page};
use crate::world::World;

#[tokio::test]
async fn units_that_came_back_are_free_on_their_page_once_and_read_back_with_their_refund() {
    for world in World::both().await {
        let (_, change) = ordered(&world).await;
        let paid = change.order.record(Outcome::Captured, later(1)).unwrap();
        world.ledger.record(&paid).await.unwrap();
        let sold = world.page(&page("shirt", 0)).await;
        assert_eq!((sold.available, sold.sold), (8, 2));

        let request = RefundRequest {
            reference: "claim-1".parse().unwrap(),
            amount: Money::new(5, "EUR".parse().unwrap()).unwrap(),
            returned: vec![ReturnedLine {
                sku: "shirt".parse().unwrap(),
                quantity: Quantity::parse(1).unwrap(),
            }],
        };
        let change = paid.order.refund(request, NOON).unwrap().into_inner();
        assert_eq!(world.ledger.record(&change).await, Ok(()));
        assert_eq!(world.ledger.record(&change).await, Err(ChangeError::Conflict));
        let back = world.page(&page("shirt", 0)).await;
        assert_eq!((back.available, back.sold), (9, 1));
        assert_eq!(world.ledger.order(&change.order.id).await, Ok(Some(change.order)));
    }
}
