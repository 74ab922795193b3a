//! What stands by the water: canal mouths, levee reaches, gauges.

use super::ground::{Ground, has_levees};
use super::names;
use super::plan::{Plan, Shore, Strip};
use super::streets::Net;
use crate::base::math;
use crate::base::text::Text;
use crate::place::city::{Cover, Gauge, Levee};
use crate::place::grid::Grid;
use crate::vocab::body::Point;

/// The gate (on the crest) and a place in the canal just inside, for every canal that ends at the levee.
pub fn mouths(plan: &Plan) -> Vec<((f64, f64), (f64, f64))> {
    let mut list = Vec::new();
    let mid = |lines: &[f64], k: usize| 0.5 * (lines[k] + lines[k + 1]);
    let inside = plan.levee_half_m + 1.2 * plan.spec.cell_m;
    match plan.shore {
        Shore::Bank { v_m } => {
            for i in (0..plan.nu()).filter(|i| plan.cols[*i] == Strip::Canal) {
                let u = mid(&plan.us, i);
                list.push(((u, v_m), (u, v_m - inside)));
            }
        }
        Shore::Lake { u_m, v_m, a_m, b_m } => {
            for i in (0..plan.nu()).filter(|i| plan.cols[*i] == Strip::Canal) {
                let u = mid(&plan.us, i);
                let x = (u - u_m) / a_m;
                if x.abs() < 0.75 {
                    let dv = b_m * math::sqrt(1.0 - x * x);
                    for side in [-1.0, 1.0] {
                        list.push(((u, v_m + side * dv), (u, v_m + side * (dv + 1.3 * inside))));
                    }
                }
            }
            for j in (0..plan.nv()).filter(|j| plan.rows[*j] == Strip::Canal) {
                let v = mid(&plan.vs, j);
                let y = (v - v_m) / b_m;
                if y.abs() < 0.75 {
                    let du = a_m * math::sqrt(1.0 - y * y);
                    for side in [-1.0, 1.0] {
                        let (gate, at) = (u_m + side * du, u_m + side * (du + 1.3 * inside));
                        if at > 0.0 {
                            list.push(((gate, v), (at, v)));
                        }
                    }
                }
            }
        }
        Shore::Valley { .. } => {}
    }
    list
}

/// A place along the shore (share `s` of its length), `off_m` out on the water (negative: on land).
pub fn shore_point(plan: &Plan, s: f64, off_m: f64) -> Point {
    let (u, v) = shore_plan(plan, s, off_m);
    plan.warp.to_map(u, v)
}
fn shore_plan(plan: &Plan, s: f64, off_m: f64) -> (f64, f64) {
    match plan.shore {
        Shore::Bank { v_m } => (s * plan.spec.width_m, v_m + off_m),
        Shore::Lake { u_m, v_m, a_m, b_m } => {
            let t = 2.0 * std::f64::consts::PI * s;
            (u_m + (a_m - off_m) * math::cos(t), v_m + (b_m - off_m) * math::sin(t))
        }
        Shore::Valley { v_m, half_m, .. } => (s * plan.spec.width_m, v_m - half_m + off_m),
    }
}

/// Reaches of some 1,700 m.
pub fn levees(plan: &Plan) -> Vec<Levee> {
    if !has_levees(plan.spec.terrain) {
        return Vec::new();
    }
    let length: f64 = (0..400)
        .map(|k| {
            let at = |k: i32| shore_point(plan, f64::from(k) / 400.0, 0.0);
            at(k).distance_m(at(k + 1))
        })
        .sum();
    let n = ((length / 1_700.0).round() as usize).max(1);
    let lake = matches!(plan.shore, Shore::Lake { .. });
    (0..n)
        .map(|k| {
            let steps = ((length / n as f64 / 100.0).ceil() as usize).max(1);
            let line: Vec<Point> =
                (0..=steps).map(|t| shore_point(plan, (k as f64 + t as f64 / steps as f64) / n as f64, 0.0)).collect();
            let (zh, en) = if lake { ("环湖大堤", "Ring levee") } else { ("江堤", "River levee") };
            Levee {
                key: format!("levee_{}", k + 1),
                name: Text::new(format!("{zh}第{}段", k + 1), format!("{en}, reach {}", k + 1)),
                line,
                crest_m: plan.levels.crest_m,
                toe_m: plan.levels.land_m + 0.4,
            }
        })
        .collect()
}

pub fn gauges(plan: &Plan, grid: &Grid, ground: &Ground, net: &Net) -> Vec<Gauge> {
    let mut list: Vec<Gauge> = Vec::new();
    // Gauges in the water stand in the nearest water cell.
    let wet = |at: Point| {
        let cells = grid.cells_within(at, 400.0);
        let water = cells
            .into_iter()
            .filter(|c| ground.cover[*c] == Cover::Water)
            .min_by(|a, b| grid.centre(*a).distance_m(at).total_cmp(&grid.centre(*b).distance_m(at)));
        water.map_or(at, |c| grid.centre(c))
    };
    let out = if matches!(plan.shore, Shore::Valley { .. }) {
        let Shore::Valley { half_m, .. } = plan.shore else { unreachable!("just matched") };
        half_m
    } else {
        plan.levee_half_m + 60.0
    };
    for (key, zh, en, s) in [
        ("gauge_river", "城北水位站", "Town gauge", 0.45),
        ("gauge_river_up", "上游水位站", "Upstream gauge", 0.06),
        ("gauge_river_down", "下游水位站", "Downstream gauge", 0.94),
    ] {
        let at = wet(shore_point(plan, s, out));
        list.push(Gauge { key: key.into(), name: Text::new(zh, en), at });
    }
    for (k, (_, inside)) in mouths(plan).into_iter().take(4).enumerate() {
        let (zh, en) = names::canal(k);
        let name = Text::new(format!("{zh}闸内站"), format!("{en} inner gauge"));
        list.push(Gauge { key: format!("gauge_canal_{}", k + 1), name, at: wet(plan.warp.to_map(inside.0, inside.1)) });
    }
    if has_levees(plan.spec.terrain) {
        let old = plan.warp.to_map(plan.old_centre.0, plan.old_centre.1);
        list.push(Gauge {
            key: "gauge_old_town".into(),
            name: Text::new("老城河道站", "Old town gauge"),
            at: wet(old),
        });
    }
    let mut seen: Vec<Point> = Vec::new();
    for link in net.links.iter().filter(|l| l.tunnel) {
        let mid = link.point_at(0.5);
        if seen.iter().any(|s| s.distance_m(mid) < 5.0) {
            continue;
        }
        seen.push(mid);
        let k = seen.len();
        let name = Text::new(format!("{k}号下穿积水站"), format!("Underpass gauge {k}"));
        list.push(Gauge { key: format!("gauge_underpass_{k}"), name, at: mid });
    }
    list
}
