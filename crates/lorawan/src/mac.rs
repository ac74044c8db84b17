//! MAC commands of an uplink (LoRaWAN 1.0.4, 5): recognised by a table of lengths, counted by their identifier, answered where
//! the device waits for an answer and we have one.
//!
//! Not answered: `LinkADRAns`, `DutyCycleAns`, `RXParamSetupAns`, `DevStatusAns`, `NewChannelAns`, `RXTimingSetupAns`,
//! `TxParamSetupAns`, `DlChannelAns` are answers themselves, to requests we never make; `PingSlotInfoReq` and `BeaconTimingReq`
//! belong to class B, which we do not serve, and a device that hears nothing stays in class A.

use smartpole_model::{PackError, Reader, put_u64};

/// Identifier of a command that asks how well the device is heard.
pub const LINK_CHECK_REQ: u8 = 0x02;
/// Identifier of a command that asks for the time.
pub const DEVICE_TIME_REQ: u8 = 0x0d;

/// Identifier, name and bytes after the identifier of each command that a device of version 1.0.x may send.
const COMMANDS: [(u8, &str, usize); 14] = [
    (LINK_CHECK_REQ, "LinkCheckReq", 0),
    (0x03, "LinkADRAns", 1),
    (0x04, "DutyCycleAns", 0),
    (0x05, "RXParamSetupAns", 1),
    (0x06, "DevStatusAns", 2),
    (0x07, "NewChannelAns", 1),
    (0x08, "RXTimingSetupAns", 0),
    (0x09, "TxParamSetupAns", 0),
    (0x0a, "DlChannelAns", 1),
    (DEVICE_TIME_REQ, "DeviceTimeReq", 0),
    (0x10, "PingSlotInfoReq", 1),
    (0x11, "PingSlotChannelAns", 1),
    (0x12, "BeaconTimingReq", 0),
    (0x13, "BeaconFreqAns", 1),
];

/// The name of an uplink's MAC command, as the standard writes it.
pub fn mac_command_name(cid: u8) -> Option<&'static str> {
    COMMANDS.iter().find(|(known, ..)| *known == cid).map(|(_, name, _)| *name)
}

/// One command of a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MacCommand {
    /// Its identifier (CID).
    pub cid: u8,
    /// What follows the identifier, 0 to 2 bytes.
    pub payload: Vec<u8>,
}

/// Why the rest of the commands could not be read. Lengths are known by the identifier alone, so nothing after it can be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MacError {
    /// The bytes end within a command.
    #[error("mac command {0:#04x} is cut off")]
    Truncated(u8),
    /// An identifier whose length is not known: proprietary, or of another version.
    #[error("unknown mac command {0:#04x}")]
    Unknown(u8),
}

/// The commands of one uplink, up to the first that cannot be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MacCommands {
    /// In their order.
    pub list: Vec<MacCommand>,
    /// Why there may be more.
    pub error: Option<MacError>,
}

impl MacCommands {
    /// Reads the commands of FOpts, or of a decrypted payload on port 0.
    pub fn parse(mut bytes: &[u8]) -> Self {
        let mut commands = Self::default();
        while let Some((cid, rest)) = bytes.split_first() {
            match split(*cid, rest) {
                Ok((payload, rest)) => {
                    commands.list.push(MacCommand { cid: *cid, payload: payload.to_vec() });
                    bytes = rest;
                }
                Err(error) => {
                    commands.error = Some(error);
                    break;
                }
            }
        }
        commands
    }

    /// Whether this command is among them.
    pub fn contains(&self, cid: u8) -> bool {
        self.list.iter().any(|command| command.cid == cid)
    }
}

fn split(cid: u8, rest: &[u8]) -> Result<(&[u8], &[u8]), MacError> {
    let length = COMMANDS.iter().find(|(known, ..)| *known == cid).ok_or(MacError::Unknown(cid))?.2;
    rest.split_at_checked(length).ok_or(MacError::Truncated(cid))
}

/// How often a device sent each of the commands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct MacCounts([u32; COMMANDS.len()]);

impl MacCounts {
    pub(crate) fn note(&mut self, commands: &MacCommands) {
        for command in &commands.list {
            let known = COMMANDS.iter().zip(&mut self.0).find(|((cid, ..), _)| *cid == command.cid);
            known.into_iter().for_each(|(_, count)| *count = count.saturating_add(1));
        }
    }

    /// Identifier and number of each that was heard, ascending.
    pub(crate) fn list(&self) -> Vec<(u8, u32)> {
        COMMANDS.iter().zip(&self.0).map(|((cid, ..), count)| (*cid, *count)).filter(|(_, count)| *count > 0).collect()
    }

    pub(crate) fn pack(&self, out: &mut Vec<u8>) {
        let counts = self.list();
        put_u64(out, counts.len() as u64);
        for (cid, count) in counts {
            out.push(cid);
            put_u64(out, count.into());
        }
    }

    pub(crate) fn unpack(reader: &mut Reader<'_>) -> Result<Self, PackError> {
        let mut counts = Self::default();
        for _ in 0..reader.len("mac commands")? {
            let cid = reader.byte()?;
            let at = COMMANDS.iter().position(|(known, ..)| *known == cid).ok_or(PackError::Invalid("mac command"))?;
            counts.0[at] = reader.num("mac commands")?;
        }
        Ok(counts)
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(bytes: &[u8], expect: &Expect) {
        let commands = MacCommands::parse(bytes);
        let list: Vec<_> = commands.list.iter().map(|c| format!("{:#04x}{:02x?}", c.cid, c.payload)).collect();
        let error = commands.error.map(|error| error.to_string());
        expect.assert_eq(&format!("{} {}", list.join(" "), error.unwrap_or_default()));
    }

    #[test]
    fn commands_are_read_up_to_the_first_that_cannot_be() {
        check(&[], &expect![" "]);
        check(&[0x06, 0x73, 0x07, 0x02, 0x0d], &expect!["0x06[73, 07] 0x02[] 0x0d[] "]);
        check(&[0x03], &expect![" mac command 0x03 is cut off"]);
        check(&[0x02, 0x06, 0x73], &expect!["0x02[] mac command 0x06 is cut off"]);
        check(&[0x02, 0x80, 0x01, 0x0d], &expect!["0x02[] unknown mac command 0x80"]);
    }
}
