use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;

use crate::template::Route;

/// Routes and what serves them.
pub(crate) struct Routes<T> {
    routes: Vec<(Pattern, T)>,
}

/// The route of one request.
#[derive(Debug)]
pub(super) struct Found<'a, T> {
    /// As the function is told, such as `POST /reservations`.
    pub(super) route: String,
    pub(super) parameters: BTreeMap<String, String>,
    pub(super) target: &'a T,
}

struct Pattern {
    route: Route,
    segments: Vec<Segment>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    Literal(String),
    Parameter(String),
    /// `{name+}`: this segment and all that follow.
    Rest(String),
}

impl Segment {
    fn of(text: &str) -> Self {
        let name = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
        match (name, name.and_then(|name| name.strip_suffix('+'))) {
            (Some(_), Some(name)) => Self::Rest(name.to_owned()),
            (Some(name), None) => Self::Parameter(name.to_owned()),
            (None, _) => Self::Literal(text.to_owned()),
        }
    }

    /// The more a segment says, the earlier its route is taken.
    fn rank(&self) -> u8 {
        match self {
            Self::Literal(_) => 0,
            Self::Parameter(_) => 1,
            Self::Rest(_) => 2,
        }
    }
}

impl<T> Routes<T> {
    pub(crate) fn of(routes: impl IntoIterator<Item = (Route, T)>) -> Self {
        let pattern = |route: Route| {
            let segments = route.path.trim_start_matches('/').split('/').map(Segment::of).collect();
            Pattern { route, segments }
        };
        let mut routes: Vec<(Pattern, T)> =
            routes.into_iter().map(|(route, target)| (pattern(route), target)).collect();
        // A full match before parameters, parameters before the rest; a method before any method.
        routes.sort_by_key(|(pattern, _)| {
            let ranks: Vec<u8> = pattern.segments.iter().map(Segment::rank).collect();
            (ranks, pattern.route.method == "ANY")
        });
        Self { routes }
    }

    pub(super) fn find(&self, method: &str, path: &str) -> Option<Found<'_, T>> {
        let segments = segments(path)?;
        self.routes.iter().find_map(|(pattern, target)| {
            let Route { method: wanted, path } = &pattern.route;
            if wanted != "ANY" && wanted != method {
                return None;
            }
            let parameters = parameters(&pattern.segments, &segments)?;
            Some(Found { route: format!("{wanted} {path}"), parameters, target })
        })
    }

    /// The methods that some route takes on this path; none when it is no route's path.
    pub(super) fn methods(&self, path: &str) -> Vec<&str> {
        let segments = segments(path).unwrap_or_default();
        let on_path =
            self.routes.iter().filter(|(pattern, _)| parameters(&pattern.segments, &segments).is_some());
        on_path.map(|(pattern, _)| pattern.route.method.as_str()).collect()
    }
}

fn segments(path: &str) -> Option<Vec<String>> {
    let decoded = |segment| percent_decode_str(segment).decode_utf8_lossy().into_owned();
    Some(path.strip_prefix('/')?.split('/').map(decoded).collect())
}

fn parameters(pattern: &[Segment], segments: &[String]) -> Option<BTreeMap<String, String>> {
    let mut parameters = BTreeMap::new();
    let mut segments = segments.iter();
    for wanted in pattern {
        let segment = segments.next()?;
        match wanted {
            Segment::Literal(text) if text == segment => {}
            Segment::Literal(_) => return None,
            Segment::Parameter(_) if segment.is_empty() => return None,
            Segment::Parameter(name) => drop(parameters.insert(name.clone(), segment.clone())),
            Segment::Rest(name) => {
                let rest =
                    segments.by_ref().fold(segment.clone(), |rest, segment| format!("{rest}/{segment}"));
                parameters.insert(name.clone(), rest);
            }
        }
    }
    segments.next().is_none().then_some(parameters)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routes() -> Routes<&'static str> {
        let route = |method: &str, path: &str| Route { method: method.to_owned(), path: path.to_owned() };
        Routes::of([
            (route("GET", "/orders/{order_id}"), "one"),
            (route("GET", "/orders/latest"), "latest"),
            (route("ANY", "/files/{path+}"), "files"),
            (route("POST", "/orders/{order_id}/cancel"), "cancel"),
        ])
    }

    #[test]
    fn a_literal_path_goes_before_a_parameter() {
        let routes = routes();
        assert_eq!(*routes.find("GET", "/orders/latest").unwrap().target, "latest");
        let found = routes.find("GET", "/orders/a%2Fb").unwrap();
        assert_eq!((*found.target, found.route.as_str()), ("one", "GET /orders/{order_id}"));
        assert_eq!(found.parameters, BTreeMap::from([("order_id".to_owned(), "a/b".to_owned())]));
    }

    #[test]
    fn a_greedy_parameter_takes_the_rest_for_any_method() {
        let routes = routes();
        let found = routes.find("DELETE", "/files/a/b.txt").unwrap();
        assert_eq!(found.parameters["path"], "a/b.txt");
        assert_eq!(found.route, "ANY /files/{path+}");
    }

    #[test]
    fn another_method_another_depth_or_an_empty_parameter_is_no_route() {
        let routes = routes();
        for (method, path) in [
            ("POST", "/orders/1"),
            ("GET", "/orders"),
            ("GET", "/orders/"),
            ("GET", "/orders/1/cancel"),
            ("GET", "/orders/1/"),
            ("GET", "*"),
        ] {
            assert!(routes.find(method, path).is_none(), "{method} {path}");
        }
    }
}
