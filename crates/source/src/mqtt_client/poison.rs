//! A message that ends every connection before anything was acknowledged.

use super::{link::Failure, options::LARGEST_PACKET};

/// Tells bad luck from a packet that will not go away: at QoS 1 the broker sends it again for ever.
#[derive(Debug, Default)]
pub(crate) struct Poison {
    fruitless: u32,
}

/// What to do about a failure.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Remedy {
    /// Connect again.
    Retry,
    /// Take a packet of this size, so that the fold can quarantine it.
    LetIn(usize),
    /// Nothing but to wait for somebody.
    Alarm,
}

impl Poison {
    /// After so many connections in a row, luck is ruled out.
    const FRUITLESS: u32 = 3;

    /// Something was acknowledged.
    pub(crate) fn progress(&mut self) {
        self.fruitless = 0;
    }

    /// What to do about a connection that ended so.
    pub(crate) fn remedy(&mut self, failure: &Failure) -> Remedy {
        if matches!(failure, Failure::Refused(_) | Failure::Lost(_)) {
            return Remedy::Retry;
        }
        self.fruitless += 1;
        match failure {
            _ if self.fruitless < Self::FRUITLESS => Remedy::Retry,
            Failure::Oversize(bytes) if *bytes <= LARGEST_PACKET as usize => Remedy::LetIn(*bytes),
            _ => Remedy::Alarm,
        }
    }
}

impl Remedy {
    /// What to tell the operator beside the failure.
    pub(crate) fn advice(&self) -> &'static str {
        match self {
            Self::Retry => "",
            Self::LetIn(_) => "; it blocks the session, so it is let in, to be quarantined",
            Self::Alarm => "; it blocks the session: remove it at the broker, or the session with it",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_packet_that_blocks_three_connections_is_let_in() {
        let mut poison = Poison::default();
        let failure = Failure::Oversize(2_000_000);
        assert_eq!(poison.remedy(&failure), Remedy::Retry);
        assert_eq!(poison.remedy(&failure), Remedy::Retry);
        assert_eq!(poison.remedy(&Failure::Lost("reset".to_owned())), Remedy::Retry);
        assert_eq!(poison.remedy(&failure), Remedy::LetIn(2_000_000));
        poison.progress();
        assert_eq!(poison.remedy(&failure), Remedy::Retry);
    }

    #[test]
    fn what_cannot_be_journalled_or_read_raises_an_alarm() {
        for failure in [Failure::Oversize(200 << 20), Failure::Malformed("packet type 0".to_owned())] {
            let mut poison = Poison::default();
            let remedies = [(); 3].map(|()| poison.remedy(&failure));
            assert_eq!(remedies, [Remedy::Retry, Remedy::Retry, Remedy::Alarm]);
        }
    }
}
