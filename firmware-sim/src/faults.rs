//! What goes wrong on the way from a sensor to the broker.

use std::str::FromStr;

/// A word of `--faults` that is none.
#[derive(Debug, thiserror::Error, PartialEq)]
pub enum FaultsError {
    /// No such fault.
    #[error("no fault is called {0:?}; there are {known}", known = Faults::NAMES.join(", "))]
    Unknown(String),
    /// Not a rate.
    #[error("{0:?} is no rate from 0 to 1; write e.g. loss=0.01")]
    Rate(String),
}

macro_rules! faults {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// How often what goes wrong: rates from 0 to 1, of a device's messages unless said otherwise.
        #[derive(Clone, Copy, Debug, Default, PartialEq)]
        pub struct Faults {
            $($(#[$doc])* pub $name: f64,)*
        }

        impl Faults {
            /// The words of `--faults`.
            pub const NAMES: &[&str] = &[$(stringify!($name)),*];

            /// Everything at this rate.
            pub fn all(rate: f64) -> Self {
                Self { $($name: rate),* }
            }

            fn rate(&mut self, name: &str) -> Option<&mut f64> {
                match name {
                    $(stringify!($name) => Some(&mut self.$name),)*
                    _ => None,
                }
            }
        }
    };
}

faults! {
    /// Never sent.
    loss,
    /// Sent again at once.
    duplicate,
    /// The same bytes again, up to six hours later.
    redelivery,
    /// Overtaken by up to three later ones.
    reorder,
    /// The network is gone for one to eight hours; what was kept is sent afterwards, several samples a message.
    delay,
    /// Share of the devices, and LoRaWAN: of the gateways, whose clock is off, drifting within ±100 s.
    drift,
    /// The clock has lost its battery and counts from 1970.
    epoch,
    /// The clock says 2100.
    future,
    /// The counter starts again from 0.
    reset,
    /// The device is switched off and on: its counter starts again from 0, and it says so.
    power_cycle,
    /// Share of the devices whose totals wrap in the middle of the run.
    wrap,
    /// The values stay as they are for six to thirty messages.
    stuck,
    /// A value beyond its valid range.
    out_of_range,
    /// A value that means "none".
    sentinel,
    /// Another message: bytes that are none, or a message without a value.
    garbage,
    /// Another message, of a device that is not in the registry.
    unknown_device,
    /// A value more, with a name that is not in the catalogue.
    unknown_property,
    /// The message again, with another value.
    conflict,
    /// The message again as a burst of three retained ones.
    retained,
    /// LoRaWAN: a join accept that its device does not hear.
    join_lost,
    /// LoRaWAN: a device that joins is switched off and on, and joins again.
    reboot,
    /// LoRaWAN: the counter of a personalized device starts again from 0.
    f_cnt_reset,
    /// LoRaWAN: the frame is confirmed, and sent again as if nobody had acknowledged it.
    retransmission,
    /// LoRaWAN: a recorded frame of the device is sent again, up to an hour later.
    replay,
    /// LoRaWAN: a made-up frame, with the device's address or with one of nobody.
    forged,
    /// LoRaWAN: the frame is heard by a gateway that nobody registered, too.
    unknown_gateway,
    /// LoRaWAN, of a gateway's copies: damaged bits.
    bad_crc,
    /// LoRaWAN, of a gateway's copies: they come one to eight seconds late.
    backhaul,
    /// LoRaWAN, of a gateway's hours: it keeps what it hears until the hour is over.
    outage,
    /// LoRaWAN, of a gateway's hours: it has no GPS time.
    gps_lost,
    /// LoRaWAN, of a gateway's datagrams: sent twice.
    repeat,
}

impl Faults {
    /// A little of everything, as a bad week has it.
    pub fn typical() -> Self {
        Self {
            drift: 0.2,
            wrap: 0.3,
            delay: 0.001,
            stuck: 0.001,
            reset: 0.001,
            power_cycle: 0.001,
            reboot: 0.001,
            f_cnt_reset: 0.001,
            ..Self::all(0.01)
        }
    }
}

impl FromStr for Faults {
    type Err = FaultsError;

    /// Reads `loss=0.01,duplicate=0.02`; `all=0.01` is each of them, `typical` is [`Faults::typical`]; later words win.
    fn from_str(text: &str) -> Result<Self, FaultsError> {
        let mut faults = Self::default();
        for word in text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            if word == "typical" {
                faults = Self::typical();
                continue;
            }
            let bad = || FaultsError::Rate(word.to_owned());
            let (name, rate) = word.split_once('=').ok_or_else(bad)?;
            let rate: f64 = rate.parse().ok().filter(|rate| (0.0..=1.0).contains(rate)).ok_or_else(bad)?;
            match name {
                "all" => faults = Self::all(rate),
                _ => *faults.rate(name).ok_or_else(|| FaultsError::Unknown(name.to_owned()))? = rate,
            }
        }
        Ok(faults)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_read_from_words_and_later_words_win() {
        let faults: Faults = "all=0.5, loss=0.25".parse().unwrap();
        assert_eq!(faults, Faults { loss: 0.25, ..Faults::all(0.5) });
        assert_eq!("".parse(), Ok(Faults::default()));
        assert_eq!("typical".parse(), Ok(Faults::typical()));
    }

    #[test]
    fn what_is_no_fault_is_named() {
        assert_eq!("los=0.1".parse::<Faults>(), Err(FaultsError::Unknown("los".to_owned())));
        for text in ["loss", "loss=2", "loss=NaN", "loss=-0.1"] {
            assert_eq!(text.parse::<Faults>(), Err(FaultsError::Rate(text.to_owned())), "{text}");
        }
    }
}
