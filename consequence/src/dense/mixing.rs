//! How a dense cloud draws in air: through its top at the rate w, through its sides at v, along the wind at vx, and what the
//! ground gives it of heat. Ermak (1990), as read in a summary of the report; terms that it does not give in full were found from
//! the published example outputs and say so.
//!
//! ```text
//! w    = (u(4 m)/u(h)) 1.5 k ue (1 - h/H)/Phi            Phi = 1 + 5 h l, (1 - 16 h l)^(-1/2)
//! l    = [u*^2/L' + 0.025 g (rho - rhoa)/rho]/ue^2
//! ue^2 = (cf U)^2 + (cf Vg/2)^2 + 0.02 [(dU rhoa/rho)^2 + (Vg rhoa/(2 rho))^2] + 0.05 ws Uab + [0.14 g (Tg - T) vh h/Tm]^(2/3)
//! v^2  = [at Uab/(1 + rab B/sqrt 3)]^2 + 0.02 (1.5 k dU rhoa/rho)^2        rab = 0.0002/at
//! ```
//!
//! cf = u*/Uab, dU = U - Uab, Uab the mean wind over the cloud. The corrected mode has 1.25 k and no reference height: see [`TOP`].

use super::Mode;
use super::ambient::Felt;
use super::gas::Mixture;
use crate::weather::GRAVITY_M_S2;
use base::math;

/// What a cross-section of a cloud is like, as far as mixing asks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shape {
    pub height_m: f64,
    pub half_width_m: f64,
    /// 0 for a plume.
    pub half_length_m: f64,
    pub centre_m: f64,
    pub speed_m_s: f64,
    pub mean_wind_m_s: f64,
    /// Spreading of the front across and along, m/s.
    pub across_m_s: f64,
    pub along_m_s: f64,
    /// Speed at which vapour rises from a pool below, m/s.
    pub source_m_s: f64,
    pub grounded: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rates {
    pub top_m_s: f64,
    pub side_m_s: f64,
    pub along_m_s: f64,
    /// Exchange of heat with the ground, m/s.
    pub ground_m_s: f64,
    /// What holds the cloud: see [`Hold`].
    pub hold: Hold,
}

/// How air and ground hold a cloud on the ground. Zero for one in the air.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hold {
    /// Friction velocity of the air over its mean wind.
    grip: f64,
    /// Drag of the cloud's slip along the wind, m/s.
    slip_m_s: f64,
    /// Share of the square of a front's speed.
    front: f64,
    /// What the air above drags with, of the square of the slip.
    stress: f64,
}

/// The original's stress of the air above on a cloud's top and sides.
const STRESS: f64 = 0.02;
/// Momentum lost to the ground in the corrected mode, in rho vh B (U - Uab): found from example 2 (rows from 13 to 300 m, within 10 %).
const DRAG: f64 = 2.45;

impl Hold {
    fn new(mode: Mode, felt: &Felt, grip: f64, ground_m_s: f64, share: f64) -> Hold {
        let stress = STRESS * share * share;
        match mode {
            _ if grip <= 0.0 => Hold { grip: 0.0, slip_m_s: 0.0, front: 0.0, stress: 0.0 },
            // Found from runs of slabx, within 1 %: half of a front's speed is the cloud's mean.
            Mode::Reference => Hold { grip, slip_m_s: 0.0, front: 0.25 * (grip * grip + stress), stress },
            Mode::Corrected => {
                let c = felt.ambient.friction_velocity_m_s / felt.ambient.wind_m_s(0.5).max(1e-3);
                Hold { grip: 0.0, slip_m_s: DRAG * ground_m_s, front: c * c, stress: 0.0 }
            }
        }
    }
    /// Momentum that the cloud gains along the wind, N over its plan and sides (for a plume, whose areas are widths, N/m):
    ///
    /// ```text
    /// reference   A rho (u*^2 - cf^2 U^2) + 0.02 (rhoa^2/rho) (A + sides) (Uab - U) |Uab - U|
    /// corrected   A rho 2.45 vh (Uab - U)
    /// ```
    pub fn along_n(&self, rho: f64, plan: f64, sides: f64, speed_m_s: f64, wind_m_s: f64) -> f64 {
        let slip = wind_m_s - speed_m_s;
        rho * (plan * (self.grip * self.grip * slip * (wind_m_s + speed_m_s) + self.slip_m_s * slip)
            + self.stress * (plan + sides) * slip * slip.abs())
    }
    /// Momentum that a spreading front loses, N over its plan.
    pub fn front_n(&self, rho: f64, plan: f64, spreading_m_s: f64) -> f64 {
        self.front * rho * plan * spreading_m_s * spreading_m_s.abs()
    }
}

/// Factor of k ue in the top's rate: the original's 1.5, tied to the wind at 4 m; 1.25 makes a thin cloud's mean height grow as
/// van Ulden's does, d(zm)/dt = k u*/phi: with h = sqrt 3 s and zm = sqrt(2/pi) s it grows by sqrt 3 w sqrt(2/(3 pi)) = 0.798 w.
pub(super) const TOP: f64 = 1.25;
const TOP_SLAB: f64 = 1.5;

pub fn rates(felt: &Felt, mixture: &Mixture, s: &Shape) -> Rates {
    let ambient = felt.ambient;
    let friction = felt.friction_velocity_m_s();
    let k = ambient.karman();
    let square = |a: f64| a * a;
    let (rho, rhoa) = (mixture.density_kg_m3, ambient.density_kg_m3);
    let slip = s.speed_m_s - s.mean_wind_m_s;
    let drag = if s.grounded { friction / s.mean_wind_m_s.max(1e-6) } else { 0.0 };
    // The original's puff is stirred by its front across alone (found from runs of slabx, within 1e-4).
    let along_m_s = match ambient.mode {
        Mode::Reference => 0.0,
        Mode::Corrected => s.along_m_s,
    };
    let friction2 = square(drag * s.speed_m_s) + square(0.5 * drag * s.across_m_s) + square(0.5 * drag * along_m_s);
    let sheared2 = 0.02
        * (square(slip * rhoa / rho) + square(0.5 * s.across_m_s * rhoa / rho) + square(0.5 * along_m_s * rhoa / rho));
    let top_m = if s.grounded { s.height_m } else { s.centre_m + 0.5 * s.height_m };
    let wind_m_s = felt.wind_m_s(top_m);
    // Vapour that rises from a pool stirs the cloud above it: 0.05 ws Uab in the original, ws over the pool itself where vapour spreads
    // wider, and heat from the ground feels it too (found from runs of slabx within 0.2 %).
    let (source2, stirred2) = match ambient.mode {
        Mode::Reference => (0.05 * s.source_m_s * s.mean_wind_m_s, 0.05 * s.source_m_s * s.mean_wind_m_s),
        Mode::Corrected => (0.05 * s.source_m_s * wind_m_s, 0.0),
    };
    // vh = cf sqrt((cf U)^2 + (cf Vg/2)^2): found from example 2, all rows within 2 %.
    let ground_m_s = drag * math::sqrt(friction2 + stirred2);
    let air_k = ambient.air.temperature_k;
    let warming = if s.grounded && mixture.temperature_k < air_k {
        let mean_k = 0.5 * (air_k + mixture.temperature_k);
        let flux = 0.14 * GRAVITY_M_S2 * (air_k - mixture.temperature_k) * ground_m_s * s.height_m / mean_k;
        square(math::cbrt(flux))
    } else {
        0.0
    };
    // A jet in the air meets the air's own turbulence; there is no ground to drag on (assumption).
    let free2 = if s.grounded { 0.0 } else { square(friction) };
    let ue2 = (friction2 + sheared2 + source2 + warming + free2).max(1e-12);
    let fade = (1.0 - top_m / ambient.mixing_height_m).max(0.0);
    let factor = match ambient.mode {
        Mode::Reference => TOP_SLAB * ambient.reference_wind_m_s / wind_m_s.max(1e-6),
        Mode::Corrected => TOP,
    };
    let air_part = square(friction) * felt.inverse_at_1_m(top_m);
    let dense_part = if s.grounded { 0.025 * GRAVITY_M_S2 * (rho - rhoa) / rho } else { 0.0 };
    let phi = phi(top_m, (air_part + dense_part) / ue2);
    let one_side = factor * k * math::sqrt(ue2) * fade / phi;
    let calm = ambient.spreading * s.mean_wind_m_s;
    let meander = |half_m: f64| calm / (1.0 + 0.0002 / ambient.spreading * half_m / SQRT_3);
    let sheared = 0.02 * square(1.5 * k * slip * rhoa / rho);
    let side_m_s = math::sqrt(square(meander(s.half_width_m)) + sheared);
    // Along the wind the original takes the cloud's length where the sides have its width (found from runs of slabx).
    let end_m_s = match ambient.mode {
        Mode::Reference => math::sqrt(square(meander(s.half_length_m)) + sheared),
        Mode::Corrected => side_m_s,
    };
    // Along the wind the air's shear over the cloud stretches it: 0.6 of the difference between its top and its mean (found
    // from example 2, 6 %).
    let shear = match ambient.mode {
        // In the original 0.6 of what a logarithmic wind has there, whatever its cloud's mean is counted from: of the true mean.
        Mode::Reference => 0.6 * (wind_m_s - ambient.true_mean_m_s(top_m)).max(0.0),
        Mode::Corrected => 0.6 * (wind_m_s - s.mean_wind_m_s).max(0.0),
    };
    Rates {
        // In the air a jet has an underside too.
        top_m_s: if s.grounded { one_side } else { 2.0 * one_side },
        side_m_s,
        along_m_s: math::hypot(end_m_s, shear),
        ground_m_s,
        hold: Hold::new(ambient.mode, felt, drag, ground_m_s, rhoa / rho),
    }
}

pub const SQRT_3: f64 = 1.732_050_807_568_877_2;

pub(super) fn phi(height_m: f64, inverse_1_m: f64) -> f64 {
    let z = height_m * inverse_1_m;
    if z >= 0.0 { 1.0 + 5.0 * z } else { 1.0 / math::sqrt(1.0 - 16.0 * z) }
}
