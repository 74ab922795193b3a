//! Charts over time as SVG text, with labels in both languages (the page's style shows one of them).

use sim_core::base::{text::Text, time::Tick};
use sim_core::record::Recording;

/// Text that is safe inside markup.
pub fn escape(s: &str) -> String {
    s.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A chart under way: a plot area over a span of time.
pub struct Chart {
    pub width: f64,
    pub height: f64,
    pub left: f64,
    pub right: f64,
    pub top: f64,
    pub bottom: f64,
    from: Tick,
    to: Tick,
    y0: f64,
    y1: f64,
    body: String,
}

impl Chart {
    /// A chart of `width` x `height` over the whole recording; the vertical axis from `y0` to `y1`.
    pub fn new(width: f64, height: f64, last: Tick, (y0, y1): (f64, f64)) -> Chart {
        let y1 = if y1 > y0 { y1 } else { y0 + 1.0 };
        Chart {
            width,
            height,
            left: 52.0,
            right: 14.0,
            top: 10.0,
            bottom: 24.0,
            from: Tick(0),
            to: last.max(Tick(1)),
            y0,
            y1,
            body: String::new(),
        }
    }
    pub fn left(mut self, left: f64) -> Chart {
        self.left = left;
        self
    }
    pub fn x(&self, tick: Tick) -> f64 {
        let span = f64::from(self.to.0 - self.from.0);
        self.left + (self.width - self.left - self.right) * (f64::from(tick.0) / span).clamp(0.0, 1.0)
    }
    pub fn y(&self, v: f64) -> f64 {
        let share = ((v - self.y0) / (self.y1 - self.y0)).clamp(0.0, 1.0);
        self.height - self.bottom - (self.height - self.top - self.bottom) * share
    }
    pub fn push(&mut self, svg: &str) {
        self.body.push_str(svg);
    }

    /// Clock labels and vertical lines.
    pub fn time_axis(&mut self, rec: &Recording) {
        let base = self.height - self.bottom;
        for (tick, label) in clock_marks(rec, self.to, ((self.width - self.left - self.right) / 52.0) as u32) {
            let x = self.x(tick);
            self.body += &format!(
                "<line class=\"grid\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{:.1}\" y2=\"{base:.1}\"/>\
                 <text class=\"tick\" x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{label}</text>",
                self.top,
                base + 15.0
            );
        }
        self.body += &format!(
            "<line class=\"axis\" x1=\"{:.1}\" x2=\"{:.1}\" y1=\"{base:.1}\" y2=\"{base:.1}\"/>",
            self.left,
            self.width - self.right
        );
    }
    /// Round values and horizontal lines.
    pub fn value_axis(&mut self) {
        for v in round_values(self.y0, self.y1, 4) {
            let y = self.y(v);
            self.body += &format!(
                "<line class=\"grid\" x1=\"{:.1}\" x2=\"{:.1}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>\
                 <text class=\"tick\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                self.left,
                self.width - self.right,
                self.left - 6.0,
                y + 4.0,
                axis_number(v)
            );
        }
    }
    /// A curve through the points.
    pub fn line(&mut self, points: &[(Tick, f64)], class: &str, colour: &str) {
        let path = points
            .iter()
            .enumerate()
            .map(|(i, (t, v))| format!("{}{:.1} {:.1}", if i == 0 { "M" } else { "L" }, self.x(*t), self.y(*v)))
            .collect::<String>();
        self.path(&path, class, colour);
    }
    /// Steps: each value holds until the next, the last to the end.
    pub fn steps(&mut self, points: &[(Tick, f64)], class: &str, colour: &str) {
        let Some(first) = points.first() else { return };
        let mut path = format!("M{:.1} {:.1}", self.x(first.0), self.y(first.1));
        for (t, v) in &points[1..] {
            path += &format!("H{:.1}V{:.1}", self.x(*t), self.y(*v));
        }
        path += &format!("H{:.1}", self.x(self.to));
        self.path(&path, class, colour);
    }
    fn path(&mut self, path: &str, class: &str, colour: &str) {
        if !path.is_empty() {
            self.body += &format!("<path class=\"{class}\" d=\"{path}\" stroke=\"{colour}\"/>");
        }
    }
    /// The area between two curves over the same ticks.
    pub fn band(&mut self, ticks: &[Tick], low: &[f64], high: &[f64], colour: &str) {
        let up = ticks.iter().zip(high).map(|(t, v)| format!("{:.1} {:.1}", self.x(*t), self.y(*v)));
        let down = ticks.iter().zip(low).rev().map(|(t, v)| format!("{:.1} {:.1}", self.x(*t), self.y(*v)));
        let path = up.chain(down).collect::<Vec<_>>().join("L");
        self.body += &format!("<path class=\"band\" d=\"M{path}Z\" fill=\"{colour}\"/>");
    }
    pub fn rect(&mut self, from: Tick, to: Tick, y: f64, h: f64, colour: &str, title: &str) {
        let (x0, x1) = (self.x(from), self.x(to));
        self.body += &format!(
            "<rect x=\"{x0:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{h:.1}\" fill=\"{colour}\"><title>{}</title></rect>",
            (x1 - x0).max(0.6),
            escape(title)
        );
    }
    /// A mark on the whole height: an event of the world.
    pub fn moment(&mut self, tick: Tick, colour: &str) {
        let x = self.x(tick);
        self.body += &format!(
            "<line class=\"moment\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{:.1}\" y2=\"{:.1}\" stroke=\"{colour}\"/>",
            self.top,
            self.height - self.bottom
        );
    }
    /// A label in both languages.
    pub fn label(&mut self, x: f64, y: f64, anchor: &str, class: &str, text: &Text) {
        for (lang, s) in [("zh", &text.zh), ("en", &text.en)] {
            self.body += &format!(
                "<text class=\"{lang} {class}\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{}</text>",
                escape(s)
            );
        }
    }
    pub fn finish(self, name: &str) -> String {
        format!(
            "<svg class=\"chart\" viewBox=\"0 0 {:.0} {:.0}\" role=\"img\" aria-label=\"{}\">{}</svg>",
            self.width,
            self.height,
            escape(name),
            self.body
        )
    }
}

/// Full clock hours (or fractions and multiples) between the start and `to`, at most `most` of them.
fn clock_marks(rec: &Recording, to: Tick, most: u32) -> Vec<(Tick, String)> {
    let total_min = (to.seconds() / 60.0) as u32;
    let steps = [5, 10, 15, 30, 60, 120, 180, 240, 360, 720, 1440];
    let step = steps.into_iter().find(|s| total_min / s <= most.max(2)).unwrap_or(1440);
    let start = (rec.header.clock.hour_of_day(Tick(0)) * 60.0).ceil() as u32;
    let offset_s = f64::from(start) * 60.0 - rec.header.clock.hour_of_day(Tick(0)) * 3600.0;
    (0..=total_min)
        .filter(|m| (start + m).is_multiple_of(step))
        .map(|m| Tick::at_or_after_s(offset_s + f64::from(m) * 60.0))
        .filter(|tick| *tick <= to)
        .map(|tick| {
            let at = rec.header.clock.at(tick);
            (tick, format!("{:02}:{:02}", at.hour(), at.minute()))
        })
        .collect()
}

/// About `n` round values from `a` to `b`.
pub fn round_values(a: f64, b: f64, n: u32) -> Vec<f64> {
    let rough = (b - a) / f64::from(n);
    let mut decade = 1.0;
    while decade > rough {
        decade /= 10.0;
    }
    while decade * 10.0 <= rough {
        decade *= 10.0;
    }
    let step = [1.0, 2.0, 5.0, 10.0].map(|k| k * decade).into_iter().find(|s| *s >= rough).unwrap_or(decade * 10.0);
    let first = (a / step).ceil() as i64;
    (first..).map(|k| k as f64 * step).take_while(|v| *v <= b + 1e-9).collect()
}

fn axis_number(v: f64) -> String {
    if v.abs() >= 10_000.0 {
        format!("{}k", (v / 100.0).round() / 10.0)
    } else {
        format!("{}", (v * 1000.0).round() / 1000.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axis_values_are_round_and_inside() {
        assert_eq!(round_values(0.0, 1.0, 4), [0.0, 0.5, 1.0]);
        assert_eq!(round_values(3.9, 5.2, 4), [4.0, 4.5, 5.0]);
        assert_eq!(round_values(0.0, 87_000.0, 4), [0.0, 50_000.0]);
    }
}
