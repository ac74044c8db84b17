//! LEB128 integers, signed ones in zigzag order; the smallest step of every packed form.

/// Why bytes are no packed form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PackError {
    /// They end too early.
    #[error("packed bytes end too early")]
    Truncated,
    /// A version of another time.
    #[error("packed bytes have unknown version {0}")]
    Version(u8),
    /// A part that cannot be.
    #[error("packed bytes have an impossible {0}")]
    Invalid(&'static str),
}

/// Appends an unsigned integer, 7 bits a byte, lowest first.
pub fn put_u64(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends a signed integer in zigzag order (0, −1, 1, −2, …).
pub fn put_i64(out: &mut Vec<u8>, value: i64) {
    put_u64(out, ((value << 1) ^ (value >> 63)) as u64);
}

/// Reads packed bytes; every failure is a value.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Starts at the first byte.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    /// Bytes left.
    pub fn remaining(&self) -> usize {
        self.bytes.len()
    }

    /// One byte.
    #[inline]
    pub fn byte(&mut self) -> Result<u8, PackError> {
        let (first, rest) = self.bytes.split_first().ok_or(PackError::Truncated)?;
        self.bytes = rest;
        Ok(*first)
    }

    /// An unsigned integer of [`put_u64`]; most are of one byte.
    #[inline]
    pub fn u64(&mut self) -> Result<u64, PackError> {
        match self.bytes {
            [byte, rest @ ..] if *byte < 0x80 => {
                self.bytes = rest;
                Ok(u64::from(*byte))
            }
            _ => self.long_u64(),
        }
    }

    fn long_u64(&mut self) -> Result<u64, PackError> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let part = u64::from(byte & 0x7f);
            if shift == 63 && part > 1 {
                return Err(PackError::Invalid("varint"));
            }
            value |= part << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(PackError::Invalid("varint"))
    }

    /// Passes an integer by, whatever it is.
    ///
    /// # Errors
    /// If the bytes end before it does.
    #[inline]
    pub fn pass(&mut self) -> Result<(), PackError> {
        let last = self.bytes.iter().position(|byte| *byte < 0x80).ok_or(PackError::Truncated)?;
        self.bytes = &self.bytes[last + 1..];
        Ok(())
    }

    /// A signed integer of [`put_i64`].
    #[inline]
    pub fn i64(&mut self) -> Result<i64, PackError> {
        let value = self.u64()?;
        Ok((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    /// An unsigned integer that must fit `T`.
    pub fn num<T: TryFrom<u64>>(&mut self, what: &'static str) -> Result<T, PackError> {
        T::try_from(self.u64()?).map_err(|_| PackError::Invalid(what))
    }

    /// A length of things that take at least a byte each, so a lie about it cannot reserve memory.
    pub fn len(&mut self, what: &'static str) -> Result<usize, PackError> {
        let length: usize = self.num(what)?;
        if length > self.remaining() { Err(PackError::Invalid(what)) } else { Ok(length) }
    }

    /// `length` bytes.
    pub fn take(&mut self, length: usize) -> Result<&'a [u8], PackError> {
        let (taken, rest) = self.bytes.split_at_checked(length).ok_or(PackError::Truncated)?;
        self.bytes = rest;
        Ok(taken)
    }
}
