//! The frame of a town's streets: main roads and collectors between the corners of plots, joined into one network.

use super::TerrainKind;
use super::plan::{Plan, Plot, Shore, Strip};
use crate::place::city::RoadClass;
use std::collections::{BTreeMap, VecDeque};

/// Least distance between main roads, m (GB 51328-2018 spaces trunk roads 700 to 1,200 m apart).
const MAIN_SPACING_M: f64 = 1_050.0;

/// Edges between corners of plots. `across[j * nu + i]` runs along line j over column i, `up[j * (nu + 1) + i]` along
/// line i over row j.
pub struct Frame<'a> {
    pub plan: &'a Plan,
    pub across: Vec<Option<RoadClass>>,
    pub up: Vec<Option<RoadClass>>,
    pub main_u: Vec<bool>,
    pub main_v: Vec<bool>,
    pub exits: Vec<(String, (usize, usize))>,
}

impl<'a> Frame<'a> {
    pub fn across_at(&self, i: usize, j: usize) -> usize {
        j * self.plan.nu() + i
    }
    pub fn up_at(&self, i: usize, j: usize) -> usize {
        j * (self.plan.nu() + 1) + i
    }
    fn corner(&self, i: usize, j: usize) -> usize {
        j * (self.plan.nu() + 1) + i
    }
    /// A street may have a corner here.
    fn land(&self, i: usize, j: usize) -> bool {
        let p = self.plan;
        let below_water = j == 0 || !matches!(p.rows[j - 1], Strip::Levee | Strip::Quay | Strip::Open);
        let quay = j > 0
            && j < p.nv()
            && p.rows[j] == Strip::Quay
            && ((i > 0 && p.plot(i - 1, j) == Plot::Quay) || (i < p.nu() && p.plot(i, j) == Plot::Quay));
        (below_water || quay) && p.dry(p.us[i], p.vs[j])
    }
    fn put_across(&mut self, i: usize, j: usize, class: RoadClass) {
        if j > 0 && j < self.plan.nv() && self.land(i, j) && self.land(i + 1, j) {
            let at = self.across_at(i, j);
            self.across[at] = Some(self.across[at].map_or(class, |c| c.min(class)));
        }
    }
    fn put_up(&mut self, i: usize, j: usize, class: RoadClass) {
        if i > 0 && i < self.plan.nu() && self.land(i, j) && self.land(i, j + 1) {
            let at = self.up_at(i, j);
            self.up[at] = Some(self.up[at].map_or(class, |c| c.min(class)));
        }
    }

    pub fn new(plan: &'a Plan) -> Frame<'a> {
        let (nu, nv) = (plan.nu(), plan.nv());
        let mut frame = Frame {
            plan,
            across: vec![None; nu * (nv + 1)],
            up: vec![None; (nu + 1) * nv],
            main_u: spaced(&plan.us, plan.spec.width_m),
            main_v: spaced(&plan.vs, plan.spec.height_m),
            exits: Vec::new(),
        };
        if let Shore::Valley { v_m, .. } = plan.shore {
            // One road along the valley, on the south bank.
            frame.main_u = vec![false; nu + 1];
            frame.main_v = vec![false; nv + 1];
            frame.main_v[plan.vs.partition_point(|v| *v < v_m) - 1] = true;
        }
        frame.choose_exits();
        frame.lay_main();
        frame.lay_town();
        frame.join();
        frame
    }

    fn choose_exits(&mut self) {
        let plan = self.plan;
        let (w, h) = (plan.spec.width_m, plan.spec.height_m);
        let nearest = |lines: &[f64], main: &[bool], want: f64, free: &dyn Fn(usize) -> bool| {
            (1..lines.len() - 1)
                .filter(|&k| main[k] && free(k))
                .min_by(|a, b| (lines[*a] - want).abs().total_cmp(&(lines[*b] - want).abs()))
        };
        let row = |want: f64, i: usize| nearest(&plan.vs, &self.main_v, want, &|j| self.land(i, j));
        let col = |want: f64, j: usize| nearest(&plan.us, &self.main_u, want, &|i| self.land(i, j));
        let (nu, nv) = (plan.nu(), plan.nv());
        let mut exits: Vec<(&str, Option<(usize, usize)>)> = vec![
            ("exit_west", row(plan.old_centre.1, 0).map(|j| (0, j))),
            ("exit_east", row(plan.new_centre.1, nu).map(|j| (nu, j))),
        ];
        if plan.spec.terrain != TerrainKind::MountainValley {
            exits.push(("exit_south", col(plan.old_centre.0, 0).map(|i| (i, 0))));
            exits.push(("exit_south_east", col(0.78 * w, 0).map(|i| (i, 0))));
        }
        match plan.spec.terrain {
            TerrainKind::DeltaPolder => exits.push(("exit_north_west", row(0.72 * h, 0).map(|j| (0, j)))),
            TerrainKind::LakeShore => exits.push(("exit_north", col(0.75 * w, nv).map(|i| (i, nv)))),
            TerrainKind::MountainValley => {}
        }
        for (key, at) in exits {
            if let Some(at) = at
                && self.exits.iter().all(|e| e.1 != at)
            {
                self.exits.push((key.into(), at));
            }
        }
    }

    /// Main roads. Only exits touch the edge of the map.
    fn lay_main(&mut self) {
        let plan = self.plan;
        let (nu, nv) = (plan.nu(), plan.nv());
        let valley = plan.spec.terrain == TerrainKind::MountainValley;
        let exits: Vec<(usize, usize)> = self.exits.iter().map(|e| e.1).collect();
        for j in 1..nv {
            let trunk = exits.iter().any(|e| e.1 == j && (e.0 == 0 || e.0 == nu));
            if !self.main_v[j] {
                continue;
            }
            let class = if trunk { RoadClass::Trunk } else { RoadClass::Primary };
            for i in 0..nu {
                let edge = (i == 0 && !exits.contains(&(0, j))) || (i + 1 == nu && !exits.contains(&(nu, j)));
                if !edge {
                    self.put_across(i, j, class);
                }
            }
        }
        for i in 1..nu {
            if !self.main_u[i] || valley {
                continue;
            }
            let trunk = exits.iter().any(|e| e.0 == i && (e.1 == 0 || e.1 == nv));
            let class = if trunk { RoadClass::Trunk } else { RoadClass::Primary };
            for j in 0..nv {
                let edge = (j == 0 && !exits.contains(&(i, 0))) || (j + 1 == nv && !exits.contains(&(i, nv)));
                if !edge && plan.rows[j] != Strip::Levee {
                    self.put_up(i, j, class);
                }
            }
        }
        if let Some(levee) = plan.rows.iter().position(|r| *r == Strip::Levee) {
            let mut gates = 0;
            for i in 1..nu - 1 {
                // The flood-fighting road behind the levee, and the quay with its ramps over the crest.
                self.put_across(i, levee, RoadClass::Secondary);
                if plan.plot(i, levee + 1) == Plot::Quay {
                    self.put_across(i, levee + 1, RoadClass::Service);
                    gates += 1;
                    if gates % 4 == 1 && plan.cols[i] == Strip::Plain {
                        self.put_up(i, levee, RoadClass::Secondary);
                    }
                }
            }
        }
    }

    /// Collectors round every plot that is built on.
    fn lay_town(&mut self) {
        let plan = self.plan;
        let (nu, nv) = (plan.nu(), plan.nv());
        let class_beside = |a: Plot, b: Plot, line: usize| {
            if a.urban() || b.urban() {
                Some(if line.is_multiple_of(3) { RoadClass::Secondary } else { RoadClass::Tertiary })
            } else if a == Plot::Village || b == Plot::Village {
                Some(RoadClass::Residential)
            } else {
                None
            }
        };
        for j in 1..nv {
            for i in 1..nu - 1 {
                if plan.cols[i] == Strip::Canal {
                    let town = |c: usize| plan.plot(c, j - 1).urban() || plan.plot(c, j).urban();
                    if j % 2 == 0 && town(i - 1) && town(i + 1) {
                        self.put_across(i, j, RoadClass::Tertiary);
                    }
                } else if let Some(class) = class_beside(plan.plot(i, j - 1), plan.plot(i, j), j) {
                    self.put_across(i, j, class);
                }
            }
        }
        for i in 1..nu {
            for j in 1..nv - 1 {
                match plan.rows[j] {
                    Strip::Canal | Strip::River => {
                        let town = |r: usize| plan.plot(i - 1, r).urban() || plan.plot(i, r).urban();
                        if i % 2 == 0 && town(j - 1) && town(j + 1) {
                            self.put_up(i, j, RoadClass::Tertiary);
                        }
                    }
                    Strip::Plain => {
                        if let Some(class) = class_beside(plan.plot(i - 1, j), plan.plot(i, j), i) {
                            self.put_up(i, j, class);
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    /// Joins what lies apart to the rest by the shortest way over land.
    fn join(&mut self) {
        let (nu, nv) = (self.plan.nu(), self.plan.nv());
        loop {
            let part = self.parts();
            let mut sizes: BTreeMap<usize, usize> = BTreeMap::new();
            for p in part.iter().filter(|p| **p != usize::MAX) {
                *sizes.entry(*p).or_default() += 1;
            }
            let Some((&main, _)) = sizes.iter().max_by_key(|(p, n)| (**n, std::cmp::Reverse(**p))) else { return };
            let Some(start) = part.iter().position(|p| *p != main && *p != usize::MAX) else { return };
            let lost = part[start];
            // Breadth first from the lost part until the first corner of another one.
            let mut came: Vec<Option<usize>> = vec![None; part.len()];
            let mut queue: VecDeque<usize> = VecDeque::new();
            for (corner, p) in part.iter().enumerate() {
                if *p == lost {
                    came[corner] = Some(corner);
                    queue.push_back(corner);
                }
            }
            let mut found = None;
            while let Some(at) = queue.pop_front() {
                if part[at] != lost && part[at] != usize::MAX {
                    found = Some(at);
                    break;
                }
                let (i, j) = (at % (nu + 1), at / (nu + 1));
                let mut step = |to: usize, open: bool| {
                    if open && came[to].is_none() {
                        came[to] = Some(at);
                        queue.push_back(to);
                    }
                };
                let over = |row: usize| !matches!(self.plan.rows[row], Strip::Levee | Strip::Rail);
                let inner_j = j > 0 && j < nv;
                let inner_i = i > 0 && i < nu;
                if inner_j && i + 2 < nu + 1 {
                    step(at + 1, self.land(i + 1, j));
                }
                if inner_j && i > 1 {
                    step(at - 1, self.land(i - 1, j));
                }
                if inner_i && j + 2 < nv + 1 {
                    step(at + nu + 1, self.land(i, j + 1) && over(j));
                }
                if inner_i && j > 1 {
                    step(at - nu - 1, self.land(i, j - 1) && over(j - 1));
                }
            }
            let Some(mut at) = found else {
                self.drop_part(&part, lost);
                continue;
            };
            while let Some(before) = came[at].filter(|b| *b != at) {
                let (a, b) = (at.min(before), at.max(before));
                let (i, j) = (a % (nu + 1), a / (nu + 1));
                if b == a + 1 {
                    self.put_across(i, j, RoadClass::Residential);
                } else {
                    self.put_up(i, j, RoadClass::Residential);
                }
                at = before;
            }
        }
    }

    /// Connected part of every corner; `usize::MAX` where no street is.
    fn parts(&self) -> Vec<usize> {
        let (nu, nv) = (self.plan.nu(), self.plan.nv());
        let mut sets = Sets::new((nu + 1) * (nv + 1));
        let mut used = vec![false; (nu + 1) * (nv + 1)];
        for (a, b) in self.edges() {
            sets.join(a, b);
            used[a] = true;
            used[b] = true;
        }
        (0..used.len()).map(|c| if used[c] { sets.root(c) } else { usize::MAX }).collect()
    }
    fn edges(&self) -> Vec<(usize, usize)> {
        let (nu, nv) = (self.plan.nu(), self.plan.nv());
        let mut edges = Vec::new();
        for j in 0..=nv {
            for i in 0..=nu {
                if i < nu && self.across[self.across_at(i, j)].is_some() {
                    edges.push((self.corner(i, j), self.corner(i + 1, j)));
                }
                if j < nv && self.up[self.up_at(i, j)].is_some() {
                    edges.push((self.corner(i, j), self.corner(i, j + 1)));
                }
            }
        }
        edges
    }
    fn drop_part(&mut self, part: &[usize], lost: usize) {
        let nu = self.plan.nu();
        for (k, slot) in self.across.iter_mut().enumerate() {
            if part[(k / nu) * (nu + 1) + k % nu] == lost {
                *slot = None;
            }
        }
        for (k, slot) in self.up.iter_mut().enumerate() {
            if part[k] == lost {
                *slot = None;
            }
        }
    }
}

/// Lines at least `MAIN_SPACING_M` apart, clear of the edges of the map; the middle one of a map too small for that.
fn spaced(lines: &[f64], length: f64) -> Vec<bool> {
    let mut main = vec![false; lines.len()];
    let mut last = -0.45 * MAIN_SPACING_M;
    for k in 1..lines.len() - 1 {
        if lines[k] - last >= MAIN_SPACING_M && length - lines[k] > 0.3 * MAIN_SPACING_M {
            main[k] = true;
            last = lines[k];
        }
    }
    main
}

/// Disjoint sets.
pub struct Sets(Vec<usize>);

impl Sets {
    pub fn new(n: usize) -> Sets {
        Sets((0..n).collect())
    }
    pub fn root(&mut self, a: usize) -> usize {
        let mut r = a;
        while self.0[r] != r {
            self.0[r] = self.0[self.0[r]];
            r = self.0[r];
        }
        r
    }
    /// False when they were together already.
    pub fn join(&mut self, a: usize, b: usize) -> bool {
        let (a, b) = (self.root(a), self.root(b));
        self.0[a.max(b)] = a.min(b);
        a != b
    }
}
