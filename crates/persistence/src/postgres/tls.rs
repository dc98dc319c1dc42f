//! TLS to `PostgreSQL`, as libpq's `sslmode` has it.

use std::path::Path;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::ConnectError;
use crate::url::Encryption;

/// What tokio-postgres has to know.
pub(super) const fn ssl_mode(encryption: &Encryption) -> SslMode {
    match encryption {
        Encryption::Disable => SslMode::Disable,
        Encryption::Prefer => SslMode::Prefer,
        Encryption::Require | Encryption::VerifyAuthority(_) | Encryption::VerifyFull(_) => SslMode::Require,
    }
}

/// The TLS side of a connection; `None` when it is to be in clear.
pub(super) fn connector(encryption: &Encryption) -> Result<Option<MakeRustlsConnect>, ConnectError> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let check = match encryption {
        Encryption::Disable => return Ok(None),
        Encryption::Prefer | Encryption::Require => Check::Nothing,
        Encryption::VerifyAuthority(file) => {
            let trusted = certificates_of(file)?;
            Check::Issuer { chain: chain(&trusted, &provider)?, trusted, name: false }
        }
        Encryption::VerifyFull(file) => {
            let trusted = match file {
                Some(file) => certificates_of(file)?,
                None => certificates_of_system()?,
            };
            Check::Issuer { chain: chain(&trusted, &provider)?, trusted, name: true }
        }
    };
    let verifier = Arc::new(Verifier { check, provider: Arc::clone(&provider) });
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| ConnectError::Certificates(error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    Ok(Some(MakeRustlsConnect::new(config)))
}

fn certificates_of(file: &Path) -> Result<Vec<CertificateDer<'static>>, ConnectError> {
    let problem = |problem: String| {
        ConnectError::Certificates(format!("the certificates of sslrootcert, {}, {problem}", file.display()))
    };
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_file_iter(file)
        .map_err(|error| problem(format!("cannot be read: {error}")))?
        .collect();
    let certificates = certificates.map_err(|error| problem(format!("are not PEM: {error}")))?;
    if certificates.is_empty() {
        return Err(problem("are missing: the file has none in PEM".to_owned()));
    }
    Ok(certificates)
}

fn certificates_of_system() -> Result<Vec<CertificateDer<'static>>, ConnectError> {
    let found = rustls_native_certs::load_native_certs();
    if found.certs.is_empty() {
        return Err(ConnectError::Certificates(
            "sslmode=verify-full needs certificates: the system has none, so install ca-certificates or set \
             sslrootcert"
                .to_owned(),
        ));
    }
    Ok(found.certs)
}

#[derive(Debug)]
enum Check {
    Nothing,
    /// Who issued the certificate, and with `name` also for whom.
    Issuer {
        /// A server may present one of these itself, as servers with a self-signed certificate do.
        trusted: Vec<CertificateDer<'static>>,
        chain: Arc<WebPkiServerVerifier>,
        name: bool,
    },
}

fn chain(
    trusted: &[CertificateDer<'static>],
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<WebPkiServerVerifier>, ConnectError> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(trusted.iter().cloned());
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider)).build().map_err(
        |error| ConnectError::Certificates(format!("no certificate of sslrootcert is usable: {error}")),
    )
}

#[derive(Debug)]
struct Verifier {
    check: Check,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let Check::Issuer { trusted, chain, name } = &self.check else {
            return Ok(ServerCertVerified::assertion());
        };
        if trusted.iter().any(|root| root == certificate) {
            if *name {
                verify_server_name(&ParsedCertificate::try_from(certificate)?, server)?;
            }
            return Ok(ServerCertVerified::assertion());
        }
        match chain.verify_server_cert(certificate, intermediates, server, ocsp_response, now) {
            // The name is what is checked last.
            Err(rustls::Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if !name => Ok(ServerCertVerified::assertion()),
            outcome => outcome,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
