//! Time inside is a whole number of ticks; clock strings live at the edges only.

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

/// Length of one tick, s. Hazards and travel take their own inner steps inside a tick.
pub const TICK_S: u32 = 10;

/// A moment of the run: number of ticks since its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tick(pub u32);

impl Tick {
    /// Seconds since the start of the run.
    pub fn seconds(self) -> f64 {
        f64::from(self.0) * f64::from(TICK_S)
    }
    /// Whole seconds since the start of the run.
    pub fn whole_s(self) -> u64 {
        u64::from(self.0) * u64::from(TICK_S)
    }
    /// The first tick that is not before `s` seconds.
    pub fn at_or_after_s(s: f64) -> Tick {
        assert!(s.is_finite() && s >= 0.0, "a moment of {s} s");
        Tick((s / f64::from(TICK_S)).ceil() as u32)
    }
    /// This tick plus `s` seconds, rounded up to a tick.
    pub fn plus_s(self, s: f64) -> Tick {
        Tick(self.0.saturating_add(Tick::at_or_after_s(s.max(0.0)).0))
    }
    /// Seconds from `earlier` to this tick, 0 when it is later.
    pub fn since_s(self, earlier: Tick) -> f64 {
        f64::from(self.0.saturating_sub(earlier.0)) * f64::from(TICK_S)
    }
    pub fn next(self) -> Tick {
        Tick(self.0 + 1)
    }
    /// True once every `period_s` seconds.
    pub fn every_s(self, period_s: u32) -> bool {
        let period = (period_s / TICK_S).max(1);
        self.0.is_multiple_of(period)
    }
}

/// The wall clock of the story: the civil date and time of tick 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    pub start: DateTime,
}

impl Clock {
    /// Reads "2026-08-14T18:00" (seconds may be added).
    pub fn parse(text: &str) -> Result<Clock, String> {
        text.parse::<DateTime>().map_err(|e| format!("not a date and time like 2026-08-14T18:00: {e}")).and_then(
            |start| match start.year() {
                // The last year of the calendar is left free for the run.
                1..=9998 => Ok(Clock { start }),
                year => Err(format!("in the year {year}; 1 to 9998 would do")),
            },
        )
    }
    pub fn at(&self, tick: Tick) -> DateTime {
        self.start
            .checked_add(jiff::Span::new().seconds(tick.whole_s() as i64))
            .expect("the story's clock left the calendar")
    }
    /// "22:35", or "22:35:10" off the minute.
    pub fn hhmm(&self, tick: Tick) -> String {
        let t = self.at(tick);
        if t.second() == 0 {
            format!("{:02}:{:02}", t.hour(), t.minute())
        } else {
            format!("{:02}:{:02}:{:02}", t.hour(), t.minute(), t.second())
        }
    }
    /// Hour of the day as a number, 0 to 24.
    pub fn hour_of_day(&self, tick: Tick) -> f64 {
        let t = self.at(tick);
        f64::from(t.hour()) + f64::from(t.minute()) / 60.0 + f64::from(t.second()) / 3600.0
    }
}

/// Longest duration that is read, s: a year, far beyond any run.
const DURATION_MAX_S: f64 = 366.0 * 86_400.0;

/// A duration as people write it: "90s", "20min", "2h", "1h30min", "0s". Always seconds inside.
pub fn parse_duration_s(text: &str) -> Result<f64, String> {
    let bad = || format!("not a duration: \"{text}\" (write 90s, 20min, 2h or 1h30min)");
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err(bad());
    }
    let mut total_s = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).ok_or_else(bad)?;
        let number: f64 = rest[..digits].parse().map_err(|_| bad())?;
        rest = &rest[digits..];
        let letters = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        total_s += number
            * match rest[..letters].trim() {
                "s" => 1.0,
                "min" => 60.0,
                "h" => 3600.0,
                _ => return Err(bad()),
            };
        rest = &rest[letters..];
    }
    if total_s > DURATION_MAX_S {
        return Err(format!("longer than a year: \"{}...\"", text.chars().take(12).collect::<String>()));
    }
    Ok(total_s)
}

/// "1h30min" for 5400 s: the way back from [`parse_duration_s`].
pub fn duration_text(s: f64) -> String {
    let s = s.round().max(0.0) as u64;
    let (h, min, sec) = (s / 3600, s % 3600 / 60, s % 60);
    let mut out = String::new();
    if h > 0 {
        out += &format!("{h}h");
    }
    if min > 0 {
        out += &format!("{min}min");
    }
    if sec > 0 || out.is_empty() {
        out += &format!("{sec}s");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_reads_back_as_it_was_written() {
        for text in ["90s", "20min", "2h", "1h30min", "2h5min10s"] {
            assert_eq!(parse_duration_s(&duration_text(parse_duration_s(text).unwrap())), parse_duration_s(text));
        }
        assert_eq!(parse_duration_s("1h30min"), Ok(5400.0));
        for bad in ["", "5", "h", "5 parsecs", "min5", &format!("{}h", "9".repeat(400))] {
            assert!(parse_duration_s(bad).is_err(), "{bad:?} was accepted");
        }
    }

    #[test]
    fn the_clock_runs_over_midnight() {
        let clock = Clock::parse("2026-08-14T18:00").unwrap();
        assert_eq!(clock.hhmm(Tick(6 * 60 * 7)), "01:00");
        assert_eq!(clock.hhmm(Tick(1)), "18:00:10");
    }
}
