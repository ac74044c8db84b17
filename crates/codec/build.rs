//! Compiles `smartpole.v1` without a system protoc.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let descriptors = protox::compile(["smartpole/v1/uplink.proto"], ["proto"])?;
    println!("cargo:rerun-if-changed=proto");
    prost_build::Config::new().compile_fds(descriptors)?;
    Ok(())
}
