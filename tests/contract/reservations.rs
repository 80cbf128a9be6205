use application::{CloseError, PlanError, ReserveError};
use domain::reservation::{Reservation, ReservationState};
use domain::stock::{Hold, HoldRefused, PageKey};
use domain::{Fingerprint, Idempotent};

use crate::samples::{
    HOLD_TIME, NOON, later, limited, ordered, page, planned, request, reservation, reserved,
};
use crate::world::World;

/// A refusal by these pages, with what each has.
fn too_few(left: &[(PageKey, u32)]) -> ReserveError {
    let refused = |(page, available): &(PageKey, u32)| {
        (page.clone(), HoldRefused::Insufficient { available: *available })
    };
    ReserveError::Refused(left.iter().map(refused).collect())
}

#[tokio::test]
async fn a_cart_is_written_with_all_its_holds() {
    for world in World::both().await {
        world.put_on_sale("shirt", 12).await;
        world.put_on_sale("scarf", 5).await;
        let cart = [(page("shirt", 0), 10), (page("shirt", 1), 1), (page("scarf", 0), 5)];
        let reservation = reservation("reserve", &cart);
        assert_eq!(world.book.reserve(&reservation, None).await, Ok(()));
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
            assert_eq!(world.book.reserve(again, None).await, Err(ReserveError::Conflict));
            assert_eq!(world.book.plan(again, None).await, Err(PlanError::Conflict));
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
        assert_eq!(world.book.reserve(&all, None).await, Ok(()));
        assert_eq!(world.book.reserve(&all, None).await, Err(ReserveError::Conflict));
    }
}

#[tokio::test]
async fn too_few_units_on_one_page_leave_every_page_as_it_was() {
    for world in World::both().await {
        world.put_on_sale("shirt", 12).await;
        let wanted = reservation("reserve", &[(page("shirt", 0), 3), (page("shirt", 1), 3)]);
        let refused = world.book.reserve(&wanted, None).await;
        assert_eq!(refused, Err(too_few(&[(page("shirt", 1), 2)])));
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
        let refused = world.book.reserve(&reservation("reserve", &cart), None).await;
        assert_eq!(refused, Err(too_few(&[(page("shirt", 1), 2), (page("scarf", 4), 0)])));
    }
}

#[tokio::test]
async fn the_last_unit_is_held_by_one_of_many() {
    for world in World::both().await {
        world.put_on_sale("shirt", 1).await;
        let names: Vec<String> = (0..8).map(|number| format!("buyer-{number}")).collect();
        let mut winners = 0;
        for name in &names {
            match world.book.reserve(&reservation(name, &[(page("shirt", 0), 1)]), None).await {
                Ok(()) => winners += 1,
                Err(refusal) => assert_eq!(refusal, too_few(&[(page("shirt", 0), 0)])),
            }
        }
        assert_eq!(winners, 1);
    }
}

#[tokio::test]
async fn a_reservation_is_released_once() {
    for world in World::both().await {
        let released = reserved(&world).await.release().unwrap().into_inner();
        assert_eq!(world.closer.close(&released).await, Ok(released.clone()));
        assert_eq!(world.closer.close(&released).await, Err(CloseError::NotOpen));
        assert_eq!(world.book.reservation(&released.id).await, Ok(Some(released)));
    }
}

#[tokio::test]
async fn closing_frees_no_hold() {
    for world in World::both().await {
        let expired = reserved(&world).await.expire(later(600)).unwrap().into_inner();
        assert_eq!(world.closer.close(&expired).await, Ok(expired.clone()));
        assert_eq!(world.page(&page("shirt", 0)).await.available, 8);
    }
}

#[tokio::test]
async fn whoever_closes_second_changes_nothing() {
    for world in World::both().await {
        let open = reserved(&world).await;
        let released = open.clone().release().unwrap().into_inner();
        let expired = open.expire(later(600)).unwrap().into_inner();
        assert_eq!(world.closer.close(&expired).await, Ok(expired.clone()));
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

#[tokio::test]
async fn a_plan_is_written_once_and_only_over_what_it_was_made_from() {
    for world in World::both().await {
        world.put_on_sale("shirt", 20).await;
        let first = reservation("reserve", &[(page("shirt", 0), 2)]);
        assert_eq!(world.book.plan(&first, None).await, Ok(()));
        assert_eq!(world.book.plan(&first, None).await, Err(PlanError::Conflict));
        assert_eq!(world.page(&page("shirt", 0)).await.available, 10);

        let second = first.clone().replan(vec![planned(&page("shirt", 1), 2)]).unwrap();
        assert_eq!(world.book.plan(&second, Some(&first)).await, Ok(()));
        let other = first.clone().replan(vec![planned(&page("shirt", 3), 2)]).unwrap();
        assert_eq!(world.book.plan(&other, Some(&first)).await, Err(PlanError::Conflict));
        assert_eq!(world.book.reserve(&other, Some(&first)).await, Err(ReserveError::Conflict));

        let taken_over = second.clone().take_over();
        assert_eq!(world.book.plan(&taken_over, Some(&second)).await, Ok(()));
        let refused = second.clone().refuse().unwrap();
        assert_eq!(world.book.plan(&refused, Some(&second)).await, Err(PlanError::Conflict));
        assert_eq!(world.book.reservation(&first.id).await, Ok(Some(taken_over)));
    }
}

#[tokio::test]
async fn a_refused_reservation_is_opened_again_by_one() {
    for world in World::both().await {
        world.put_on_sale("shirt", 10).await;
        let open = reservation("reserve", &[(page("shirt", 0), 2)]);
        world.book.plan(&open, None).await.unwrap();
        let refused = open.clone().refuse().unwrap();
        world.book.plan(&refused, Some(&open)).await.unwrap();
        assert_eq!(
            world.closer.close(&open.clone().release().unwrap().into_inner()).await,
            Err(CloseError::NotOpen)
        );

        let fresh = Reservation { created_at: later(5), expires_at: later(605), ..open };
        let reopened = refused.clone().reopen(fresh).unwrap();
        assert_eq!(world.book.reserve(&reopened, Some(&refused)).await, Ok(()));
        assert_eq!(world.book.reserve(&reopened, Some(&refused)).await, Err(ReserveError::Conflict));
        assert_eq!(world.page(&page("shirt", 0)).await.available, 8);
        assert_eq!(world.book.reservation(&reopened.id).await, Ok(Some(reopened)));
    }
}

#[tokio::test]
async fn the_end_of_a_reservation_tells_all_that_was_planned_for_it() {
    for world in World::both().await {
        let seen = reserved(&world).await;
        let replanned = seen.clone().replan(vec![planned(&page("shirt", 1), 2)]).unwrap();
        world.book.plan(&replanned, Some(&seen)).await.unwrap();
        let closed = world.closer.close(&seen.release().unwrap().into_inner()).await.unwrap();
        assert_eq!((closed.holds, closed.tried), (replanned.holds, replanned.tried));
        assert_eq!(closed.state, ReservationState::Released);
    }
}

#[tokio::test]
async fn a_cart_is_held_with_its_claims_or_not_at_all() {
    for world in World::both().await {
        world.put_on_sale("shirt", 10).await;
        world.put_on_sale("scarf", 10).await;
        let cart = |key, shirts, scarves| {
            limited(reservation(key, &[(page("shirt", 0), shirts), (page("scarf", 0), scarves)]), 3)
        };
        // A claim that stands already, exactly so, is not made again.
        let first = cart("first", 2, 1);
        let claimed = world.limits.claim(&first.claims().next().unwrap()).await;
        assert_eq!(claimed, Ok(Idempotent::Executed(())));
        assert_eq!(world.book.reserve(&first, None).await, Ok(()));

        let second = cart("second", 2, 2);
        let Err(ReserveError::LimitReached(reached)) = world.book.reserve(&second, None).await else {
            panic!()
        };
        assert_eq!(
            reached.iter().map(|limit| (limit.sku.as_str(), limit.units)).collect::<Vec<_>>(),
            [("shirt", 2)]
        );
        assert_eq!(world.book.reservation(&second.id).await, Ok(None));
        assert_eq!(world.page(&page("scarf", 0)).await.available, 9);
        assert_eq!(world.book.reserve(&cart("third", 1, 2), None).await, Ok(()));
    }
}

#[tokio::test]
async fn an_end_that_was_decided_on_another_deadline_closes_nothing() {
    for world in World::both().await {
        let open = reserved(&world).await;
        let expired = open.clone().expire(later(600)).unwrap().into_inner();
        let refused = open.clone().refuse().unwrap();
        world.book.plan(&refused, Some(&open)).await.unwrap();
        let fresh = Reservation { created_at: later(600), expires_at: later(1_200), ..open };
        let reopened = refused.clone().reopen(fresh).unwrap();
        world.book.plan(&reopened, Some(&refused)).await.unwrap();

        assert_eq!(world.closer.close(&expired).await, Err(CloseError::NotOpen));
        assert_eq!(world.book.reservation(&reopened.id).await, Ok(Some(reopened)));
    }
}
