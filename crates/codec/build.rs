//! Compiles `smartpole.v1` and ChirpStack's `up` event without a system protoc.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let files = ["smartpole/v1/uplink.proto", "integration/integration.proto"];
    let descriptors = protox::compile(files, ["proto", "proto/chirpstack"])?;
    println!("cargo:rerun-if-changed=proto");
    prost_build::Config::new().compile_fds(descriptors)?;
    Ok(())
}
