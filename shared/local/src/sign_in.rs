//! The issuer of the local shop's customers: who prints a token, and how the shop knows it.
//!
//! The program that prints and the one that serves are two processes, and either may come first. They share a private
//! key in a file, which whoever needs it first makes.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use domain::Timestamp;
use jsonwebtoken::jwk::{Jwk, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde::Serialize;
use serde_json::{Value, json};

/// Who makes the tokens. No deployed shop has this issuer.
pub(crate) const ISSUER: &str = "matchday-local";
/// Whom they are for.
pub(crate) const AUDIENCE: &str = "matchday-local-storefront";

/// How long a token is good for.
const LIFE: Duration = Duration::from_secs(24 * 60 * 60);

const KEY_FILE: &str = "customers.pk8";

/// Makes tokens for customers of the local shop, and shows the key that verifies them.
#[derive(Clone, Debug)]
pub(crate) struct CustomerTokens {
    data: Option<PathBuf>,
}

/// What a token says, as Cognito says it in an access token.
#[derive(Serialize)]
struct Claims<'a> {
    iss: &'static str,
    sub: &'a str,
    client_id: &'static str,
    token_use: &'static str,
    iat: i64,
    exp: i64,
}

impl CustomerTokens {
    /// Tokens for the shop that keeps its files in this folder, or for those that forget everything.
    pub(crate) fn of(data: Option<&Path>) -> Self {
        Self { data: data.map(Path::to_owned) }
    }

    /// A token that names this customer.
    pub(crate) fn token(&self, customer: &str, now: Timestamp) -> io::Result<String> {
        let (key, shown) = self.key()?;
        let header = Header { kid: shown.common.key_id, ..Header::new(Algorithm::ES256) };
        let seconds = |time: Timestamp| time.as_millis() / 1_000;
        let claims = Claims {
            iss: ISSUER,
            sub: customer,
            client_id: AUDIENCE,
            token_use: "access",
            iat: seconds(now),
            exp: seconds(now.plus(LIFE)),
        };
        encode(&header, &claims, &key).map_err(io::Error::other)
    }

    /// The JWKS document with the public half of the key.
    pub(crate) fn keys(&self) -> io::Result<Value> {
        let (_, shown) = self.key()?;
        Ok(json!({ "keys": [shown] }))
    }

    /// The private key, made now if nobody has made it yet, and its public half.
    fn key(&self) -> io::Result<(EncodingKey, Jwk)> {
        let path = self.folder()?.join(KEY_FILE);
        let read = || match std::fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                make(&path)?;
                std::fs::read(&path)
            }
            read => read,
        };
        let key = read().map(|document| EncodingKey::from_ec_der(&document));
        key.and_then(|key| shown(&key).map(|shown| (key, shown)))
            .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
    }

    /// Where the key is.
    ///
    /// A shop with a folder has its key there, and tokens for it open no other shop. The others share a key in the
    /// user's state folder (`$XDG_STATE_HOME` of the XDG Base Directory Specification): both processes find it without
    /// being told, it outlives a restart, and, unlike in a temporary folder, nobody else can have put it there.
    fn folder(&self) -> io::Result<PathBuf> {
        if let Some(data) = &self.data {
            return Ok(data.clone());
        }
        let state = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
        let state = state.or_else(|| std::env::home_dir().map(|home| home.join(".local/state")));
        let state = state.ok_or_else(|| io::Error::other("there is no home folder; give --data DIR"))?;
        Ok(state.join("matchday"))
    }
}

/// Puts a new key there, whole and for its owner's eyes alone (a temporary file has mode 0600), unless another process
/// has just done so.
fn make(path: &Path) -> io::Result<()> {
    let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
        .map_err(io::Error::other)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(document.as_ref())?;
    match file.persist_noclobber(path) {
        Err(refused) if refused.error.kind() != io::ErrorKind::AlreadyExists => Err(refused.error),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// The public half, under its RFC 7638 thumbprint.
fn shown(key: &EncodingKey) -> io::Result<Jwk> {
    let mut shown = Jwk::from_encoding_key(key, Algorithm::ES256).map_err(io::Error::other)?;
    shown.common.key_id = Some(shown.thumbprint(ThumbprintHash::SHA256).map_err(io::Error::other)?);
    shown.common.public_key_use = Some(PublicKeyUse::Signature);
    Ok(shown)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn tokens() -> (CustomerTokens, tempfile::TempDir) {
        let data = tempfile::tempdir().unwrap();
        (CustomerTokens::of(Some(&data.path().join("data"))), data)
    }

    #[test]
    fn the_key_is_made_once_for_its_owner_and_never_shown_whole() {
        let (tokens, _data) = tokens();
        let keys = tokens.keys().unwrap();
        assert_eq!(tokens.keys().unwrap(), keys);
        let mode = std::fs::metadata(tokens.folder().unwrap().join(KEY_FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let members: Vec<_> = keys["keys"][0].as_object().unwrap().keys().cloned().collect();
        assert_eq!(members, ["alg", "crv", "kid", "kty", "use", "x", "y"]);
    }

    #[test]
    fn two_processes_that_need_the_key_at_once_end_up_with_the_same() {
        let (tokens, _data) = tokens();
        let keys = std::thread::scope(|scope| {
            let processes = [(); 8].map(|()| scope.spawn(|| tokens.keys().unwrap()));
            processes.map(|process| process.join().unwrap())
        });
        assert!(keys.windows(2).all(|pair| pair[0] == pair[1]), "{keys:?}");
    }

    #[test]
    fn a_key_that_cannot_be_read_is_named_and_not_replaced() {
        let (tokens, _data) = tokens();
        std::fs::create_dir_all(tokens.folder().unwrap().join(KEY_FILE)).unwrap();
        let error = tokens.token("ada", Timestamp::from_millis(0)).unwrap_err();
        assert!(error.to_string().contains(KEY_FILE), "{error}");
    }
}
