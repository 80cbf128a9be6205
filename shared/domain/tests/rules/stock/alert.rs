use domain::catalog::Availability;
use domain::stock::AlertKind;

#[test]
fn each_way_down_is_told_once_and_the_way_up_only_from_nothing() {
    use Availability::{InStock, Low, SoldOut};
    let told = [
        (InStock, Low, AlertKind::Low),
        (InStock, SoldOut, AlertKind::SoldOut),
        (Low, SoldOut, AlertKind::SoldOut),
        (SoldOut, Low, AlertKind::BackInStock),
        (SoldOut, InStock, AlertKind::BackInStock),
    ];
    for before in Availability::ALL {
        for after in Availability::ALL {
            let expected = told.iter().find(|(from, to, _)| (*from, *to) == (before, after));
            assert_eq!(
                AlertKind::of(before, after),
                expected.map(|(_, _, kind)| *kind),
                "{before:?} {after:?}"
            );
        }
    }
}

#[test]
fn a_kind_is_found_by_its_name() {
    for kind in AlertKind::ALL {
        assert_eq!(AlertKind::named(kind.as_str()), Some(kind));
    }
    assert_eq!(AlertKind::named("plenty"), None);
}
