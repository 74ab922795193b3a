//! Sources (泄漏源): how fast and in which state a substance leaves a leak with a given hole, a pipe, a puddle, or as the user says.
//! From a [`SourceSpec`] and a [`Site`] comes an [`Outcome`]: one rate series in minutes, at once for all of the release, what it
//! was, and what was left behind. No reaction chemistry: a source is a leak.
//!
//! The level is that of ALOHA 5.4 (Jones et al. 2013, NOAA OR&R 43), whose published runs are the evidence.

pub mod ground;
pub mod hole;
pub mod mixing;
pub mod pipe;
pub mod puddle;
pub mod site;
mod spec;
pub mod tank;
pub mod transfer;
pub mod vessel;

pub use ground::Ground;
pub use hole::Hole;
pub use pipe::{FarEnd, PipeSpec};
pub use puddle::{Amount, PuddleSpec};
pub use site::Site;
pub use spec::{DirectRate, DirectSpec, SourceSpec, What};
pub use tank::{Contents, Filled, Regime, TankSpec};
pub use vessel::Vessel;

use crate::release::{Burst, Emission, Entry, Release, Step};
use crate::substance::{Substance, Substances};
use base::complaint::Complaints;
use base::text::Text;
use puddle::{Inflow, Minute, Puddle};
use std::path::Path;
use tank::Tank;

/// What was left on the ground.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PuddleEnd {
    pub received_kg: f64,
    pub evaporated_kg: f64,
    pub left_kg: f64,
    pub diameter_m: f64,
    pub temperature_k: f64,
}

/// What a source gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// What went into the air, in minutes.
    pub release: Release,
    /// How it came out, each with when it ended and how much it was (of all that left the tank, into the air or not).
    pub stages: Vec<Stage>,
    pub puddle: Option<PuddleEnd>,
    /// What stayed in the tank or pipe, kg.
    pub left_inside_kg: f64,
    /// What a reader should know: held assumptions, limits that were met.
    pub notes: Vec<Text>,
}

/// One way in which it came out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stage {
    pub regime: Regime,
    pub from_s: f64,
    pub to_s: f64,
    pub mass_kg: f64,
}

impl Outcome {
    /// The largest rate into the air that lasted a minute or more, kg/s.
    pub fn most_sustained_kg_s(&self) -> f64 {
        self.release.most_sustained_kg_s()
    }
    /// All that went into the air, kg.
    pub fn airborne_kg(&self) -> f64 {
        self.release.total_mass_kg()
    }
    /// How long something went into the air, s.
    pub fn duration_s(&self) -> f64 {
        self.release.span_s().map_or(0.0, |(from, to)| to - from)
    }
}

/// Runs a source. All that is wrong with it is said at once.
pub fn run(spec: &SourceSpec, table: &Substances, site: &Site, file: &Path) -> Result<Outcome, Complaints> {
    let mut all = Complaints::new();
    site.check(file, &mut all);
    let substance = match table.get(&spec.substance, file) {
        Ok(substance) => Some(substance),
        Err(told) => {
            all.extend(told);
            None
        }
    };
    spec.check(substance, site, file, &mut all);
    all.or(())?;
    let substance = substance.expect("an unknown substance is a complaint");
    let mut outcome = match &spec.what {
        What::Direct(direct) => direct_release(spec, direct, substance, site),
        What::Tank(tank) => tank_release(spec, tank, substance, site),
        What::Pipe(pipe) => pipe_release(spec, pipe, substance, site),
        What::Puddle(puddle) => puddle_release(spec, puddle, substance, site),
    };
    outcome.release = outcome.release.in_minutes();
    let gap =
        |g: Text| Text::new(format!("{}：{}", substance.name.zh, g.zh), format!("{}: {}", substance.name.en, g.en));
    outcome.notes.extend(substance.gaps().into_iter().map(gap));
    Ok(outcome)
}

fn release(spec: &SourceSpec, substance: &Substance, steps: Vec<Step>) -> Release {
    let key = substance.key.clone();
    Release { substance: key, at: spec.at, height_m: spec.height_m, steps, bursts: Vec::new() }
}

fn direct_release(spec: &SourceSpec, direct: &DirectSpec, substance: &Substance, site: &Site) -> Outcome {
    let temperature_k = direct.temperature_k.unwrap_or(site.temperature_k);
    let state = Emission {
        entry: direct.entry,
        temperature_k,
        vapour_share: direct.vapour_share,
        speed_m_s: direct.speed_m_s,
        area_m2: direct.area_m2,
        width_m: base::math::sqrt(4.0 * direct.area_m2 / std::f64::consts::PI),
    };
    let mut made = release(spec, substance, Vec::new());
    let mut notes = Vec::new();
    match direct.rate {
        DirectRate::Steady { kg_s, for_s } => {
            let to_s = (spec.start_s + for_s).min(spec.until_s);
            if to_s < spec.start_s + for_s {
                let (until, end) = (spec.until_s, spec.start_s + for_s);
                notes.push(Text::new(
                    format!("释放在 {until} 秒处截止，原应持续到 {end} 秒"),
                    format!("cut at {until} s; it would last until {end} s"),
                ));
            }
            made.steps.push(Step { from_s: spec.start_s, to_s, rate_kg_s: kg_s, state });
        }
        DirectRate::AtOnce { kg } => made.bursts.push(Burst { at_s: spec.start_s, mass_kg: kg, state }),
    }
    if direct.vapour_share >= 1.0 && temperature_k < substance.boiling_at_k(site.pressure_pa) {
        notes.push(Text::new(
            "蒸气低于沸点：视为已与空气混合",
            "vapour below its boiling point: it is taken as already mixed with air",
        ));
    }
    Outcome { release: made, stages: Vec::new(), puddle: None, left_inside_kg: 0.0, notes }
}

fn puddle_release(spec: &SourceSpec, puddle: &PuddleSpec, substance: &Substance, site: &Site) -> Outcome {
    let mut lying = Puddle::lying(substance, site, puddle);
    let minutes = lying.run(&[], spec.until_s - spec.start_s);
    let steps = minutes.iter().map(|m| evaporation(m, spec.start_s)).collect();
    Outcome {
        release: release(spec, substance, steps),
        stages: Vec::new(),
        puddle: Some(end_of(&lying)),
        left_inside_kg: 0.0,
        notes: Vec::new(),
    }
}

fn pipe_release(spec: &SourceSpec, pipe: &PipeSpec, substance: &Substance, site: &Site) -> Outcome {
    let flow = pipe.run(substance, site, spec.start_s, spec.until_s);
    let left: f64 = flow.contents_kg - flow.steps.iter().map(Step::mass_kg).sum::<f64>();
    let mut notes = Vec::new();
    if pipe.far_end == FarEnd::Endless {
        let last = flow.last_kg_s;
        notes.push(Text::new(
            format!("远端持续供气时，摩擦限制下的流量为 {last:.3} kg/s"),
            format!("friction lets {last:.3} kg/s through for as long as the far end is fed"),
        ));
    }
    Outcome {
        release: release(spec, substance, flow.steps),
        stages: Vec::new(),
        puddle: None,
        left_inside_kg: left.max(0.0),
        notes,
    }
}

fn tank_release(spec: &SourceSpec, tank: &TankSpec, substance: &Substance, site: &Site) -> Outcome {
    let mut body = Tank::new(tank, substance, site);
    let pieces = body.empty(spec.start_s, spec.until_s);
    let mut notes = Vec::new();
    let mut stages: Vec<Stage> = Vec::new();
    let (mut steps, mut inflow) = (Vec::new(), Vec::new());
    for piece in &pieces {
        match stages.iter_mut().find(|s| s.regime == piece.regime) {
            Some(stage) => {
                stage.to_s = piece.to_s;
                stage.mass_kg += piece.mass_kg;
            }
            None => stages.push(Stage {
                regime: piece.regime,
                from_s: piece.from_s,
                to_s: piece.to_s,
                mass_kg: piece.mass_kg,
            }),
        }
        let (into_air, onto_ground) = match piece.regime {
            Regime::Liquid => (0.0, 1.0),
            Regime::TwoPhase => {
                let rained = tank.rainout_share * (1.0 - piece.state.vapour_share);
                (1.0 - rained, rained)
            }
            Regime::Gas => (1.0, 0.0),
        };
        let step = piece.step();
        if into_air > 0.0 {
            let mut step = step;
            step.rate_kg_s *= into_air;
            // What rained out is no longer among the drops.
            step.state.vapour_share = (step.state.vapour_share / into_air).min(1.0);
            steps.push(step);
        }
        if onto_ground > 0.0 {
            inflow.push(Inflow {
                from_s: step.from_s,
                to_s: step.to_s,
                rate_kg_s: step.rate_kg_s * onto_ground,
                temperature_k: step.state.temperature_k,
            });
        }
    }
    let mut end = None;
    let mut made = release(spec, substance, steps);
    if !inflow.is_empty() {
        let mut puddle = Puddle::empty(substance, site, tank.ground, tank.bund_m2);
        let minutes = puddle.run(&inflow, spec.until_s);
        let pool: Vec<Step> = minutes.iter().map(|m| evaporation(m, 0.0)).collect();
        made = if made.steps.is_empty() { release(spec, substance, pool) } else { together(&made, &pool) };
        end = Some(end_of(&puddle));
    } else if pieces.is_empty() {
        notes.push(Text::new(
            "没有泄漏：泄漏孔高于液面，或内外压力相等",
            "nothing flows: the hole is above the liquid, or the pressures are equal",
        ));
    }
    if tank.vessel.tall_m() - tank.hole_height_m < tank.hole.tall_m() {
        notes.push(Text::new(
            "泄漏孔高出储罐顶部，仍按全部面积计算",
            "the hole reaches above the top of the tank; its whole area is counted",
        ));
    }
    Outcome { release: made, stages, puddle: end, left_inside_kg: body.liquid_kg + body.vapour_kg, notes }
}

/// A jet and the pool under it as one series in minutes. The state is the mean by mass.
fn together(jet: &Release, pool: &[Step]) -> Release {
    let mut both = jet.cut(60.0);
    let pool = Release { steps: pool.to_vec(), ..jet.clone() }.cut(60.0);
    for p in &pool.steps {
        match both.steps.iter_mut().find(|s| s.from_s == p.from_s && s.to_s == p.to_s) {
            Some(s) => {
                let (a, b) = (s.rate_kg_s, p.rate_kg_s);
                let mean = |x: f64, y: f64| (a * x + b * y) / (a + b);
                s.state.temperature_k = mean(s.state.temperature_k, p.state.temperature_k);
                s.state.vapour_share = mean(s.state.vapour_share, p.state.vapour_share);
                s.rate_kg_s += b;
            }
            None => both.steps.push(*p),
        }
    }
    both.steps.sort_by(|a, b| a.from_s.total_cmp(&b.from_s));
    both
}

fn evaporation(minute: &Minute, start_s: f64) -> Step {
    Step {
        from_s: start_s + minute.from_s,
        to_s: start_s + minute.to_s,
        rate_kg_s: minute.evaporated_kg / (minute.to_s - minute.from_s),
        state: Emission {
            entry: Entry::Pool,
            temperature_k: minute.temperature_k,
            vapour_share: 1.0,
            speed_m_s: 0.0,
            area_m2: minute.area_m2,
            width_m: base::math::sqrt(4.0 * minute.area_m2 / std::f64::consts::PI),
        },
    }
}

fn end_of(puddle: &Puddle) -> PuddleEnd {
    PuddleEnd {
        received_kg: puddle.received_kg,
        evaporated_kg: puddle.evaporated_kg,
        left_kg: puddle.mass_kg,
        diameter_m: puddle.diameter_m(),
        temperature_k: puddle.temperature_k,
    }
}

#[cfg(test)]
mod tests;
