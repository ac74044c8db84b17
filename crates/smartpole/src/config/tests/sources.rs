//! What sources need of each other.

use expect_test::expect;

use super::{SOUND, mistakes, read};

#[test]
fn sources_need_names_sessions_and_addresses_of_their_own() {
    mistakes(
        r#"registry = "nowhere"
mqtt = [{ client_id = "a" }, { client_id = "a", name = "second" }]
[listener]
name = "broker"
address = "127.0.0.1:8080"
password_file = "users"
"#,
        &expect![[r#"
            smartpole.toml:1: registry: no folder nowhere
              hint: give the folder that holds poles.csv; a relative path begins at the configuration file
            smartpole.toml:2: mqtt.1.client_id: another client of this broker has it
              hint: give each client of a broker an identifier of its own: the broker throws out the former one
            smartpole.toml:4: listener.name: another source is called `broker`
              hint: give each source a name of its own: the ledger counts by it
            smartpole.toml:5: listener.address: http.listen is the same
              hint: give each a port of its own
            smartpole.toml:6: listener.password_file: no file users
              hint: give the path of a readable file
            5 mistakes"#]],
    );
}

#[test]
fn a_service_that_nothing_can_reach_is_a_mistake() {
    mistakes(
        "registry = \"registry\"\n",
        &expect![[r#"
        smartpole.toml: no messages can come in
          hint: add `[[mqtt]]` for your broker, `[listener]` for poles that connect directly, or `[udp]` for LoRaWAN gateways
        1 mistake"#]],
    );
}

#[test]
fn gateways_alone_are_a_source() {
    let (config, found) = read("registry = \"registry\"\n[udp]\nallow = [\"10.0.0.0/8\"]\n", &[]);
    assert_eq!(found, "");
    assert_eq!(config.udp.unwrap().allow, ["10.0.0.0/8".parse().unwrap()]);
}

#[test]
fn a_port_may_be_used_by_tcp_and_by_udp() {
    let text = format!("{SOUND}[http]\nlisten = \"127.0.0.1:1700\"\n[udp]\naddress = \"127.0.0.1:1700\"\n");
    assert_eq!(read(&text, &[]).1, "");
}

#[test]
fn mistakes_about_gateways_are_named_together() {
    mistakes(
        r#"registry = "registry"
[[mqtt]]
client_id = "a"
downlinks = true
[[mqtt]]
name = "second"
client_id = "a-downlinks"
[udp]
name = "broker"
address = "1700"
allow = ["10.0.0.1"]
known_per_s = 0
unkown_per_s = 5
window = 0
"#,
        &expect![[r#"
            smartpole.toml:7: mqtt.1.client_id: another client of this broker has it
              hint: give each client of a broker an identifier of its own: the broker throws out the former one
            smartpole.toml:9: udp.name: another source is called `broker`
              hint: give each source a name of its own: the ledger counts by it
            smartpole.toml:10: udp.address: expected an address and a port
              hint: write it like `address = "127.0.0.1:8080"`; 0.0.0.0 stands for every network
            smartpole.toml:11: udp.allow: expected networks
              hint: write it like `allow = ["10.0.0.0/8"]`; /32 stands for a single address
            smartpole.toml:12: udp.known_per_s: 0 is not within 1 and 1000000
              hint: 200 suits most
            smartpole.toml:13: udp.unkown_per_s: unknown key `unkown_per_s`
              hint: did you mean `unknown_per_s`?
            smartpole.toml:14: udp.window: 0 is not within 1 and 1000000
              hint: 20000 suits most
            7 mistakes"#]],
    );
}
