//! A file added to the page makes a new binary.

fn main() {
    println!("cargo::rerun-if-changed=web");
}
