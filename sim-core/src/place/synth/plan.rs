//! The plan of a town: strips of land, what each plot is used for, and the zones.
//!
//! Planning happens in (u, v), a rectangle as large as the map, where every strip is straight. `Warp` bends it into
//! (x, y); it leaves the map's edge where it is.

use super::{Dice, SynthSpec, TerrainKind, What};
use crate::base::math;
use crate::place::city::Zone;
use crate::place::grid::Grid;
use crate::vocab::body::Point;
use std::f64::consts::PI;

/// Usual side of a plot, m (assumption: the superblocks of small Chinese towns are 200 to 350 m).
pub const PLOT_M: f64 = 250.0;

/// What a strip of the plan is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strip {
    Plain,
    Canal,
    Rail,
    Levee,
    Quay,
    /// Open water for its whole width (the river of a delta).
    Open,
    /// The river in a valley floor.
    River,
}

/// Use of a plot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plot {
    Open,
    Levee,
    Quay,
    Canal,
    Rail,
    River,
    Field,
    OldTown,
    NewTown,
    Village,
    Works,
    Port,
    Park,
    /// Terraces above a valley floor.
    Slope,
    Wood,
}

impl Plot {
    pub fn urban(self) -> bool {
        matches!(self, Plot::OldTown | Plot::NewTown | Plot::Works | Plot::Port | Plot::Park)
    }
}

/// Kinds of zones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quarter {
    OldTown,
    NewTown,
    Village,
    Works,
    Port,
}

#[derive(Debug, Clone)]
pub struct PlannedZone {
    pub quarter: Quarter,
    pub zone: Zone,
}

/// Where the open water is, in the plan.
#[derive(Debug, Clone, Copy)]
pub enum Shore {
    /// North of a levee whose middle is at `v_m`.
    Bank { v_m: f64 },
    /// Inside an ellipse: middle and half axes.
    Lake { u_m: f64, v_m: f64, a_m: f64, b_m: f64 },
    /// A river along `v_m`, `half_m` to each side, in a floor of `floor_m` to each side.
    Valley { v_m: f64, half_m: f64, floor_m: f64 },
}

/// Levels, m above the town's datum.
#[derive(Debug, Clone, Copy)]
pub struct Levels {
    /// All open water and canals at the start.
    pub water_m: f64,
    /// Low fields.
    pub land_m: f64,
    pub land_max_m: f64,
    pub canal_bed_m: f64,
    pub open_bed_m: f64,
    pub crest_m: f64,
}

/// Bends the plan into the map: x = u + p(u, v), y = v + q(u, v), with p = 0 on the west and east edges and q = 0 on
/// the south and north edges. Amplitudes are small enough for it to be one to one.
#[derive(Debug, Clone, Copy)]
pub struct Warp {
    w: f64,
    h: f64,
    along: f64,
    fall: f64,
    wave: f64,
    waves: f64,
    phase: [f64; 3],
}

impl Warp {
    fn draw(spec: &SynthSpec, dice: Dice) -> Warp {
        let (w, h) = (spec.width_m, spec.height_m);
        let phase = |k: u32| dice.between(What::Warp, 0, k, 0.0, 2.0 * PI);
        let (fall, wave, waves) = match spec.terrain {
            TerrainKind::DeltaPolder => (0.050, 0.012, 3.0),
            TerrainKind::LakeShore => (0.012, 0.018, 3.0),
            TerrainKind::MountainValley => (0.030, 0.045, 5.0),
        };
        Warp {
            w,
            h,
            along: 0.014 * w.min(h),
            fall: fall * h.min(w),
            wave: wave * h.min(w),
            waves,
            phase: [phase(0), phase(1), phase(2)],
        }
    }
    fn shift(self, u: f64, v: f64) -> (f64, f64) {
        let (su, sv) = (u / self.w, v / self.h);
        let p = self.along * math::sin(PI * su) * math::sin(2.6 * PI * sv + self.phase[0]);
        let bend = self.fall * math::cos(PI * su) + self.wave * math::sin(self.waves * PI * su + self.phase[1]);
        let q = math::sin(PI * sv) * bend;
        (p, q)
    }
    /// Plan to map.
    pub fn to_map(self, u: f64, v: f64) -> Point {
        let (p, q) = self.shift(u, v);
        Point::new(u + p, v + q)
    }
    /// Map to plan, by fixed-point iteration; the shift changes by less than a third of a step, so ten rounds leave
    /// less than a centimetre.
    pub fn to_plan(self, at: Point) -> (f64, f64) {
        let (mut u, mut v) = (at.x, at.y);
        for _ in 0..10 {
            let (p, q) = self.shift(u, v);
            (u, v) = (at.x - p, at.y - q);
        }
        (u, v)
    }
}

/// The plan.
#[derive(Debug, Clone)]
pub struct Plan {
    pub spec: SynthSpec,
    pub dice: Dice,
    pub warp: Warp,
    /// Lines between the columns, `cols.len() + 1` of them, m.
    pub us: Vec<f64>,
    /// Lines between the rows, m.
    pub vs: Vec<f64>,
    pub cols: Vec<Strip>,
    pub rows: Vec<Strip>,
    /// Row-major, as the grid.
    pub plots: Vec<Plot>,
    /// Zone of every plot; none in open water.
    pub zone_of: Vec<Option<u16>>,
    pub zones: Vec<PlannedZone>,
    pub shore: Shore,
    pub levels: Levels,
    pub levee_half_m: f64,
    pub canal_half_m: f64,
    /// Middle of the old town and of the new town in the plan.
    pub old_centre: (f64, f64),
    pub new_centre: (f64, f64),
    /// How crowded the town is against the usual 1,000 people a plot; storeys follow.
    pub crowding: f64,
}

impl Plan {
    pub fn draw(spec: &SynthSpec, _grid: &Grid, dice: Dice) -> Plan {
        let (w, h) = (spec.width_m, spec.height_m);
        // Crest strips of 2.3 cells and canals of 2 cells have no gap that water could slip through cornerwise.
        let levee_half_m = (1.15 * spec.cell_m).max(14.0);
        let canal_half_m = spec.cell_m.max(18.0);
        let canal_w = 2.0 * canal_half_m + 44.0;
        let lakeside = spec.terrain == TerrainKind::LakeShore;
        let need_plots = f64::from(spec.residents) / 1000.0 * 1.6;
        let shore = match spec.terrain {
            TerrainKind::DeltaPolder => {
                let river_m = (0.22 * h).min(1_500.0);
                Shore::Bank { v_m: h - river_m - 150.0 - levee_half_m }
            }
            TerrainKind::LakeShore => Shore::Lake { u_m: 0.28 * w, v_m: 0.60 * h, a_m: 0.17 * w, b_m: 0.23 * h },
            TerrainKind::MountainValley => Shore::Valley {
                v_m: 0.46 * h,
                half_m: (1.6 * spec.cell_m).max(32.0),
                floor_m: (need_plots * PLOT_M * PLOT_M * 0.8 / w).clamp((0.1 * h).min(450.0), 0.30 * h),
            },
        };
        let levels = match spec.terrain {
            // In the likeness of Taicang on the Wusong datum: ground 2.3 to 3.6, levee crests about 7.
            TerrainKind::DeltaPolder => {
                Levels { water_m: 2.0, land_m: 2.5, land_max_m: 3.7, canal_bed_m: -0.8, open_bed_m: -5.0, crest_m: 7.0 }
            }
            // In the likeness of Lake Tai: bed 1.0, mean level 3.0, ring levee 7.0.
            TerrainKind::LakeShore => {
                Levels { water_m: 3.0, land_m: 3.5, land_max_m: 4.7, canal_bed_m: 0.4, open_bed_m: 1.0, crest_m: 7.0 }
            }
            TerrainKind::MountainValley => Levels {
                water_m: 421.0,
                land_m: 424.0,
                land_max_m: 2_000.0,
                canal_bed_m: 420.0,
                open_bed_m: 420.0,
                crest_m: 0.0,
            },
        };

        let mut u_special: Vec<(f64, f64, Strip)> = Vec::new();
        let mut v_special: Vec<(f64, f64, Strip)> = Vec::new();
        let land_h = if let Shore::Bank { v_m } = shore { v_m } else { h };
        if spec.terrain != TerrainKind::MountainValley {
            let n_ns = ((w / 3_000.0).round() as usize).clamp(1, 8);
            let n_ew = ((land_h / 3_000.0).round() as usize).clamp(1, 6);
            for k in 0..n_ns {
                let jitter = dice.between(What::ColumnWidth, 9_000 + k as u32, 0, -0.08, 0.08) / n_ns as f64;
                u_special.push((w * ((k as f64 + 0.5) / n_ns as f64 + jitter), canal_w, Strip::Canal));
            }
            for k in 0..n_ew {
                let jitter = dice.between(What::RowWidth, 9_000 + k as u32, 0, -0.06, 0.06) / n_ew as f64;
                v_special.push((land_h * ((k as f64 + 0.5) / n_ew as f64 + jitter), canal_w, Strip::Canal));
            }
            // One canal at least leads to the lake.
            if let Shore::Lake { v_m, b_m, .. } = shore
                && v_special.iter().all(|s| (s.0 - v_m).abs() > 0.6 * b_m)
                && let Some(nearest) =
                    v_special.iter_mut().min_by(|a, b| (a.0 - v_m).abs().total_cmp(&(b.0 - v_m).abs()))
            {
                nearest.0 = v_m;
            }
            // The railway keeps clear of the canals that run beside it.
            let free = |v: f64| v_special.iter().all(|s| (s.0 - v).abs() > 1.2 * PLOT_M + canal_w);
            let wanted = if lakeside { 0.22 * h } else { 0.38 * land_h };
            let rail = (0..40).map(|k| wanted + f64::from(k / 2) * 60.0 * if k % 2 == 0 { 1.0 } else { -1.0 });
            if let Some(v) = rail.into_iter().find(|v| *v > 500.0 && free(*v)) {
                v_special.push((v, (2.0 * spec.cell_m).max(50.0), Strip::Rail));
            }
        }
        match shore {
            Shore::Bank { v_m } => {
                v_special.push((v_m, 2.0 * levee_half_m + 10.0, Strip::Levee));
                v_special.push((v_m + levee_half_m + 5.0 + 65.0, 130.0, Strip::Quay));
                let top = v_m + levee_half_m + 5.0 + 130.0;
                v_special.push((0.5 * (top + h), h - top, Strip::Open));
            }
            Shore::Lake { .. } => {}
            Shore::Valley { v_m, half_m, .. } => v_special.push((v_m, 2.0 * half_m + 30.0, Strip::River)),
        }
        let (us, cols) = strips(w, u_special, dice, What::ColumnWidth);
        let (vs, rows) = strips(h, v_special, dice, What::RowWidth);

        let mut plan = Plan {
            spec: spec.clone(),
            dice,
            warp: Warp::draw(spec, dice),
            plots: vec![Plot::Field; cols.len() * rows.len()],
            zone_of: vec![None; cols.len() * rows.len()],
            us,
            vs,
            cols,
            rows,
            zones: Vec::new(),
            shore,
            levels,
            levee_half_m,
            canal_half_m,
            old_centre: (0.0, 0.0),
            new_centre: (0.0, 0.0),
            crowding: 1.0,
        };
        plan.lay_strips();
        plan.lay_quarters();
        plan
    }

    pub fn nu(&self) -> usize {
        self.cols.len()
    }
    pub fn nv(&self) -> usize {
        self.rows.len()
    }
    pub fn plot_index(&self, i: usize, j: usize) -> usize {
        j * self.nu() + i
    }
    pub fn plot(&self, i: usize, j: usize) -> Plot {
        self.plots[self.plot_index(i, j)]
    }
    /// Middle of a plot in the plan.
    pub fn middle(&self, plot: usize) -> (f64, f64) {
        let (i, j) = (plot % self.nu(), plot / self.nu());
        (0.5 * (self.us[i] + self.us[i + 1]), 0.5 * (self.vs[j] + self.vs[j + 1]))
    }
    /// The plot at a place in the plan.
    pub fn plot_at(&self, u: f64, v: f64) -> usize {
        let find = |lines: &[f64], x: f64| lines.partition_point(|l| *l <= x).clamp(1, lines.len() - 1) - 1;
        self.plot_index(find(&self.us, u), find(&self.vs, v))
    }
    /// How far out on the open water a place is, m from the middle of the levee (or from the river's edge in a
    /// valley); negative on land.
    pub fn offshore_m(&self, u: f64, v: f64) -> f64 {
        match self.shore {
            Shore::Bank { v_m } => v - v_m,
            Shore::Lake { u_m, v_m, a_m, b_m } => {
                let (x, y) = ((u - u_m) / a_m, (v - v_m) / b_m);
                let q = math::hypot(x, y);
                // First-order distance to the ellipse: (q - 1) / |grad q|.
                let slope = math::hypot(x / a_m, y / b_m) / q.max(1e-9);
                if slope <= 0.0 { a_m.min(b_m) } else { (1.0 - q) / slope }
            }
            Shore::Valley { v_m, half_m, .. } => half_m - (v - v_m).abs(),
        }
    }
    /// A street may pass here: on land and clear of the levee.
    pub fn dry(&self, u: f64, v: f64) -> bool {
        match self.shore {
            Shore::Bank { .. } | Shore::Valley { .. } => true,
            Shore::Lake { .. } => self.offshore_m(u, v) < -(self.levee_half_m + 12.0),
        }
    }

    fn lay_strips(&mut self) {
        for j in 0..self.nv() {
            for i in 0..self.nu() {
                let at = self.plot_index(i, j);
                let (u, v) = self.middle(at);
                let row = self.rows[j];
                self.plots[at] = match (row, self.cols[i]) {
                    (Strip::Open, _) => Plot::Open,
                    (Strip::Levee, _) => Plot::Levee,
                    (Strip::Quay, _) => {
                        let s = u / self.spec.width_m;
                        if (0.58..0.90).contains(&s) { Plot::Quay } else { Plot::Open }
                    }
                    (Strip::River, _) => Plot::River,
                    (Strip::Canal, _) | (_, Strip::Canal) => Plot::Canal,
                    (Strip::Rail, _) => Plot::Rail,
                    _ => Plot::Field,
                };
                match self.shore {
                    Shore::Lake { .. } => {
                        let corners = [(i, j), (i + 1, j), (i, j + 1), (i + 1, j + 1)];
                        if corners.iter().any(|&(a, b)| !self.dry(self.us[a], self.vs[b])) || !self.dry(u, v) {
                            self.plots[at] = Plot::Open;
                        }
                    }
                    Shore::Valley { v_m, floor_m, .. } if row == Strip::Plain => {
                        let away = (v - v_m).abs() - floor_m;
                        if away > 2.5 * PLOT_M {
                            self.plots[at] = Plot::Wood;
                        } else if away > 0.0 {
                            self.plots[at] = Plot::Slope;
                        }
                    }
                    _ => {}
                }
            }
        }
    }
}

/// Cuts a length into strips: the special ones where they are wanted, plain ones of about a plot between them.
fn strips(length: f64, mut special: Vec<(f64, f64, Strip)>, dice: Dice, what: What) -> (Vec<f64>, Vec<Strip>) {
    special.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut lines = vec![0.0];
    let mut kinds = Vec::new();
    let mut at = 0.0;
    let fill = |from: f64, to: f64, lines: &mut Vec<f64>, kinds: &mut Vec<Strip>| {
        if to - from < 1.0 {
            return;
        }
        let n = (((to - from) / PLOT_M).round() as usize).max(1);
        let widths: Vec<f64> = (0..n).map(|k| dice.between(what, (kinds.len() + k) as u32, 1, 0.82, 1.18)).collect();
        let sum: f64 = widths.iter().sum();
        let mut x = from;
        for (k, w) in widths.iter().enumerate() {
            x = if k + 1 == n { to } else { x + w / sum * (to - from) };
            lines.push(x);
            kinds.push(Strip::Plain);
        }
    };
    for (middle, width, kind) in special {
        let (from, to) = (middle - 0.5 * width, middle + 0.5 * width);
        fill(at, from, &mut lines, &mut kinds);
        if *lines.last().expect("never empty") < from {
            *lines.last_mut().expect("never empty") = from;
        }
        lines.push(to);
        kinds.push(kind);
        at = to;
    }
    fill(at, length, &mut lines, &mut kinds);
    *lines.last_mut().expect("never empty") = length;
    (lines, kinds)
}
