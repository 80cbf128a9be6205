use std::io::{self, Write};
use std::path::Path;

use crate::Shop;
use crate::aws::ACCOUNT;

/// To be pasted into a shell: one purchase of the demo catalog's drop, held, paid and watched; and a hold of what only
/// customers may have; and what is told of the stock.
const LINES: &str = r#"
Buy a shirt (paste into bash):

  SHOP=<shop>
  TOKEN=$(head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=\n')
  curl -s "$SHOP/products"; echo
  HELD=$(curl -s "$SHOP/reservations" -H "Guest-Token: $TOKEN" -H "Idempotency-Key: hold-$(date +%s%N)" -H 'Content-Type: application/json' -d '{"lines":[{"sku":"SHIRT-FINAL-M","quantity":1}]}'); echo "$HELD"
  RESERVATION=$(echo "$HELD" | sed -n 's/.*[{,]"id":"\([^"]*\)".*/\1/p')
  TOTAL=$(echo "$HELD" | sed -n 's/.*"total":\({[^}]*}\).*/\1/p')
  ORDER=$(curl -s "$SHOP/checkout" -H "Guest-Token: $TOKEN" -H "Idempotency-Key: checkout-$(date +%s%N)" -H 'Content-Type: application/json' -d '{"reservation_id":"'$RESERVATION'","contact":{"email":"fan@example.com"},"shipping_address":{"name":"Sam Fan","line1":"Stadium Road 1","city":"Berlin","postal_code":"10115","country":"DE"},"expected_total":'"$TOTAL"',"payment_methods":[{"gateway":"stripe","token":"pm_card_visa"}]}' | sed -n 's/.*[{,]"id":"\([^"]*\)".*/\1/p')
  sleep 1; curl -s "$SHOP/orders/$ORDER" -H "Guest-Token: $TOKEN"; echo
  curl -s <sandbox>/sandbox/charges; echo

Sign in, and hold what each customer may have two of:

  CUSTOMER=$(cargo run --quiet -- --customer-token ada<data>)
  curl -s "$SHOP/reservations" -H "Authorization: Bearer $CUSTOMER" -H "Idempotency-Key: hold-$(date +%s%N)" -H 'Content-Type: application/json' -d '{"lines":[{"sku":"SHIRT-SIGNED-M","quantity":2}]}'; echo

Hear what is low, sold out or back in stock, as whoever takes from the queue does:

  curl -s <queues> -H 'Content-Type: application/x-amz-json-1.0' -H 'X-Amz-Target: AmazonSQS.ReceiveMessage' -d '{"QueueUrl":"<queues>/<account>/matchday-stock-alerts","MaxNumberOfMessages":10}'; echo

"#;

pub(crate) fn print(shop: &Shop, data: Option<&Path>) -> io::Result<()> {
    let shop_url = format!("http://{}", shop.address());
    let sandbox = format!("http://{}", shop.sandbox_address());
    let data = data.map(|folder| format!(" --data '{}'", folder.display())).unwrap_or_default();
    let queues = format!("http://{}", shop.queues_address());
    let named = [
        ("<shop>", &*shop_url),
        ("<sandbox>", &*sandbox),
        ("<queues>", &*queues),
        ("<account>", ACCOUNT),
        ("<data>", &*data),
    ];
    let lines = named.iter().fold(LINES.to_owned(), |lines, (name, is)| lines.replace(name, is));
    io::stderr().lock().write_all(lines.as_bytes())
}
