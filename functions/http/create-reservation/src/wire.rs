use application::create_reservation::{Cart, CartLine, CartRefused};
use application::get_reservation::standing;
use application::{Clock, Orders};
use domain::reservation::{Reservation, Standing};
use domain::{Currency, Idempotent, Quantity, Sku};
use lambda::http::Response;
use lambda::problem::Problem;
use lambda::resource;
use lambda::wire::{Integer, Money, Parsed};
use serde::Deserialize;

/// What a client asks to be held.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    lines: Vec<Line>,
    currency: Option<Parsed<Currency>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    sku: Parsed<Sku>,
    quantity: Integer,
    unit_price: Option<Money>,
}

impl Body {
    /// The cart, its lines of one SKU merged.
    pub(crate) fn read(self) -> Result<Cart, Problem> {
        let lines =
            self.lines.into_iter().enumerate().map(|(place, line)| line.read(&format!("/lines/{place}")));
        let lines = lines.collect::<Result<Vec<_>, _>>()?;
        Cart::new(lines, self.currency.map(|currency| currency.0)).map_err(refused)
    }
}

impl Line {
    fn read(self, at: &str) -> Result<CartLine, Problem> {
        let quantity = Quantity::parse(self.quantity.0)
            .map_err(|error| Problem::out_of_range(format!("{at}/quantity"), error.to_string()))?;
        let unit_price = self.unit_price.map(|price| price.read(&format!("{at}/unit_price"))).transpose()?;
        Ok(CartLine { sku: self.sku.0, quantity, unit_price })
    }
}

fn refused(refusal: CartRefused) -> Problem {
    match refusal {
        CartRefused::Empty
        | CartRefused::TooManyLines
        | CartRefused::TooManyUnits(_)
        | CartRefused::TwoPrices(_) => Problem::out_of_range("/lines", refusal.to_string()),
    }
}

/// The answer to the first request, and to every repetition of it.
pub(crate) async fn respond(
    reservation: &Idempotent<Reservation>,
    orders: &dyn Orders,
    clock: &dyn Clock,
) -> Result<Response, Problem> {
    let is_replay = reservation.is_replay();
    let (reservation, standing) = match reservation {
        Idempotent::Executed(reservation) => (reservation, Standing::Held),
        Idempotent::AlreadyApplied(earlier) => (earlier, standing(orders, clock, earlier).await?),
    };
    Response::created(format!("/reservations/{}", reservation.id))
        .replayed(is_replay)
        .json(&resource::reservation::Reservation::shown(reservation, standing))
}
