use std::collections::BTreeMap;

use application::Failure;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::Sku;
use domain::catalog::{LowStock, Product, Variant};

use crate::attribute::{self, Fields, Item, add, list, money, number, text, time};
use crate::keys;

/// A product as it stands in the lists.
pub(crate) fn shown(product: &Product, revision: u64) -> Item {
    let mut item = fields(product, revision);
    item.insert(keys::PARTITION.to_owned(), text(keys::product(&product.id)));
    item.insert(keys::LISTING.partition.to_owned(), text(keys::EVERY_PRODUCT));
    item.insert(keys::LISTING.place.to_owned(), text(product.id.as_str()));
    item
}

/// The copy of a product under one of its SKUs, in no list.
pub(crate) fn copy(product: &Product, sku: &Sku, revision: u64) -> Item {
    let mut item = fields(product, revision);
    item.insert(keys::PARTITION.to_owned(), text(keys::sku(sku)));
    item.insert("sku".to_owned(), text(sku.as_str()));
    item
}

fn fields(product: &Product, revision: u64) -> Item {
    let mut item = attribute::item([
        ("product_id", text(product.id.as_str())),
        ("name", text(product.name.as_str())),
        ("category", text(product.category.as_str())),
        ("images", list(product.images.iter().map(text))),
        ("variants", list(product.variants.iter().map(variant))),
        ("revision", number(revision)),
    ]);
    add(&mut item, "brand", product.brand.as_deref().map(text));
    add(&mut item, "description", product.description.as_deref().map(text));
    item
}

fn variant(variant: &Variant) -> AttributeValue {
    let attributes = variant.attributes.iter().map(|(name, value)| (name.clone(), text(value.as_str())));
    let mut item = attribute::item([
        ("sku", text(variant.sku.as_str())),
        ("attributes", AttributeValue::M(attributes.collect())),
        ("price", money(variant.price)),
        ("low_stock", low_stock(variant.low_stock)),
    ]);
    add(&mut item, "limit_per_customer", variant.limit_per_customer.map(number));
    add(&mut item, "on_sale_from", variant.on_sale_from.map(time));
    AttributeValue::M(item)
}

fn low_stock(low: LowStock) -> AttributeValue {
    let mut item = attribute::item([("at", number(low.at))]);
    add(&mut item, "limit_per_customer", low.limit_per_customer.map(number));
    AttributeValue::M(item)
}

fn read_low_stock(fields: Fields<'_>) -> Result<LowStock, Failure> {
    Ok(LowStock {
        at: fields.number("at")?,
        limit_per_customer: fields.optional("limit_per_customer", Fields::number)?,
    })
}

/// The product of an item.
pub(crate) fn product(item: &Item) -> Result<Product, Failure> {
    let fields = Fields(item);
    let image = |value: &AttributeValue| value.as_s().cloned().map_err(|_| Failure::Unreadable("images"));
    Ok(Product {
        id: fields.parsed("product_id")?,
        name: fields.owned("name")?,
        category: fields.owned("category")?,
        brand: fields.optional("brand", Fields::owned)?,
        description: fields.optional("description", Fields::owned)?,
        images: fields.list("images")?.iter().map(image).collect::<Result<_, _>>()?,
        variants: fields.list_of("variants", read_variant)?,
    })
}

/// How often the product was put.
pub(crate) fn revision(item: &Item) -> Result<u64, Failure> {
    Fields(item).number("revision")
}

/// The SKU under which a copy stands.
pub(crate) fn copied_for(copy: &Item) -> Result<Sku, Failure> {
    Fields(copy).parsed("sku")
}

fn read_variant(fields: Fields<'_>) -> Result<Variant, Failure> {
    let word = |(name, value): (&String, &AttributeValue)| {
        let value = value.as_s().map_err(|_| Failure::Unreadable("attributes"))?;
        Ok((name.clone(), value.clone()))
    };
    let attributes = fields.map("attributes")?.0.iter().map(word).collect::<Result<BTreeMap<_, _>, _>>()?;
    Ok(Variant {
        sku: fields.parsed("sku")?,
        attributes,
        price: fields.money("price")?,
        limit_per_customer: fields.optional("limit_per_customer", Fields::number)?,
        on_sale_from: fields.optional("on_sale_from", Fields::time)?,
        low_stock: read_low_stock(fields.map("low_stock")?)?,
    })
}
