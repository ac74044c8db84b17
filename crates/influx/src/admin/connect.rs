//! The client of `influxdb2`, on a connection set up by us.

use std::{fs, time::Duration};

use influxdb2::{Client, ClientBuilder};
use reqwest_0_11::{Certificate, ClientBuilder as HttpBuilder, redirect::Policy};

use super::AdminError;
use crate::{Options, Token};

pub(super) fn client(options: &Options, token: &Token, timeout: Duration) -> Result<Client, AdminError> {
    let url = options.server()?;
    if url.path() != "/" {
        // `influxdb2` would replace it
        return Err(AdminError::Path { path: url.path().to_owned() });
    }
    let header = token.header();
    let plain = header.to_str().unwrap_or_default().trim_start_matches("Token ");
    let builder = ClientBuilder::with_builder(http(options, timeout)?, url, &options.org, plain);
    builder.build().map_err(|_| AdminError::Tls)
}

fn http(options: &Options, timeout: Duration) -> Result<HttpBuilder, AdminError> {
    let agent = concat!("smartpole/", env!("CARGO_PKG_VERSION"));
    let mut builder =
        HttpBuilder::new().http1_only().redirect(Policy::none()).timeout(timeout).user_agent(agent).no_proxy();
    builder = builder.tls_built_in_root_certs(false);
    for certificate in roots(options)? {
        builder = builder.add_root_certificate(certificate);
    }
    Ok(builder)
}

/// Whom delivery trusts as well: the authorities of `ca_file`, or the system's.
fn roots(options: &Options) -> Result<Vec<Certificate>, AdminError> {
    let Some(path) = &options.ca_file else {
        let system = rustls_native_certs::load_native_certs().certs;
        return Ok(system.iter().filter_map(|der| Certificate::from_der(der).ok()).collect());
    };
    let unusable = |reason: String| crate::Error::Unusable { path: path.clone(), reason };
    let pem = fs::read(path).map_err(|source| crate::Error::ReadFile { path: path.clone(), source })?;
    let found = Certificate::from_pem_bundle(&pem).map_err(|error| unusable(error.to_string()))?;
    if found.is_empty() {
        return Err(unusable("it holds no certificate".to_owned()).into());
    }
    Ok(found)
}
