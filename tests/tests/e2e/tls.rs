//! HTTPS and MQTT over TLS: a certificate for the service, one for each pole, and a new one without a restart.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use smartpole_tests::{Artefacts, Service, eventually, free_port, now, repository, smartpole};
use tokio::task::spawn_blocking;

/// A folder with an authority and what it certifies.
struct Authority {
    files: Artefacts,
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("an authority");
        let files = Artefacts::new("tls");
        fs::write(files.path().join("ca.pem"), issuer.pem()).expect("a temporary file");
        Self { files, issuer }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.files.path().join(name)
    }

    /// Writes `FILE.pem` and `FILE.key.pem` of somebody.
    fn certify(&self, file: &str, name: &str) {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(vec![name.to_owned(), "127.0.0.1".to_owned()]).expect("a name");
        // named as its issuer it would be taken for self-signed by OpenSSL
        params.distinguished_name.push(DnType::CommonName, name);
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        fs::write(self.path(&format!("{file}.key.pem")), key.serialize_pem()).expect("a temporary file");
        fs::write(self.path(&format!("{file}.pem")), certificate.pem()).expect("a temporary file");
    }

    /// What `mosquitto_pub` says when `as_whom` publishes for `device`; nothing if it was acknowledged.
    async fn publish(&self, port: u16, as_whom: &str, device: &str) -> String {
        let file = |name: String| self.path(&name).display().to_string();
        let payload = format!(r#"{{"time":"{}","values":{{"pm2_5":7.3}}}}"#, now());
        let arguments = [
            ("-h", "127.0.0.1".to_owned()),
            ("-p", port.to_string()),
            ("-q", "1".to_owned()),
            ("--cafile", file("ca.pem".to_owned())),
            ("--cert", file(format!("{as_whom}.pem"))),
            ("--key", file(format!("{as_whom}.key.pem"))),
            ("-t", format!("smartpole/castrop-rauxel/AM-01/{device}/up")),
            ("-m", payload),
        ];
        let mut command = Command::new("timeout");
        command
            .args(["10", "mosquitto_pub"])
            .args(arguments.into_iter().flat_map(|(key, value)| [key.to_owned(), value]));
        let output =
            spawn_blocking(move || command.output()).await.expect("no panic").expect("mosquitto_pub is installed");
        match output.status.success() {
            true => String::new(),
            false => format!("{}: {}", output.status, String::from_utf8_lossy(&output.stderr)),
        }
    }
}

fn configuration(authority: &Authority, http: u16, mqtt: u16) -> PathBuf {
    let (registry, folder) = (repository().join("deploy/castrop-rauxel"), authority.files.path().display());
    let text = format!(
        "data = \"{folder}/data\"\nregistry = \"{}\"\n[http]\nlisten = \"127.0.0.1:{http}\"\ncert_file = \"page.pem\"\nkey_file = \"page.key.pem\"\n\
         [listener]\naddress = \"127.0.0.1:{mqtt}\"\ncert_file = \"page.pem\"\nkey_file = \"page.key.pem\"\nclient_ca_file = \"ca.pem\"\n",
        registry.display()
    );
    let path = authority.path("smartpole.toml");
    fs::write(&path, text).expect("a temporary file");
    path
}

/// What the command line gets of the service, which it knows by the configured certificate.
async fn asked(config: &Path) -> (Option<i32>, String) {
    let config = config.display().to_string();
    spawn_blocking(move || smartpole(&["replay", "--dry-run", "--all", "--config", &config])).await.expect("no panic")
}

#[tokio::test(flavor = "multi_thread")]
async fn poles_show_certificates_and_a_new_one_of_the_service_is_in_force_without_a_restart() {
    let (authority, http, mqtt) = (Authority::new(), free_port(), free_port());
    for (file, name) in [("page", "luft.example.org"), ("air", "am-01-air"), ("other", "am-02-air")] {
        authority.certify(file, name);
    }
    let config = configuration(&authority, http, mqtt);
    let path = config.display().to_string();
    let service = Service::with_arguments(&["run", "--config", &path], &authority.path("service.log")).await;
    assert_eq!(service.api().base(), format!("https://127.0.0.1:{http}"));
    let (code, said) = asked(&config).await;
    assert_eq!(code, Some(0), "{said}");

    assert_eq!(authority.publish(mqtt, "air", "am-01-air").await, "");
    assert_ne!(authority.publish(mqtt, "other", "am-01-air").await, "", "another pole's");
    eventually("one message, and not the other", async || match asked(&config).await {
        (Some(0), said) if said.contains("1 message") => Ok(()),
        (code, said) => Err(format!("{code:?}: {said}")),
    })
    .await;

    let former = fs::read(authority.path("page.pem")).expect("the certificate");
    authority.certify("page", "luft.example.org");
    assert_ne!(former, fs::read(authority.path("page.pem")).expect("the certificate"));
    let (_, said) = asked(&config).await;
    assert!(said.contains("is not who it should be"), "the former one is still in force: {said}");
    eventually("the new certificate", async || match asked(&config).await {
        (Some(0), _) => Ok(()),
        (code, said) => Err(format!("{code:?}: {said}")),
    })
    .await;
    assert_eq!(authority.publish(mqtt, "air", "am-01-air").await, "", "the listener has it, too");
    assert!(!service.log().contains("PRIVATE KEY"));
}
