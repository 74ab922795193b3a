//! Explosions (爆炸): peak overpressure around a blast by TNT equivalence, by the flame-speed curves of Baker, Strehlow and Tang, and by
//! lookup for dust in a workshop; and what it does to people, glass and walls is in [`crate::harm::blast`].
//!
//! Consequences only: how much burns and where is given by a leak and a cloud.

pub mod bst;
pub mod bursting;
pub mod dust;
pub mod layer;
pub mod tnt;

pub use bst::{Congestion, Expansion, VapourCloud};
pub use dust::DustExplosion;
pub use tnt::Tnt;

/// Pa in a psi.
pub const PSI_PA: f64 = 6894.757;
/// ALOHA's red, orange and yellow lines: destruction of buildings, serious injury likely, glass breaks (NOAA ALOHA manual; the last is
/// also the endpoint of 40 CFR 68).
pub const ALOHA_LEVELS_PA: [f64; 3] = [8.0 * PSI_PA, 3.5 * PSI_PA, 1.0 * PSI_PA];

/// A blast as a source of overpressure.
pub trait Blast {
    /// Peak side-on overpressure at a distance from its middle, Pa.
    fn overpressure_pa(&self, away_m: f64) -> f64;

    /// Impulse of the positive phase, Pa s.
    fn impulse_pa_s(&self, away_m: f64) -> f64;

    /// Distance within which a level is reached, m; `None` where it never is.
    fn reach_m(&self, level_pa: f64) -> Option<f64> {
        let (mut inside, mut outside) = (1e-2, 1e-2);
        if self.overpressure_pa(inside) < level_pa {
            return None;
        }
        while self.overpressure_pa(outside) >= level_pa && outside < 1e6 {
            inside = outside;
            outside *= 1.1;
        }
        for _ in 0..60 {
            let mid = 0.5 * (inside + outside);
            if self.overpressure_pa(mid) >= level_pa { inside = mid } else { outside = mid }
        }
        Some(0.5 * (inside + outside))
    }
}
