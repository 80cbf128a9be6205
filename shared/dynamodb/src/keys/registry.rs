use super::Table;
use crate::{catalog, orders, reservations, statement, stock};

/// A kind of item.
pub struct Entity {
    /// What it is.
    pub kind: &'static str,
    /// Its table.
    pub table: Table,
    /// The form of its key.
    pub key: &'static str,
    /// Every attribute but the key. A name in angle brackets stands for many; `?` marks one that may be absent.
    pub attributes: &'static [&'static str],
    /// The operations that write it.
    pub written_by: &'static str,
}

/// A question that the code asks of a table, or a write that it makes.
pub struct AccessPattern {
    /// The question.
    pub question: &'static str,
    /// The call to DynamoDB.
    pub operation: &'static str,
    /// The key or the index that answers it.
    pub key: &'static str,
    /// The condition under which it happens.
    pub condition: &'static str,
    /// Where it is in the code.
    pub function: &'static str,
}

/// Every kind of item.
pub static ENTITIES: [Entity; 6] = [
    Entity {
        kind: "product",
        table: Table::Catalog,
        key: "product#<product id>",
        attributes: &[
            "product_id",
            "name",
            "category",
            "brand?",
            "description?",
            "images",
            "variants",
            "revision",
            "listing",
            "listing_position",
        ],
        written_by: "catalog editing",
    },
    Entity {
        kind: "SKU: a copy of its product, in no index",
        table: Table::Catalog,
        key: "sku#<sku>",
        attributes: &[
            "sku",
            "product_id",
            "name",
            "category",
            "brand?",
            "description?",
            "images",
            "variants",
            "revision",
        ],
        written_by: "catalog editing, with the product",
    },
    Entity {
        kind: "stock page",
        table: Table::Stock,
        key: "page#<sku>#<number>",
        attributes: &[
            "sku",
            "number",
            "capacity",
            "available",
            "sold",
            "sweep_shard",
            "sweep_at?",
            "hold:<reservation id>?",
        ],
        written_by: "every hold, release, expiry and payment",
    },
    Entity {
        kind: "supply",
        table: Table::Stock,
        key: "supply#<sku>",
        attributes: &["sku", "received", "pages"],
        written_by: "receipts",
    },
    Entity {
        kind: "reservation",
        table: Table::Orders,
        key: "reservation#<reservation id>",
        attributes: &[
            "reservation_id",
            "caller",
            "fingerprint",
            "lines",
            "totals",
            "holds",
            "state",
            "order_id?",
            "created_at",
            "expires_at",
            "wake",
        ],
        written_by: "create-reservation; its end: checkout, release-reservation, expire-reservation",
    },
    Entity {
        kind: "order",
        table: Table::Orders,
        key: "order#<order id>",
        attributes: &[
            "order_id",
            "reservation_id",
            "caller",
            "fingerprint",
            "contact",
            "shipping_address",
            "lines",
            "totals",
            "holds",
            "held_until",
            "state",
            "paid_at?",
            "retry_until?",
            "cancelled_at?",
            "attempts",
            "fallbacks",
            "return_url?",
            "version",
            "wake?",
            "wake_shard",
            "wake_at?",
            "created_at",
            "updated_at",
            "history",
        ],
        written_by: "checkout; then capture-payment, add-payment-method, expire-reservation",
    },
];

const READ: &str = "";

/// Every question and every write.
pub static ACCESS_PATTERNS: [AccessPattern; 20] = [
    AccessPattern {
        question: "the products on show, by id",
        operation: "Query",
        key: "index `listing`: `all`, after a product id",
        condition: READ,
        function: "`CatalogTable::list`",
    },
    AccessPattern {
        question: "the products of a category, by id",
        operation: "Query",
        key: "index `category`: category, after a product id",
        condition: READ,
        function: "`CatalogTable::list`",
    },
    AccessPattern {
        question: "one product",
        operation: "GetItem",
        key: "`product#<product id>`",
        condition: READ,
        function: "`CatalogTable::product`",
    },
    AccessPattern {
        question: "the products of a cart's SKUs",
        operation: "BatchGetItem",
        key: "`sku#<sku>` each",
        condition: READ,
        function: "`CatalogTable::products_of`",
    },
    AccessPattern {
        question: "put a product on show",
        operation: "TransactWriteItems",
        key: "`product#<product id>`, `sku#<sku>` each, and those that it drops",
        condition: catalog::REPLACE_IF,
        function: "`CatalogTable::put`",
    },
    AccessPattern {
        question: "how many pages SKUs have",
        operation: "BatchGetItem",
        key: "`supply#<sku>` each",
        condition: READ,
        function: "`StockTable::supplies`",
    },
    AccessPattern {
        question: "pages as they are now",
        operation: "BatchGetItem, consistent",
        key: "`page#<sku>#<number>` each",
        condition: READ,
        function: "`StockTable::pages`",
    },
    AccessPattern {
        question: "put units on sale",
        operation: "PutItem",
        key: "`page#<sku>#<number>`; `supply#<sku>`",
        condition: statement::ABSENT,
        function: "`StockTable::create_page`, `create_supply`",
    },
    AccessPattern {
        question: "give a hold's units back",
        operation: "UpdateItem",
        key: "`page#<sku>#<number>`",
        condition: stock::moves::MOVE_IF,
        function: "`StockTable::free`",
    },
    AccessPattern {
        question: "a reservation as it is now",
        operation: "GetItem, consistent",
        key: "`reservation#<reservation id>`",
        condition: READ,
        function: "`OrdersTable::reservation`",
    },
    AccessPattern {
        question: "an order as it is now",
        operation: "GetItem, consistent",
        key: "`order#<order id>`",
        condition: READ,
        function: "`OrdersTable::order`",
    },
    AccessPattern {
        question: "end a reservation",
        operation: "UpdateItem",
        key: "`reservation#<reservation id>`",
        condition: reservations::CLOSE_IF,
        function: "`OrdersTable::close`",
    },
    AccessPattern {
        question: "hold a cart",
        operation: "TransactWriteItems",
        key: "`reservation#<reservation id>`, absent; `page#<sku>#<number>` each",
        condition: stock::moves::HOLD_IF,
        function: "`PurchaseTables::reserve`",
    },
    AccessPattern {
        question: "turn a reservation into an order",
        operation: "TransactWriteItems",
        key: "`reservation#<reservation id>`; `order#<order id>`, absent; `page#<sku>#<number>` each, its hold as seen",
        condition: reservations::CHECK_OUT_IF,
        function: "`PurchaseTables::place`",
    },
    AccessPattern {
        question: "move an order on",
        operation: "UpdateItem; TransactWriteItems where its holds move",
        key: "`order#<order id>`; `page#<sku>#<number>` each, its hold as seen",
        condition: orders::RECORD_IF,
        function: "`PurchaseTables::record`",
    },
    AccessPattern {
        question: "wake an order's worker later",
        operation: "UpdateItem",
        key: "`order#<order id>`",
        condition: orders::RECORD_IF,
        function: "`PurchaseTables::postpone`",
    },
    AccessPattern {
        question: "pages whose next deadline may have passed",
        operation: "Query",
        key: "index `sweep`: shard, up to a time",
        condition: READ,
        function: "`PurchaseTables::pages_due`",
    },
    AccessPattern {
        question: "orders that were to be woken",
        operation: "Query",
        key: "index `wake`: shard, before a time",
        condition: READ,
        function: "`PurchaseTables::orders_due`",
    },
    AccessPattern {
        question: "look at a page again later, or not before it has a hold",
        operation: "UpdateItem",
        key: "`page#<sku>#<number>`",
        condition: stock::moves::POSTPONE_IF,
        function: "`PurchaseTables::postpone_page`",
    },
    AccessPattern {
        question: "everything, for an audit of a store at rest",
        operation: "Scan",
        key: "the tables Stock and Orders",
        condition: READ,
        function: "`PurchaseTables::books`",
    },
];
