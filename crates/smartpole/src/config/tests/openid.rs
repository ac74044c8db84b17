//! The provider by which people log in.

use std::fs;

use expect_test::expect;
use smartpole_access::{Role, Zones};
use smartpole_openid::May;

use super::{SHIPPED, SOUND, mistakes, read};

const PUBLISH: &str = "[publish]\nbase_url = \"https://luft.example.org\"\n";

#[test]
fn the_provider_and_its_roles_are_read_with_those_of_the_environment() {
    let text = format!(
        "{SOUND}{PUBLISH}[access.openid]\nissuer = \"https://login.example.org\"\nclient_id = \"smartpole\"\n\
         client_secret_file = \"token\"\nscopes = [\"groups\"]\n[access.openid.roles]\nplanning = \"planner\"\n\
         old-town = {{ role = \"operator\", zones = [\"altstadt\"] }}\n"
    );
    let (config, found) = read(&text, &[("SMARTPOLE__ACCESS__OPENID__LABEL", "Mit der Stadt anmelden")]);
    assert_eq!(found, "");
    let openid = config.openid.unwrap();
    assert!(openid.client_secret_file.as_ref().unwrap().is_absolute(), "it is relative to the file");
    assert_eq!((openid.label(), openid.role_claim.as_str()), (Some("Mit der Stadt anmelden"), "groups"));
    assert_eq!(openid.roles.of(["planning"]), Some(May { role: Role::Planner, zones: Zones::ALL }));
    let old_town = Some(May { role: Role::Operator, zones: Zones::only(["altstadt"]) });
    assert_eq!(openid.roles.of(["old-town"]), old_town);
    assert_eq!(read(SOUND, &[]).0.openid, None);
}

#[test]
fn every_mistake_of_the_provider_is_named_at_once() {
    mistakes(
        &format!(
            "{SOUND}[access]\naudit_days = 0\n[access.openid]\nissuer = \"http://login.example.org\"\nclient = \"x\"\n\
             client_secret_file = \"none\"\nca_file = \"none.pem\"\nscopes = \"groups\"\n[access.openid.roles]\n\
             a = \"boss\"\nb = \"public\"\nc = {{ role = \"planer\" }}\nd = {{ zones = [\"x\"] }}\ne = 5\n"
        ),
        &expect![[r#"
            smartpole.toml:5: access.audit_days: is too short or too long
              hint: give 1 to 3660 days, as your rules of data protection say; 365 is common
            smartpole.toml:6: access.openid: needs `[publish] base_url`, which is missing
              hint: add `base_url = "https://…"` to [publish]: the provider leads browsers back there
            smartpole.toml:6: access.openid.client_id: is missing or has control characters
              hint: give the name under which the provider knows this service
            smartpole.toml:7: access.openid.issuer: is missing or no address by https
              hint: write it like "https://login.example.org/realms/city", as its /.well-known/openid-configuration does
            smartpole.toml:8: access.openid.client: unknown key `client`
              hint: remove it, or use one of issuer, client_id, client_secret_file, client_secret_env, label, role_claim, scopes, ca_file, roles
            smartpole.toml:9: access.openid.client_secret_file: no file none
              hint: give the path of a readable file
            smartpole.toml:10: access.openid.ca_file: no file none.pem
              hint: give the path of a readable file
            smartpole.toml:11: access.openid.scopes: expected a list, found string "groups"
              hint: write it in brackets: ["one", "two"]
            smartpole.toml:13: access.openid.roles.a: gives no role: there are planner, operator and admin
              hint: write it like `smartpole-planning = "planner"`, or `{ role = "planner", zones = ["altstadt"] }`
            smartpole.toml:14: access.openid.roles.b: gives no role: there are planner, operator and admin
              hint: write it like `smartpole-planning = "planner"`, or `{ role = "planner", zones = ["altstadt"] }`
            smartpole.toml:15: access.openid.roles.c.role: unknown word `planer`
              hint: did you mean `planner`?
            smartpole.toml:16: access.openid.roles.d: gives no role: there are planner, operator and admin
              hint: write it like `smartpole-planning = "planner"`, or `{ role = "planner", zones = ["altstadt"] }`
            smartpole.toml:17: access.openid.roles.e: gives no role: there are planner, operator and admin
              hint: write it like `smartpole-planning = "planner"`, or `{ role = "planner", zones = ["altstadt"] }`
            13 mistakes"#]],
    );
    mistakes(
        &format!(
            "{SOUND}[publish]\nbase_url = \"http://luft.example.org\"\n[access.openid]\nclient_secret = \"oops\"\n\
             client_secret_env = \"A\"\nclient_secret_file = \"registry/empty\"\n"
        ),
        &expect![[r#"
            smartpole.toml:6: access.openid: needs a `[publish] base_url` by https
              hint: add `base_url = "https://…"` to [publish]: the provider leads browsers back there
            smartpole.toml:6: access.openid.client_id: is missing or has control characters
              hint: give the name under which the provider knows this service
            smartpole.toml:6: access.openid.issuer: is missing or no address by https
              hint: write it like "https://login.example.org/realms/city", as its /.well-known/openid-configuration does
            smartpole.toml:6: access.openid.roles: nobody would get a role
              hint: add the table [access.openid.roles]
            smartpole.toml:7: access.openid.client_secret: unknown key `client_secret`
              hint: a secret stands in a file of its own: name it by `client_secret_file`
            smartpole.toml:8: access.openid.client_secret_env: `client_secret_file` is there as well
              hint: remove one of them
            smartpole.toml:9: access.openid.client_secret_file: no file registry/empty
              hint: give the path of a readable file
            7 mistakes"#]],
    );
}

#[test]
fn the_example_of_the_shipped_file_is_sound_and_has_every_key() {
    let shipped = fs::read_to_string(SHIPPED).unwrap();
    let example =
        shipped.lines().skip_while(|line| *line != "# [access.openid]").take_while(|line| line.starts_with("# "));
    let example: Vec<&str> = example.map(|line| &line[2..]).collect();
    let written =
        |key: &&&str| !example.iter().any(|line| line.trim_start_matches("# ").starts_with(&format!("{key} = ")));
    let keys = super::fields::of::<smartpole_openid::Options>();
    assert_eq!(keys.iter().find(written), None);
    let text = format!("{SOUND}{PUBLISH}{}\n", example.join("\n")).replace("secrets/openid", "token");
    let (config, found) = read(&text, &[]);
    assert_eq!(found, "");
    assert!(config.openid.unwrap().roles.of(["smartpole-admin"]).is_some());
}
