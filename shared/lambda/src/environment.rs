use std::collections::BTreeMap;

/// The settings of one function. In the cloud they are the process's variables; the local shop reads the same
/// variables from `template.yaml`.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
}

/// Settings that a function cannot start without.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("missing environment variables: {}", .0.join(", "))]
pub struct MissingVariables(pub Vec<String>);

impl Environment {
    /// The variables of this process.
    pub fn of_process() -> Self {
        Self { variables: std::env::vars().collect() }
    }

    /// Given variables, as the local shop and the tests do.
    pub fn of(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        Self { variables: variables.into_iter().collect() }
    }

    /// Every variable, for whoever starts a process with them.
    pub fn variables(&self) -> &BTreeMap<String, String> {
        &self.variables
    }

    /// A setting that may be absent.
    pub fn optional(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// A setting that is a whole number.
    ///
    /// # Errors
    /// Names the setting when it is missing or is no number.
    pub fn number(&self, name: &str) -> Result<u64, MissingVariables> {
        let number = self.optional(name).and_then(|text| text.parse().ok());
        number.ok_or_else(|| MissingVariables(vec![format!("{name} (a whole number)")]))
    }

    /// Settings that must all be there.
    ///
    /// # Errors
    /// Names every one that is missing, so that one look mends them all.
    pub fn required<const N: usize>(&self, names: [&str; N]) -> Result<[String; N], MissingVariables> {
        let missing: Vec<String> =
            names.iter().filter(|name| self.optional(name).is_none()).map(ToString::to_string).collect();
        if missing.is_empty() {
            Ok(names.map(|name| self.optional(name).unwrap_or_default().to_owned()))
        } else {
            Err(MissingVariables(missing))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fault_89_every_missing_setting_is_named_at_once() {
        let environment = Environment::of([("ORDERS_TABLE".to_owned(), "Orders".to_owned())]);
        assert_eq!(environment.required(["ORDERS_TABLE"]), Ok(["Orders".to_owned()]));
        let missing = environment.required(["STOCK_TABLE", "ORDERS_TABLE", "CATALOG_TABLE"]).unwrap_err();
        assert_eq!(missing.to_string(), "missing environment variables: STOCK_TABLE, CATALOG_TABLE");
    }
}
