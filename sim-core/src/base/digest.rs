//! A 64-bit fingerprint of a state (xxh3), written once a tick so that two recordings can be compared.

use xxhash_rust::xxh3::Xxh3;

/// Collects plain numbers, in an order that the caller fixes, into one digest.
#[derive(Default)]
pub struct Digest(Xxh3);

impl Digest {
    pub fn new() -> Self {
        Self::default()
    }
    pub fn u8(&mut self, v: u8) -> &mut Self {
        self.0.update(&[v]);
        self
    }
    pub fn u32(&mut self, v: u32) -> &mut Self {
        self.0.update(&v.to_le_bytes());
        self
    }
    pub fn u64(&mut self, v: u64) -> &mut Self {
        self.0.update(&v.to_le_bytes());
        self
    }
    pub fn f64(&mut self, v: f64) -> &mut Self {
        self.0.update(&v.to_bits().to_le_bytes());
        self
    }
    pub fn f32(&mut self, v: f32) -> &mut Self {
        self.0.update(&v.to_bits().to_le_bytes());
        self
    }
    pub fn bytes(&mut self, v: &[u8]) -> &mut Self {
        self.0.update(v);
        self
    }
    pub fn f64s(&mut self, values: &[f64]) -> &mut Self {
        for chunk in values.chunks(512) {
            let mut bytes = [0u8; 4096];
            for (slot, v) in bytes.chunks_exact_mut(8).zip(chunk) {
                slot.copy_from_slice(&v.to_bits().to_le_bytes());
            }
            self.0.update(&bytes[..chunk.len() * 8]);
        }
        self
    }
    pub fn f32s(&mut self, values: &[f32]) -> &mut Self {
        for chunk in values.chunks(1024) {
            let mut bytes = [0u8; 4096];
            for (slot, v) in bytes.chunks_exact_mut(4).zip(chunk) {
                slot.copy_from_slice(&v.to_bits().to_le_bytes());
            }
            self.0.update(&bytes[..chunk.len() * 4]);
        }
        self
    }
    pub fn u32s(&mut self, values: impl IntoIterator<Item = u32>) -> &mut Self {
        for v in values {
            self.u32(v);
        }
        self
    }
    pub fn finish(&self) -> u64 {
        self.0.digest()
    }
}
