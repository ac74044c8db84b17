//! Compiles the messages of ChirpStack's gateways without a system protoc, and names how their JSON writes what serde would
//! write otherwise (protobuf's ProtoJSON: names in lower camel case, bytes in base64, instants and durations as text).

use prost_build::Config;

/// Fields that ProtoJSON writes in its own way, and the module of `gateway_bridge/json.rs` that does so.
const FIELDS: [(&str, &str); 11] = [
    ("phy_payload", "with = \"crate::gateway_bridge::json::bytes\""),
    ("context", "with = \"crate::gateway_bridge::json::bytes\""),
    ("gw_time", "with = \"crate::gateway_bridge::json::timestamp\", alias = \"time\""),
    ("GatewayStats.time", "with = \"crate::gateway_bridge::json::timestamp\""),
    ("time_since_gps_epoch", "with = \"crate::gateway_bridge::json::duration\""),
    ("DelayTimingInfo.delay", "with = \"crate::gateway_bridge::json::duration\""),
    ("crc_status", "with = \"crate::gateway_bridge::json::crc_status\""),
    ("DownlinkTxAckItem.status", "with = \"crate::gateway_bridge::json::tx_ack_status\""),
    ("code_rate", "skip_deserializing"),
    ("Modulation.parameters", "flatten"),
    ("Timing.parameters", "flatten"),
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-changed=proto");
    let descriptors = protox::compile(["gw/gw.proto"], ["proto/chirpstack"])?;
    let mut config = Config::new();
    config.type_attribute(".", "#[derive(serde::Serialize, serde::Deserialize)] #[serde(rename_all = \"camelCase\")]");
    config.message_attribute(".", "#[serde(default)]");
    for (field, attribute) in FIELDS {
        config.field_attribute(field, format!("#[serde({attribute})]"));
    }
    config.compile_fds(descriptors)?;
    Ok(())
}
