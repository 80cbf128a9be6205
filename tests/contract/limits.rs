use application::ClaimError;
use domain::Idempotent;
use domain::stock::LimitClaim;

use crate::samples::{limited, page, reservation};
use crate::world::World;

fn claim(key: &str, units: u32, limit: u32) -> LimitClaim {
    limited(reservation(key, &[(page("shirt", 0), units)]), limit).claims().next().unwrap()
}

#[tokio::test]
async fn a_customer_claims_up_to_the_limit_and_each_claim_once() {
    for world in World::both().await {
        let (first, second) = (claim("first", 2, 3), claim("second", 2, 3));
        assert_eq!(world.limits.claim(&first).await, Ok(Idempotent::Executed(())));
        assert_eq!(world.limits.claim(&first).await, Ok(Idempotent::AlreadyApplied(())));
        let Err(ClaimError::Reached(reached)) = world.limits.claim(&second).await else { panic!() };
        assert_eq!(
            reached.standing.standing().map(|claim| claim.reservation).collect::<Vec<_>>(),
            [first.reservation]
        );
        assert_eq!(world.limits.claim(&claim("second", 1, 3)).await, Ok(Idempotent::Executed(())));
        assert_eq!(world.books().await.limits[0].units, 3);
    }
}

#[tokio::test]
async fn more_than_the_limit_never_fits() {
    for world in World::both().await {
        assert!(matches!(world.limits.claim(&claim("first", 4, 3)).await, Err(ClaimError::Reached(_))));
        assert_eq!(world.books().await.limits, []);
    }
}

#[tokio::test]
async fn a_claim_is_given_back_once_and_only_as_it_was_made() {
    for world in World::both().await {
        let first = claim("first", 2, 3);
        let _claimed = world.limits.claim(&first).await.unwrap();
        let later_turn = LimitClaim { turn: 2, ..first.clone() };
        let more = LimitClaim { quantity: 1, ..first.clone() };
        for other in [&later_turn, &more] {
            assert_eq!(world.limits.give_back(other).await, Ok(Idempotent::AlreadyApplied(())));
            assert!(matches!(world.limits.claim(other).await, Err(ClaimError::Reached(_))));
        }
        assert_eq!(world.limits.give_back(&first).await, Ok(Idempotent::Executed(())));
        assert_eq!(world.limits.give_back(&first).await, Ok(Idempotent::AlreadyApplied(())));
        assert_eq!(world.limits.claim(&claim("second", 3, 3)).await, Ok(Idempotent::Executed(())));
    }
}
