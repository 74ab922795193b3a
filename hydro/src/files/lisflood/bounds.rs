//! Boundaries of a LISFLOOD-FP model: .bci says where and what kind, .bdy holds the series.

use super::Reading;
use crate::deck::*;
use crate::files::lines::{Lines, number};
use crate::solver::EdgeSide;
use base::complaint::{Complaints, nearest};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What a .bci file says.
#[derive(Default)]
pub struct Rims {
    pub edges: Vec<EdgeSpec>,
    /// Slope that each of them gives to free outflow.
    pub slopes: Vec<Option<f64>>,
    /// FREE at points: outflow of sub-grid channels.
    pub free: Vec<FreePoint>,
    pub held: Vec<HeldSpec>,
    pub inflows: Vec<InflowSpec>,
    pub used: Vec<String>,
}

/// A sub-grid channel that flows out freely.
pub struct FreePoint {
    pub at: (f64, f64),
    pub slope: Option<f64>,
    pub file: PathBuf,
    pub line: usize,
}

impl Rims {
    /// What belongs to sub-grid channels and found none.
    pub fn tell_free(&self, remarks: &mut Complaints) {
        for f in &self.free {
            let what = "FREE at a point belongs to sub-grid channels; there is none: not taken over";
            remarks.add_at(&f.file, (f.line, 1), what, "");
        }
    }
    pub fn tell_unused(&mut self, series: &BTreeMap<String, Series>, remarks: &mut Complaints) {
        for (name, s) in series {
            if !self.used.contains(name) {
                remarks.add_at(&s.file, (s.line, 1), format!("series `{name}` is used by no boundary"), "");
            }
        }
    }
}

/// A series of a .bdy file: (s, value).
pub struct Series {
    pub file: PathBuf,
    pub line: usize,
    pub points: Vec<(f64, f64)>,
}

impl Reading {
    /// A file of lines, or a complaint and none.
    pub(super) fn lines(&mut self, file: &Path) -> Option<Lines> {
        Lines::read(&self.folder.join(file), &['#']).map_err(|e| self.wrong.extend(e)).ok()
    }

    /// "n units", then n lines "value time", from the `k`-th line on; gives the points in s and the next line.
    pub(super) fn series(&mut self, lines: &mut Lines, k: usize) -> Option<(Vec<(f64, f64)>, usize)> {
        let Some(head) = lines.lines.get(k).cloned() else {
            lines.wrong.add(&lines.file, "ends where `number units` is wanted", "e.g. `5 seconds`");
            return None;
        };
        let Some(n) = head.words[0].parse::<usize>().ok().filter(|n| *n > 0) else {
            lines.say(head.number, format!("`{}` is no number of points", head.words[0]), "e.g. `5 seconds`");
            return None;
        };
        let unit = head.words.get(1).map_or("seconds".into(), |w| w.to_lowercase());
        let unit_s = match unit.trim_end_matches('s') {
            "second" | "sec" => 1.0,
            "minute" | "min" => 60.0,
            "hour" | "hr" => 3600.0,
            "day" => 86_400.0,
            _ => {
                lines.say(head.number, format!("`{unit}` is no unit of time"), "seconds, minutes, hours or days");
                return None;
            }
        };
        let mut points: Vec<(f64, f64)> = Vec::new();
        for i in k + 1..=k + n {
            let Some(line) = lines.lines.get(i).cloned() else {
                let what = format!("holds {} of the {n} points announced in line {}", points.len(), head.number);
                lines.wrong.add(&lines.file, what, "is it cut off?");
                return None;
            };
            let pair = lines.first(&line, 0, 2, "value time")?;
            let t = pair[1] * unit_s;
            if points.last().is_some_and(|p| t <= p.0) {
                lines.say(line.number, format!("time {} is not after the one before", pair[1]), "times must rise");
                return None;
            }
            points.push((t, pair[0]));
        }
        Some((points, k + 1 + n))
    }

    /// All series of a .bdy file. Its first line is a comment, whatever it holds.
    pub(super) fn bdy(&mut self, file: &Path) -> BTreeMap<String, Series> {
        let mut all = BTreeMap::new();
        let Some(mut lines) = self.lines(file) else { return all };
        let mut k = lines.lines.iter().take_while(|l| l.number == 1).count();
        while let Some(line) = lines.lines.get(k).cloned() {
            let Some((points, next)) = self.series(&mut lines, k + 1) else { break };
            all.insert(line.words[0].clone(), Series { file: lines.file.clone(), line: line.number, points });
            k = next;
        }
        self.wrong.extend(lines.wrong);
        all
    }

    pub(super) fn bci(&mut self, file: &Path, series: &BTreeMap<String, Series>) -> Rims {
        let mut rims = Rims::default();
        let Some(mut lines) = self.lines(file) else { return rims };
        for line in lines.lines.clone() {
            let side = match line.words[0].chars().next().map(|c| c.to_ascii_uppercase()) {
                Some('N') => Some(EdgeSide::North),
                Some('S') => Some(EdgeSide::South),
                Some('E') => Some(EdgeSide::East),
                Some('W') => Some(EdgeSide::West),
                Some('P' | 'F') => None,
                _ => {
                    let what = format!("`{}` is no place of a boundary", line.words[0]);
                    lines.say(line.number, what, "N, S, E, W or P");
                    continue;
                }
            };
            let Some(at) = lines.first(&line, 1, 2, "place, two coordinates, kind, value or name") else { continue };
            let Some(kind) = line.words.get(3).map(|w| w.to_uppercase()) else {
                lines.say(line.number, "has no kind of boundary", "FREE, HFIX, HVAR, QFIX, QVAR or CLOSED");
                continue;
            };
            // Constant or series, times `width_m` where it is a discharge per metre.
            let mut course = |lines: &mut Lines, width_m: f64| -> Option<Course> {
                let given = line.words.get(4).cloned().unwrap_or_default();
                if kind.ends_with("FIX") {
                    let v = number(&given);
                    if v.is_none() {
                        lines.say(line.number, format!("{kind} `{given}` is no number"), "");
                    }
                    return v.map(|v| Course::Constant(v * width_m));
                }
                match series.get(&given) {
                    Some(s) => {
                        rims.used.push(given);
                        Some(Course::Points(s.points.iter().map(|(t, v)| (*t, v * width_m)).collect()))
                    }
                    None => {
                        let hint = nearest(&given, series.keys().map(String::as_str))
                            .map_or("the .bdy file holds it under its name".into(), |n| format!("did you mean {n}?"));
                        lines.say(line.number, format!("{kind}: there is no series `{given}`"), hint);
                        None
                    }
                }
            };
            match side {
                Some(side) => {
                    let (from, to) = (at[0].min(at[1]), at[0].max(at[1]));
                    let length_m = self.covered_m(side, from, to);
                    let slope = line.words.get(4).and_then(|w| number(w)).filter(|s| *s > 0.0);
                    let rim = match kind.as_str() {
                        "CLOSED" => Some(Rim::Wall),
                        "FREE" => Some(Rim::Free),
                        "HFIX" | "HVAR" => course(&mut lines, 1.0).map(Rim::Stage),
                        "QFIX" | "QVAR" => course(&mut lines, length_m).map(Rim::Discharge),
                        _ => {
                            let what = format!("`{kind}` is no kind of boundary");
                            lines.say(line.number, what, "FREE, HFIX, HVAR, QFIX, QVAR or CLOSED");
                            None
                        }
                    };
                    if length_m <= 0.0 {
                        let what = format!("{side:?} from {from} to {to} touches no cell");
                        lines.say(line.number, what, self.span(side));
                    } else if let Some(kind) = rim {
                        if let (Rim::Free, Some(slope)) = (&kind, slope) {
                            let what = format!("FREE: the slope {slope} is taken over for sub-grid channels only");
                            let hint = "water on the plain leaves by its own slope";
                            self.remarks.add_at(&lines.file, (line.number, 1), what, hint);
                        }
                        rims.slopes.push(slope);
                        rims.edges.push(EdgeSpec { side, from_m: Some(from), to_m: Some(to), kind });
                    }
                }
                None => {
                    let place = Place::Points(vec![(at[0], at[1])]);
                    let name = format!("P({}, {})", at[0], at[1]);
                    match kind.as_str() {
                        "QFIX" | "QVAR" => {
                            if let Some(discharge_m3_s) = course(&mut lines, self.grid.cell_m) {
                                rims.inflows.push(InflowSpec { name, at: place, discharge_m3_s });
                            }
                        }
                        "HFIX" | "HVAR" => {
                            if let Some(stage) = course(&mut lines, 1.0) {
                                rims.held.push(HeldSpec { name, at: place, kind: Held::Stage(stage) });
                            }
                        }
                        "FREE" => rims.free.push(FreePoint {
                            at: (at[0], at[1]),
                            slope: line.words.get(4).and_then(|w| number(w)).filter(|s| *s > 0.0),
                            file: lines.file.clone(),
                            line: line.number,
                        }),
                        "CLOSED" => {}
                        _ => lines.say(
                            line.number,
                            format!("`{kind}` is no kind of a point"),
                            "FREE, HFIX, HVAR, QFIX or QVAR",
                        ),
                    }
                }
            }
        }
        self.wrong.extend(lines.wrong);
        rims
    }

    /// Length of the cells of a side whose centres lie between two coordinates, m.
    pub(super) fn covered_m(&self, side: EdgeSide, from: f64, to: f64) -> f64 {
        let g = &self.grid;
        build::along(side, g, Some(from), Some(to)).len() as f64 * g.cell_m
    }

    pub(super) fn span(&self, side: EdgeSide) -> String {
        let g = &self.grid;
        match side {
            EdgeSide::North | EdgeSide::South => format!("x runs from {} to {}", g.x0, g.x0 + g.width_m()),
            EdgeSide::West | EdgeSide::East => format!("y runs from {} to {}", g.y0, g.y0 + g.height_m()),
        }
    }
}
