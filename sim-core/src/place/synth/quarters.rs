//! Which plots the quarters of a town take, and the zones they make.

use super::plan::{PLOT_M, Plan, PlannedZone, Plot, Quarter, Shore};
use super::{TerrainKind, What, names};
use crate::base::math;
use crate::place::city::Zone;

/// Houses of a village plot (see `houses`), for the number of plots that a village needs.
pub const VILLAGE_HOUSES_PER_PLOT: f64 = 50.0;

/// Where people live: shares of the residents.
#[derive(Debug, Clone, Copy)]
pub struct Shares {
    pub old_town: f64,
    pub new_town: f64,
    pub village: f64,
    /// Dormitories of works and port.
    pub works: f64,
}

impl Shares {
    /// Taicang was 70.6 % urban in 2020 (parameters.md section 7); the split between old and new town, and the
    /// dormitories, are assumptions.
    pub fn of(kind: TerrainKind) -> Shares {
        match kind {
            TerrainKind::DeltaPolder | TerrainKind::LakeShore => {
                Shares { old_town: 0.27, new_town: 0.43, village: 0.25, works: 0.05 }
            }
            TerrainKind::MountainValley => Shares { old_town: 0.25, new_town: 0.30, village: 0.42, works: 0.03 },
        }
    }
}

impl Plan {
    /// The free plots nearest to a place, as an ellipse with a ragged edge.
    fn take(&mut self, n: usize, centre: (f64, f64), stretch: (f64, f64), to: Plot, salt: u32) -> Vec<usize> {
        let mut free: Vec<(f64, usize)> = (0..self.plots.len())
            .filter(|&p| self.plots[p] == Plot::Field && self.inland(p))
            .map(|p| {
                let (u, v) = self.middle(p);
                let d = math::hypot((u - centre.0) / stretch.0, (v - centre.1) / stretch.1);
                (d + self.dice.between(What::Blob, p as u32, salt, -0.5, 0.5) * PLOT_M, p)
            })
            .collect();
        free.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut taken: Vec<usize> = free.iter().take(n).map(|f| f.1).collect();
        taken.sort_unstable();
        for &p in &taken {
            self.plots[p] = to;
        }
        taken
    }
    /// Not on the edge of the map.
    fn inland(&self, plot: usize) -> bool {
        let (i, j) = (plot % self.nu(), plot / self.nu());
        i > 0 && j > 0 && i + 1 < self.nu() && j + 1 < self.nv()
    }

    /// Beside the tanks: nobody builds a village there. (Inland plots only.)
    fn by_port(&self, plot: usize) -> bool {
        let n = self.nu();
        [plot - n - 1, plot - n, plot - n + 1, plot - 1, plot + 1, plot + n - 1, plot + n, plot + n + 1]
            .iter()
            .any(|q| self.plots[*q] == Plot::Port)
    }

    pub fn lay_quarters(&mut self) {
        let (w, h) = (self.spec.width_m, self.spec.height_m);
        let people = f64::from(self.spec.residents);
        let (old, new, works, port, works_stretch) = match self.shore {
            Shore::Bank { v_m } => (
                (0.34 * w, 0.55 * v_m),
                (0.50 * w, 0.45 * v_m),
                (0.80 * w, 0.62 * v_m),
                (0.74 * w, v_m - 300.0),
                (1.3, 1.0),
            ),
            Shore::Lake { .. } => {
                ((0.56 * w, 0.52 * h), (0.66 * w, 0.38 * h), (0.82 * w, 0.70 * h), (0.88 * w, 0.18 * h), (1.0, 1.2))
            }
            Shore::Valley { v_m, .. } => {
                ((0.42 * w, v_m), (0.58 * w, v_m), (0.80 * w, v_m), (0.90 * w, v_m), (2.0, 1.0))
            }
        };
        (self.old_centre, self.new_centre) = (old, new);
        // People per plot of 250 m: 1,000, that is 16,000 per km2 (assumption; GB 50137-2011 asks for 65 to 115 m2
        // of town land a head, 8,700 to 15,400 per km2, works and parks included).
        let per_plot = 1_000.0;
        let shares = Shares::of(self.spec.terrain);
        let free = self.plots.iter().filter(|p| **p == Plot::Field).count() as f64;
        let wanted = [
            people * shares.old_town / per_plot,
            people * shares.new_town / per_plot,
            people * 0.00012,
            people * if self.spec.terrain == TerrainKind::MountainValley { 0.00012 } else { 0.00042 },
            (people * shares.village / (VILLAGE_HOUSES_PER_PLOT * 4.3)).max(1.0),
        ];
        let squeeze = (0.72 * free / (wanted.iter().sum::<f64>() * 1.1)).min(1.0);
        self.crowding = (1.0 / squeeze).max(1.0);
        let count = |x: f64| ((x * squeeze).round() as usize).max(1);
        let old_plots = self.take(count(wanted[0]), old, (1.0, 1.0), Plot::OldTown, 1);
        let parks = (count(wanted[1]) / 9).max(2);
        let mut new_plots = self.take(count(wanted[1]) + parks, new, (1.25, 1.0), Plot::NewTown, 2);
        let port_plots = self.take(count(wanted[2]), port, (5.0, 1.0), Plot::Port, 3);
        let works_plots = self.take(count(wanted[3]), works, works_stretch, Plot::Works, 4);

        // Parks lie spread over the new town, the first one nearest to the old town.
        let mut by_distance = new_plots.clone();
        let to_old = |p: usize| {
            let (u, v) = self.middle(p);
            math::hypot(u - old.0, v - old.1)
        };
        by_distance.sort_by(|a, b| to_old(*a).total_cmp(&to_old(*b)).then(a.cmp(b)));
        let park_plots: Vec<usize> = (0..parks).map(|k| by_distance[k * by_distance.len() / parks]).collect();
        for &p in &park_plots {
            self.plots[p] = Plot::Park;
        }
        if new_plots.len() > park_plots.len() {
            new_plots.retain(|p| self.plots[*p] == Plot::NewTown);
        }

        let groups = |n: usize, per: usize, most: usize| n.div_ceil(per).clamp(1, most);
        self.zone_group(Quarter::OldTown, &old_plots, groups(old_plots.len(), 5, 6));
        self.zone_group(Quarter::NewTown, &new_plots, groups(new_plots.len(), 6, 8));
        self.zone_group(Quarter::Works, &works_plots, groups(works_plots.len(), 16, 3));
        self.zone_group(Quarter::Port, &port_plots, groups(port_plots.len(), 8, 2));
        let town_zones = self.zones.len();
        self.lay_villages(count(wanted[4]));

        // Parks join the town zone around them; fields the nearest village; strips the plot beside them.
        for p in 0..self.plots.len() {
            let zones = match self.plots[p] {
                Plot::Park => 0..town_zones,
                Plot::Field | Plot::Slope | Plot::Wood => town_zones..self.zones.len(),
                _ => continue,
            };
            self.zone_of[p] = self.nearest_zone(p, zones).map(|z| z as u16);
        }
        for _ in 0..3 {
            let before = self.zone_of.clone();
            for j in 0..self.nv() {
                for i in 0..self.nu() {
                    let p = self.plot_index(i, j);
                    if before[p].is_some() || self.plots[p] == Plot::Open {
                        continue;
                    }
                    let beside = [(j > 0).then(|| p - self.nu()), (i > 0).then(|| p - 1)];
                    let after = [(i + 1 < self.nu()).then_some(p + 1), (j + 1 < self.nv()).then_some(p + self.nu())];
                    self.zone_of[p] = beside.into_iter().chain(after).flatten().find_map(|q| before[q]);
                }
            }
        }
    }

    fn nearest_zone(&self, plot: usize, zones: std::ops::Range<usize>) -> Option<usize> {
        let (u, v) = self.middle(plot);
        let at = self.warp.to_map(u, v);
        zones.min_by(|a, b| {
            let d = |z: &usize| self.zones[*z].zone.centre.distance_m(at);
            d(a).total_cmp(&d(b))
        })
    }

    /// Splits the plots of a quarter into `n` compact zones.
    fn zone_group(&mut self, quarter: Quarter, plots: &[usize], n: usize) {
        let n = n.min(plots.len());
        let mids: Vec<(f64, f64)> = plots.iter().map(|&p| self.middle(p)).collect();
        let apart = |a: (f64, f64), b: (f64, f64)| math::hypot(a.0 - b.0, a.1 - b.1);
        let mut centres = vec![mids[0]];
        while centres.len() < n {
            let gap = |m: &(f64, f64)| centres.iter().map(|c| apart(*c, *m)).fold(f64::INFINITY, f64::min);
            let far = mids.iter().max_by(|a, b| gap(a).total_cmp(&gap(b))).copied().expect("a quarter has plots");
            centres.push(far);
        }
        let mut of = vec![0usize; plots.len()];
        for _ in 0..4 {
            for (k, m) in mids.iter().enumerate() {
                of[k] = (0..n).min_by(|a, b| apart(centres[*a], *m).total_cmp(&apart(centres[*b], *m))).unwrap_or(0);
            }
            for (z, centre) in centres.iter_mut().enumerate() {
                let mine: Vec<_> = mids.iter().zip(&of).filter(|(_, o)| **o == z).map(|(m, _)| *m).collect();
                if !mine.is_empty() {
                    let count = mine.len() as f64;
                    *centre =
                        (mine.iter().map(|m| m.0).sum::<f64>() / count, mine.iter().map(|m| m.1).sum::<f64>() / count);
                }
            }
        }
        // A zone that lost all its plots is not made.
        let used: Vec<usize> = (0..n).filter(|z| of.contains(z)).collect();
        let first = self.zones.len();
        for (k, &z) in used.iter().enumerate() {
            self.add_zone(quarter, k, centres[z]);
        }
        for (k, &p) in plots.iter().enumerate() {
            let z = used.iter().position(|u| *u == of[k]).expect("used zones only");
            self.zone_of[p] = Some((first + z) as u16);
        }
    }

    fn add_zone(&mut self, quarter: Quarter, k: usize, centre: (f64, f64)) {
        let (key, name) = names::zone(quarter, k);
        let (w, h) = (self.spec.width_m, self.spec.height_m);
        let town = match quarter {
            Quarter::OldTown => "old_town",
            Quarter::NewTown => "new_town",
            Quarter::Works | Quarter::Port => "port_town",
            Quarter::Village if centre.0 < 0.36 * w => "west_town",
            Quarter::Village if centre.0 > 0.64 * w || centre.1 > 0.7 * h => "east_town",
            Quarter::Village => "south_town",
        };
        let centre = self.warp.to_map(centre.0, centre.1);
        self.zones.push(PlannedZone { quarter, zone: Zone { key, name, town: town.into(), centre } });
    }

    /// Villages of a few plots each, spread over the fields (best of some random places each time).
    fn lay_villages(&mut self, plots: usize) {
        let villages = plots.div_ceil(5).clamp(1, 16);
        let mut sites: Vec<usize> = Vec::new();
        for k in 0..villages {
            let free: Vec<usize> = (0..self.plots.len())
                .filter(|&p| matches!(self.plots[p], Plot::Field | Plot::Slope))
                .filter(|&p| self.inland(p) && !self.by_port(p))
                .collect();
            if free.is_empty() {
                break;
            }
            let score = |p: usize| {
                let (u, v) = self.middle(p);
                let near = sites
                    .iter()
                    .map(|&s| {
                        let (a, b) = self.middle(s);
                        math::hypot(u - a, v - b)
                    })
                    .fold(math::hypot(u - self.old_centre.0, v - self.old_centre.1).min(4_000.0), f64::min);
                // Villages keep to the valley floor where they can.
                if self.plots[p] == Plot::Slope { 0.5 * near } else { near }
            };
            let site = (0..10u32)
                .map(|c| {
                    let draw = self.dice.unit(What::VillageSite, k as u32, c);
                    free[((draw * free.len() as f64) as usize).min(free.len() - 1)]
                })
                .max_by(|a, b| score(*a).total_cmp(&score(*b)).then(b.cmp(a)))
                .expect("ten candidates");
            self.plots[site] = Plot::Village;
            sites.push(site);
        }
        for (k, &site) in sites.iter().enumerate() {
            let more = plots * (k + 1) / sites.len() - plots * k / sites.len();
            let centre = self.middle(site);
            let slope = self.plots.clone();
            let mut near: Vec<(f64, usize)> = (0..self.plots.len())
                .filter(|&p| matches!(slope[p], Plot::Field) && self.inland(p) && !self.by_port(p))
                .map(|p| {
                    let (u, v) = self.middle(p);
                    let d = math::hypot(0.55 * (u - centre.0), v - centre.1);
                    (d + self.dice.between(What::VillageSite, p as u32, 77, -0.4, 0.4) * PLOT_M, p)
                })
                .filter(|n| n.0 < 8.0 * PLOT_M)
                .collect();
            near.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            let mut mine = vec![site];
            mine.extend(near.iter().take(more.saturating_sub(1)).map(|n| n.1));
            for &p in &mine {
                self.plots[p] = Plot::Village;
                self.zone_of[p] = Some(self.zones.len() as u16);
            }
            self.add_zone(Quarter::Village, k, centre);
        }
    }
}
