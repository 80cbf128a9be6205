use application::{CloseError, ReserveError};
use domain::reservation::{Reservation, ReservationState};
use domain::stock::Hold;
use domain::{Fingerprint, Idempotent};

use crate::samples::{HOLD_TIME, NOON, later, ordered, page, request, reservation, reserved};
use crate::world::World;

#[tokio::test]
async fn a_reservation_is_written_with_all_its_holds() {
    for world in World::both().await {
        world.put_on_sale("shirt", 12).await;
        world.put_on_sale("scarf", 5).await;
        let cart = [(page("shirt", 0), 10), (page("shirt", 1), 1), (page("scarf", 0), 5)];
        let reservation = reservation("reserve", &cart);
        assert_eq!(world.book.reserve(&reservation).await, Ok(Idempotent::Executed(())));
        assert_eq!(world.book.reservation(&reservation.id).await, Ok(Some(reservation.clone())));
        for (key, quantity) in cart {
            let page = world.page(&key).await;
            let held = Hold::Held { quantity, expires_at: NOON.plus(HOLD_TIME) };
            assert_eq!(page.holds[&reservation.id], held);
            assert_eq!(page.available + quantity, page.capacity);
        }
    }
}

#[tokio::test]
async fn a_reservation_that_nobody_made_is_not_there() {
    for world in World::both().await {
        assert_eq!(world.book.reservation(&request("nobody").reservation_id()).await, Ok(None));
    }
}

#[tokio::test]
async fn fault_38_94_a_repeated_reservation_takes_no_second_unit_whatever_it_asks_for() {
    for world in World::both().await {
        let first = reserved(&world).await;
        let other = Reservation {
            fingerprint: Fingerprint::of(["other"]),
            ..reservation("reserve", &[(page("shirt", 0), 9)])
        };
        for again in [&first, &other] {
            assert_eq!(world.book.reserve(again).await, Ok(Idempotent::AlreadyApplied(())));
        }
        assert_eq!(world.book.reservation(&first.id).await, Ok(Some(first)));
        assert_eq!(world.page(&page("shirt", 0)).await.available, 8);
    }
}

#[tokio::test]
async fn a_repeated_reservation_is_known_even_when_nothing_is_left() {
    for world in World::both().await {
        world.put_on_sale("shirt", 2).await;
        let all = reservation("reserve", &[(page("shirt", 0), 2)]);
        assert_eq!(world.book.reserve(&all).await, Ok(Idempotent::Executed(())));
        assert_eq!(world.book.reserve(&all).await, Ok(Idempotent::AlreadyApplied(())));
    }
}

#[tokio::test]
async fn too_few_units_on_one_page_leave_every_page_as_it_was() {
    for world in World::both().await {
        world.put_on_sale("shirt", 12).await;
        let wanted = reservation("reserve", &[(page("shirt", 0), 3), (page("shirt", 1), 3)]);
        let refused = world.book.reserve(&wanted).await;
        assert_eq!(refused, Err(ReserveError::Insufficient(vec![(page("shirt", 1), 2)])));
        assert_eq!(world.book.reservation(&wanted.id).await, Ok(None));
        assert_eq!(world.page(&page("shirt", 0)).await.available, 10);
        assert_eq!(world.page(&page("shirt", 1)).await.available, 2);
    }
}

#[tokio::test]
async fn fault_33_every_page_with_too_few_units_is_named_with_what_it_has() {
    for world in World::both().await {
        world.put_on_sale("shirt", 12).await;
        let cart = [(page("shirt", 1), 3), (page("shirt", 0), 10), (page("scarf", 4), 1)];
        let refused = world.book.reserve(&reservation("reserve", &cart)).await;
        let left = vec![(page("shirt", 1), 2), (page("scarf", 4), 0)];
        assert_eq!(refused, Err(ReserveError::Insufficient(left)));
    }
}

#[tokio::test]
async fn the_last_unit_is_held_by_one_of_many() {
    for world in World::both().await {
        world.put_on_sale("shirt", 1).await;
        let names: Vec<String> = (0..8).map(|number| format!("buyer-{number}")).collect();
        let mut winners = 0;
        for name in &names {
            match world.book.reserve(&reservation(name, &[(page("shirt", 0), 1)])).await {
                Ok(written) => winners += usize::from(written == Idempotent::Executed(())),
                Err(refusal) => {
                    assert_eq!(refusal, ReserveError::Insufficient(vec![(page("shirt", 0), 0)]));
                }
            }
        }
        assert_eq!(winners, 1);
    }
}

#[tokio::test]
async fn a_reservation_is_released_once() {
    for world in World::both().await {
        let released = reserved(&world).await.release().unwrap().into_inner();
        assert_eq!(world.closer.close(&released).await, Ok(()));
        assert_eq!(world.closer.close(&released).await, Err(CloseError::NotOpen));
        assert_eq!(world.book.reservation(&released.id).await, Ok(Some(released)));
    }
}

#[tokio::test]
async fn closing_frees_no_hold() {
    for world in World::both().await {
        let expired = reserved(&world).await.expire(later(600)).unwrap().into_inner();
        assert_eq!(world.closer.close(&expired).await, Ok(()));
        assert_eq!(world.page(&page("shirt", 0)).await.available, 8);
    }
}

#[tokio::test]
async fn whoever_closes_second_changes_nothing() {
    for world in World::both().await {
        let open = reserved(&world).await;
        let released = open.clone().release().unwrap().into_inner();
        let expired = open.expire(later(600)).unwrap().into_inner();
        assert_eq!(world.closer.close(&expired).await, Ok(()));
        assert_eq!(world.closer.close(&released).await, Err(CloseError::NotOpen));
        let stored = world.book.reservation(&released.id).await.unwrap().unwrap();
        assert_eq!(stored.state, ReservationState::Expired);
    }
}

#[tokio::test]
async fn an_ordered_reservation_is_not_closed() {
    for world in World::both().await {
        let (ordered, _) = ordered(&world).await;
        let released = Reservation { state: ReservationState::Released, ..ordered.clone() };
        assert_eq!(world.closer.close(&released).await, Err(CloseError::NotOpen));
        assert_eq!(world.book.reservation(&ordered.id).await, Ok(Some(ordered)));
    }
}

#[tokio::test]
async fn only_an_end_is_written_by_closing() {
    for world in World::both().await {
        let open = reserved(&world).await;
        let ordered = open.clone().check_out(request("checkout").order_id(), NOON).unwrap();
        assert_eq!(world.closer.close(&open).await, Err(CloseError::NotOpen));
        assert_eq!(world.closer.close(&ordered).await, Err(CloseError::NotOpen));
        assert_eq!(world.book.reservation(&open.id).await, Ok(Some(open)));
    }
}

#[tokio::test]
async fn a_reservation_that_nobody_made_is_not_closed() {
    for world in World::both().await {
        let nobody = reservation("nobody", &[(page("shirt", 0), 1)]).release().unwrap().into_inner();
        assert_eq!(world.closer.close(&nobody).await, Err(CloseError::NotOpen));
        assert_eq!(world.book.reservation(&nobody.id).await, Ok(None));
    }
}
