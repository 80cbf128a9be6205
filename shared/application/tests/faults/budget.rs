use application::capture_payment::{Ports, capture_payment};
use application::{Budget, Clock, Failure};
use domain::order::OrderState;
use domain::payment::{AttemptState, Operation};
use memory::Call;

use crate::shop::{MINUTE, Shop};
use crate::slow::{Hangs, SlowGateway, run_until_it_hangs};

/// A worker of thirty seconds whose calls last six, a while after it began.
fn budget(shop: &Shop, left: u32) -> Budget {
    Budget { ends_at: shop.clock.now().plus(MINUTE / 60 * left), call_max: MINUTE / 10 }
}

#[tokio::test]
async fn fault_91_no_call_begins_without_its_time_and_two_seconds_and_the_message_comes_again() {
    let shop = Shop::open().await;
    let order = shop.order_shirts().await;
    let gateways = shop.gateways();
    let short = Ports { budget: budget(&shop, 7), ..shop.capture_ports(&gateways) };
    assert_eq!(capture_payment(&short, &order.id).await, Err(Failure::Throttled));
    assert!(shop.gateway.calls().is_empty());
    assert_eq!(shop.order(&order.id).await, order);

    let enough = Ports { budget: budget(&shop, 8), ..shop.capture_ports(&gateways) };
    assert_eq!(capture_payment(&enough, &order.id).await, Ok(()));
    assert!(matches!(shop.order(&order.id).await.state, OrderState::Paid { .. }));
}

#[tokio::test]
async fn fault_91_a_claimed_call_for_which_the_time_ran_out_is_no_doubt_and_is_made_by_the_next() {
    let shop = Shop::open().await;
    let order = shop.order_shirts().await;
    let slow = SlowGateway::new(&shop.gateway, Call::Open, Hangs::WithItsAnswer);
    let gateways = slow.gateways();
    let ports = shop.capture_ports(&gateways);
    {
        let mut worker = Box::pin(capture_payment(&ports, &order.id));
        run_until_it_hangs(&mut worker);
        shop.clock.advance(MINUTE / 2);
        slow.go_on();
        assert_eq!(worker.await, Ok(()));
    }
    let seen = shop.order(&order.id).await;
    let attempt = seen.attempt().unwrap();
    assert!(matches!(attempt.state, AttemptState::Ready { operation: Operation::Confirm, tries: 1 }));
    assert!(attempt.undoubted, "nothing was sent that could have charged");
    shop.clock.advance(MINUTE / 10);
    shop.capture(&order.id).await;
    assert!(matches!(shop.order(&order.id).await.state, OrderState::Paid { .. }));
}
