//! A dust explosion (粉尘爆炸) in a workshop, by lookup: what the dust can do when nothing gives way, at which pressure the building's
//! panels give way, how far the flame comes out and how strong the wave is outside.
//!
//! ```text
//! flame outside  L = 10 V^(1/3), at most 30 m;   largest pressure outside  Pa = 0.2 Pred A^0.1 V^0.18 (bar, m2, m3) at R = 0.25 L
//! beyond R:  P = Pa (R/r)^1.5
//! ```
//!
//! VDI 3673 (2002) and NFPA 68 (from memory, unchecked). Indoors everyone within the flame's reach is taken to be burned; whoever is
//! elsewhere in the room stands in the reduced pressure.

use super::Blast;
use serde::{Deserialize, Serialize};

/// Explosion classes of dusts by Kst (爆炸等级): up to 200, up to 300, above 300 bar m/s.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DustClass {
    /// Flour, sugar, wood, most polymers.
    St1,
    /// Pigments, some polymers.
    St2,
    /// Aluminium, magnesium.
    St3,
}

impl DustClass {
    /// Largest pressure in a closed room, Pa above the air: 9, 10, 12 bar (typical values of VDI 3673, from memory).
    pub fn closed_pa(self) -> f64 {
        match self {
            DustClass::St1 => 9e5,
            DustClass::St2 => 10e5,
            DustClass::St3 => 12e5,
        }
    }
}

/// What gives way first in the walls (泄压), and at which pressure, Pa (Harris 1983, British Gas; from memory).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Wall {
    /// Glass and light sheets.
    Glazed,
    /// Sheet metal on frames.
    Sheet,
    /// Brick, not bound.
    Brick,
    /// Reinforced concrete.
    Concrete,
}

impl Wall {
    pub fn gives_way_pa(self) -> f64 {
        match self {
            Wall::Glazed => 4e3,
            Wall::Sheet => 7e3,
            Wall::Brick => 20e3,
            Wall::Concrete => 60e3,
        }
    }
    /// Pressure in the room once its wall has given way, Pa: three times as much for St1, more for faster dusts, because the
    /// opening comes late (assumption; vents sized by VDI 3673 keep 0.1 to 0.3 bar).
    fn reduced_pa(self, class: DustClass) -> f64 {
        let late = match class {
            DustClass::St1 => 3.0,
            DustClass::St2 => 4.5,
            DustClass::St3 => 8.0,
        };
        (late * self.gives_way_pa()).min(class.closed_pa())
    }
}

/// A workshop in which dust explodes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DustExplosion {
    pub class: DustClass,
    /// Of the room, m3.
    pub room_m3: f64,
    /// Share of the room that was filled with dust that can explode: a layer of a millimetre whirled up fills a room.
    pub filled_share: f64,
    pub wall: Wall,
    /// Of the walls and windows that give way, m2.
    pub opening_m2: f64,
}

impl DustExplosion {
    /// Pressure in the room, Pa.
    pub fn room_pa(&self) -> f64 {
        // A part-filled room: the hot part presses the rest together, P = Pmax x share (isothermal mixing limit).
        (self.filled_share * self.class.closed_pa()).min(self.wall.reduced_pa(self.class))
    }
    /// The wall gives way.
    pub fn wall_gone(&self) -> bool {
        self.filled_share * self.class.closed_pa() > self.wall.gives_way_pa()
    }
    /// Length of the flame in front of the opening, m.
    pub fn flame_m(&self) -> f64 {
        if self.wall_gone() { (10.0 * base::math::cbrt(self.filled_share * self.room_m3)).min(30.0) } else { 0.0 }
    }
    fn peak(&self) -> (f64, f64) {
        let bar =
            0.2 * (self.room_pa() / 1e5) * base::math::pow(self.opening_m2, 0.1) * base::math::pow(self.room_m3, 0.18);
        // Outside it is never more than inside.
        (0.25 * self.flame_m(), (bar * 1e5).min(self.room_pa()))
    }
}

impl Blast for DustExplosion {
    /// Outside, in front of the opening.
    fn overpressure_pa(&self, away_m: f64) -> f64 {
        if !self.wall_gone() {
            return 0.0;
        }
        let (at, peak) = self.peak();
        let part = at / away_m.max(at);
        peak * part * base::math::sqrt(part)
    }
    /// A pulse as long as the flame takes to come out at some 100 m/s (assumption), as a triangle.
    fn impulse_pa_s(&self, away_m: f64) -> f64 {
        0.5 * self.overpressure_pa(away_m) * (self.flame_m() / 100.0).max(0.02)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workshop_of_aluminium_dust_is_worse_than_one_of_flour() {
        // Grade: behaviour, and exact for the formula: V 1000 m3, A 50 m2, brick: Pred 0.6 bar, Pa 0.2 x 0.6 x 1.479 x 3.467.
        let flour = DustExplosion {
            class: DustClass::St1,
            room_m3: 1000.0,
            filled_share: 0.3,
            wall: Wall::Brick,
            opening_m2: 50.0,
        };
        let want = 0.2 * 0.6 * 50f64.powf(0.1) * 1000f64.powf(0.18) * 1e5;
        assert!((flour.overpressure_pa(1.0) / want.min(6e4) - 1.0).abs() < 1e-9);
        let metal = DustExplosion { class: DustClass::St3, ..flour };
        assert!(metal.room_pa() > flour.room_pa() && metal.overpressure_pa(30.0) > flour.overpressure_pa(30.0));
        assert!((flour.flame_m() - 30.0).abs() < 1e-9);
        let strong = DustExplosion { filled_share: 0.01, wall: Wall::Concrete, ..flour };
        assert!(!strong.wall_gone() && strong.overpressure_pa(10.0) == 0.0);
        let ratio = flour.overpressure_pa(60.0) / flour.overpressure_pa(15.0);
        assert!((ratio - 0.125).abs() < 1e-9, "{ratio}");
    }
}
