//! A tank that heat and blast may break (储罐失效): how much of its time it has used up, the water on it, and the draw that decides.
//!
//! ```text
//! used = integral dt/ttf(q_cooled)      it comes to failure at 1; begins when the fireproof coat has had its time
//! fails with Phi(9.25 - 1.85 ln(t/60) - 5), t the time it was heated; blast: Phi(a + b ln dp - 5)
//! ```
//!
//! The probability is that of the published probit: a fire that needs long is more often mastered before by what the works have of
//! their own (fixed sprays, own brigade). Crews that the drill sends cool by order, in [`Store::hoses`]. One number is drawn for a tank for
//! each of the two ways, for the whole run: two runs that differ in one order share their luck.

use crate::base::chance::{Stream, draw};
use crate::base::digest::Digest;
use crate::base::ids::FacilityId;
use crate::base::math;
use crate::base::time::Tick;
use crate::vocab::body::Point;
use crate::vocab::chain::Node;
use consequence::fire::Placed;
use consequence::fire::escalation::{Wear, blast_probability, cooled_w_m2, failure_probability};
use consequence::fire::store::StoreSpec;
use serde::{Deserialize, Serialize};

/// Points around its shell at which heat is read; the largest counts.
const FACES: usize = 8;
/// A blast that breaks a tank less often than this is not told.
const WORTH_TELLING: f64 = 0.01;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Standing {
    Whole,
    /// Its time was up, and by the draw it did not fail.
    Held,
    Failed,
}

/// What threatens it now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Open {
    pub id: u32,
    /// What gave most of the heat when it was strongest.
    pub cause: Node,
    pub heat_w_m2: f64,
}

/// A tank. State, for checkpoints.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Store {
    pub site: FacilityId,
    pub spec: StoreSpec,
    pub at: Point,
    standing: Standing,
    wear: Wear,
    /// Time in which it was heated enough to fail, s.
    heated_s: f64,
    /// Water: until when, and how much, kg/s.
    pub hoses: Vec<(f64, f64)>,
    /// Link of the chain that is open.
    pub link: Option<Open>,
    /// Heat of each steady fire (by its row) on its hottest side, as last drawn, W/m2.
    pub felt: Vec<(usize, f64)>,
}

/// What came out of a stretch of heat.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Verdict {
    /// Newly in danger: expected delay and probability as things stand.
    Endangered {
        delay_s: f64,
        probability: f64,
    },
    Fails {
        after_s: f64,
        probability: f64,
    },
    /// It holds: by the draw, or because the heat is over.
    Holds {
        after_s: f64,
        probability: f64,
    },
}

impl Store {
    pub fn new(site: FacilityId, spec: &StoreSpec, at: Point) -> Store {
        Store {
            site,
            spec: spec.clone(),
            at,
            standing: Standing::Whole,
            wear: Wear::default(),
            heated_s: 0.0,
            hoses: Vec::new(),
            link: None,
            felt: Vec::new(),
        }
    }

    pub fn stands(&self) -> bool {
        self.standing != Standing::Failed
    }
    pub fn in_danger(&self) -> bool {
        self.standing == Standing::Whole && self.link.is_some()
    }

    /// Heat of a fire on its hottest side, W/m2.
    pub fn heat_of(&self, fire: &Placed) -> f64 {
        let r = self.spec.radius_m();
        let face = |k: usize| {
            let turn = 2.0 * std::f64::consts::PI * k as f64 / FACES as f64;
            let p = Point::new(self.at.x + r * math::cos(turn), self.at.y + r * math::sin(turn));
            fire.heat_w_m2(p, self.spec.middle_m())
        };
        (0..FACES).map(face).fold(0.0, f64::max)
    }

    /// Takes the heat of its fires, and of balls (how long in the step, W/m2), from `now_s` for `dt_s`. `cause` is what heats it most,
    /// `next` the number of a link that may be opened.
    pub fn heat(
        &mut self,
        now_s: f64,
        dt_s: f64,
        balls: &[(f64, f64)],
        cause: Option<&Node>,
        seed: u64,
        row: u32,
        next: u32,
    ) -> Option<Verdict> {
        if self.standing != Standing::Whole {
            return None;
        }
        self.hoses.retain(|(until_s, _)| *until_s > now_s);
        let water: f64 = self.hoses.iter().map(|(_, kg_s)| kg_s).sum();
        let steady: f64 = self.felt.iter().map(|(_, q)| q).sum();
        let flash = balls.iter().map(|(_, q)| *q).fold(0.0, f64::max);
        let short_s = balls.iter().map(|(s, _)| *s).fold(0.0, f64::max).min(dt_s);
        let least = self.spec.least_heat_w_m2();
        if steady < least && steady + flash < least {
            // The heat is over before its time was up: nothing is left to draw for.
            self.link.as_ref()?;
            return Some(Verdict::Holds { after_s: self.heated_s, probability: 0.0 });
        }
        let (cause, most) = (cause?, steady.max(flash));
        let begins = self.link.is_none();
        let open = self.link.get_or_insert_with(|| Open { id: next, cause: cause.clone(), heat_w_m2: most });
        if most > open.heat_w_m2 {
            (open.heat_w_m2, open.cause) = (most, cause.clone());
        }
        let wet = water / self.spec.cooling_kg_s();
        let volume = self.spec.vessel.volume_m3();
        let mut gone = false;
        for (q, s) in [(steady + flash, short_s), (steady, dt_s - short_s)] {
            if q < least || s <= 0.0 {
                continue;
            }
            // The coat takes its share of the time first.
            let bare_s = (self.heated_s + s - self.spec.fireproof_s).clamp(0.0, s);
            self.heated_s += s;
            gone |= self.wear.heat(self.spec.kind(), volume, cooled_w_m2(q, wet), bare_s);
        }
        let probability = failure_probability(self.heated_s.max(1.0));
        if gone {
            let fails = draw(seed, Stream::Drill, row, Tick(0), 78) < probability;
            self.standing = if fails { Standing::Failed } else { Standing::Held };
            let after_s = self.heated_s;
            return Some(if fails {
                Verdict::Fails { after_s, probability }
            } else {
                Verdict::Holds { after_s, probability }
            });
        }
        if begins {
            let left = self.spec.time_to_failure_s(most, water).or_else(|| self.spec.time_to_failure_s(most, 0.0))?;
            let delay_s = (self.spec.fireproof_s - self.heated_s).max(0.0) + left * (1.0 - self.wear.used);
            return Some(Verdict::Endangered { delay_s, probability: failure_probability(delay_s) });
        }
        None
    }

    /// Takes a blast of a peak overpressure: whether it breaks and how likely that was; `None` where it is not worth a word.
    pub fn shake(&mut self, pa: f64, seed: u64, row: u32, next: u32) -> Option<(bool, f64)> {
        let probability = blast_probability(self.spec.kind(), pa);
        if probability < WORTH_TELLING {
            return None;
        }
        let fails = draw(seed, Stream::Drill, row, Tick(next), 79) < probability;
        if fails {
            self.standing = Standing::Failed;
            self.link = None;
        }
        Some((fails, probability))
    }

    pub fn digest(&self, digest: &mut Digest) {
        digest.u32(self.standing as u32).f64(self.wear.used).f64(self.heated_s);
        digest.u32(self.hoses.len() as u32).u32(self.link.as_ref().map_or(0, |l| l.id));
    }
}
