//! A 64-bit fingerprint of a state (xxh3), written once a tick so that two recordings can be compared.

use xxhash_rust::xxh3::Xxh3;

/// Collects plain numbers, in an order that the caller fixes, into one digest. Small numbers are gathered in a buffer
/// first: hashing a few bytes at a time costs ten times as much.
pub struct Digest {
    hash: Xxh3,
    buffer: Vec<u8>,
}

/// Bytes gathered before they are hashed.
const BUFFER: usize = 4096;

impl Default for Digest {
    fn default() -> Self {
        Digest { hash: Xxh3::new(), buffer: Vec::with_capacity(BUFFER + 64) }
    }
}

impl Digest {
    pub fn new() -> Self {
        Self::default()
    }
    pub fn u8(&mut self, v: u8) -> &mut Self {
        self.bytes(&[v])
    }
    pub fn u32(&mut self, v: u32) -> &mut Self {
        self.bytes(&v.to_le_bytes())
    }
    pub fn u64(&mut self, v: u64) -> &mut Self {
        self.bytes(&v.to_le_bytes())
    }
    pub fn f64(&mut self, v: f64) -> &mut Self {
        self.bytes(&v.to_bits().to_le_bytes())
    }
    pub fn f32(&mut self, v: f32) -> &mut Self {
        self.bytes(&v.to_bits().to_le_bytes())
    }
    #[inline]
    pub fn bytes(&mut self, v: &[u8]) -> &mut Self {
        self.buffer.extend_from_slice(v);
        if self.buffer.len() >= BUFFER {
            self.hash.update(&self.buffer);
            self.buffer.clear();
        }
        self
    }
    pub fn f64s(&mut self, values: &[f64]) -> &mut Self {
        for v in values {
            self.f64(*v);
        }
        self
    }
    pub fn f32s(&mut self, values: &[f32]) -> &mut Self {
        for v in values {
            self.f32(*v);
        }
        self
    }
    pub fn u32s(&mut self, values: impl IntoIterator<Item = u32>) -> &mut Self {
        for v in values {
            self.u32(v);
        }
        self
    }
    /// The digest of all that was put in so far.
    pub fn finish(&self) -> u64 {
        let mut hash = self.hash.clone();
        hash.update(&self.buffer);
        hash.digest()
    }
    /// Digests of `parts` pieces, worked out in parallel and put together in order.
    pub fn pieces(&mut self, parts: usize, write: impl Fn(usize, &mut Digest) + Sync) -> &mut Self {
        let digests = crate::fold::map(parts, |part| {
            let mut digest = Digest::new();
            write(part, &mut digest);
            digest.finish()
        });
        for digest in digests {
            self.u64(digest);
        }
        self
    }
}
