//! Gauges, rain and weirs of a LISFLOOD-FP model.

use super::Reading;
use crate::deck::*;
use std::path::Path;

impl Reading {
    /// Points whose depth is written. Those off the grid are left out, as LISFLOOD-FP does.
    pub(super) fn stages(&mut self, file: &Path) -> Vec<GaugeSpec> {
        let mut gauges = Vec::new();
        let Some(mut lines) = self.lines(file) else { return gauges };
        let all = lines.lines.clone();
        let announced = all.first().and_then(|l| l.words[0].parse::<usize>().ok());
        if announced.is_none() {
            lines.say(all.first().map_or(1, |l| l.number), "does not begin with the number of points", "");
        }
        for line in all.iter().skip(1).take(announced.unwrap_or(0)) {
            let Some(p) = lines.first(line, 0, 2, "x y") else { continue };
            let name = format!("{}", gauges.len() + 1);
            if self.grid.cell_at(base::grid::Point::new(p[0], p[1])).is_none() {
                let what = format!("({}, {}) is off the grid and left out", p[0], p[1]);
                self.remarks.add_at(&lines.file, (line.number, 1), what, "");
                continue;
            }
            gauges.push(GaugeSpec { name, at: (p[0], p[1]) });
        }
        if announced.is_some_and(|n| all.len() < n + 1) {
            let what = format!("holds {} of {} points", all.len() - 1, announced.unwrap_or(0));
            lines.wrong.add(&lines.file, what, "is it cut off?");
        }
        self.wrong.extend(lines.wrong);
        gauges
    }

    /// Rain in mm/h. The first line is a comment, whatever it holds.
    pub(super) fn rain(&mut self, file: &Path) -> Option<Vec<(f64, f64)>> {
        let mut lines = self.lines(file)?;
        let first = lines.lines.iter().take_while(|l| l.number == 1).count();
        let points = self.series(&mut lines, first).map(|s| s.0);
        if let Some((t, v)) = points.iter().flatten().find(|p| p.1 < 0.0) {
            lines.wrong.add(&lines.file, format!("rain of {v} mm/h at {t} s"), "0 or more");
        }
        self.wrong.extend(lines.wrong);
        points
    }

    /// Weirs: "x y direction Cd crest m [width]". The letter names where the water goes, so a weir `W` stands on the
    /// east face of its cell. They become crests on those faces.
    pub(super) fn weirs(&mut self, file: &Path) -> Vec<CrestSpec> {
        let mut crests = Vec::new();
        let Some(mut lines) = self.lines(file) else { return crests };
        let g = self.grid;
        for line in lines.lines.clone().iter().skip(1) {
            let Some(p) = lines.first(line, 0, 2, "x y direction Cd crest m width") else { continue };
            let letters = line.words.get(2).map(|w| w.to_uppercase()).unwrap_or_default();
            let Some(v) = lines.first(line, 3, 2, "x y direction Cd crest m width") else { continue };
            let Some(cell) = g.cell_at(base::grid::Point::new(p[0], p[1])) else {
                lines.say(line.number, format!("the weir at ({}, {}) is off the grid", p[0], p[1]), "");
                continue;
            };
            let (c, half) = (g.centre(cell), 0.5 * g.cell_m);
            let line_of = |dx: f64, dy: f64| {
                // The face's two ends, turned by a quarter from the way to its middle.
                let (mx, my) = (c.x + dx * half, c.y + dy * half);
                vec![(mx - dy * half, my - dx * half), (mx + dy * half, my + dx * half)]
            };
            let ends = match letters.chars().next() {
                Some('W') => line_of(1.0, 0.0),
                Some('E') => line_of(-1.0, 0.0),
                Some('S') => line_of(0.0, 1.0),
                Some('N') => line_of(0.0, -1.0),
                _ => {
                    lines.say(line.number, format!("`{letters}` is no direction"), "W, E, S, N");
                    continue;
                }
            };
            match letters.get(1..) {
                Some("B") => {
                    self.remarks.add_at(&lines.file, (line.number, 1), "bridges are not taken over", "");
                    continue;
                }
                Some("F") => {
                    let what = "the weir lets water pass both ways, not one way only";
                    self.remarks.add_at(&lines.file, (line.number, 1), what, "a flap gate in a deck is one-way");
                }
                _ => {}
            }
            crests.push(CrestSpec {
                name: format!("weir {}", crests.len() + 1),
                line: ends,
                crest: Crest::Level(v[1]),
            });
        }
        if !crests.is_empty() {
            let what = format!("{} weirs stand as crests: Cd and the modular limit are the solver's own", crests.len());
            self.remarks.add(&lines.file, what, "");
        }
        self.wrong.extend(lines.wrong);
        crests
    }
}
