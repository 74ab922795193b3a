//! Loads and doses as a table over the concentration, for a million people a step. Rows stand at equal steps of a sixty-fourth of an
//! octave, found from the bits of the number itself, and straight between: powers up to 4.4 are met within 4e-4. In the row in which a
//! column of an AEGL lies the exponent changes, by 4 at most (hydrogen sulphide): the chord is then up to 4/64/4 = 1.6 % low. Where a level begins
//! within a row's span, the whole span counts as above it: at most 1.6 % early in concentration.

use super::toxic::load_rate_per_s;
use crate::substance::Substance;

/// Rows per octave: the six upper bits of the fraction.
const PER_OCTAVE: usize = 64;
const SHIFT: u32 = 23 - 6;
/// Lowest concentration that counts, kg/m3: 2^-33, a tenth of a microgram; and octaves above it, to 2^3.
const LOWEST_EXPONENT: i32 = -33;
const OCTAVES: usize = 36;
const ROWS: usize = PER_OCTAVE * OCTAVES + 1;

/// What a second adds: shares of the three AEGL loads and the probit's dose.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Rates {
    pub share_per_s: [f32; 3],
    pub dose_per_s: f32,
}

/// A substance's table in air of a temperature and pressure.
#[derive(Debug, Clone)]
pub struct DoseTable {
    /// Value at the row's start, and what it gains to its end.
    rows: Vec<[f32; 8]>,
}

impl DoseTable {
    pub fn new(s: &Substance, temperature_k: f64, pressure_pa: f64) -> DoseTable {
        let probit = s.harm.probit.as_ref().map(|known| known.value);
        let exact = |kg_m3: f64| -> [f64; 4] {
            let ppm = s.ppm(kg_m3, temperature_k, pressure_pa);
            let share = |level| load_rate_per_s(&s.harm, level, ppm);
            [share(1), share(2), share(3), probit.map_or(0.0, |p| p.dose_rate_per_s(kg_m3))]
        };
        let edges: Vec<[f64; 4]> = (0..=ROWS).map(|row| exact(f64::from(start(row)))).collect();
        let rows = (0..ROWS)
            .map(|row| {
                let (a, b) = (&edges[row], &edges[row + 1]);
                let mut out = [0.0f32; 8];
                for k in 0..4 {
                    // A jump (a level that begins here): the end's value for all of the row.
                    let jump = a[k] <= 0.0 && b[k] > 0.0 || a[k] > 0.0 && b[k] > 1.2 * a[k];
                    let from = if jump { b[k] } else { a[k] };
                    out[k] = from as f32;
                    out[k + 4] = (b[k] - from) as f32;
                }
                out
            })
            .collect();
        DoseTable { rows }
    }

    /// Rates at a concentration, kg/m3.
    #[inline]
    pub fn rates(&self, kg_m3: f32) -> Rates {
        let bits = kg_m3.to_bits();
        let lowest = ((LOWEST_EXPONENT + 127) as u32) << 23;
        // Below the table, negative (the sign bit makes it huge as a number, so it is asked for), or not a number: nothing.
        if kg_m3.is_nan() || kg_m3 < f32::from_bits(lowest) {
            return Rates::default();
        }
        let row = (((bits - lowest) >> SHIFT) as usize).min(ROWS - 1);
        let part = (bits & ((1 << SHIFT) - 1)) as f32 * (1.0 / (1 << SHIFT) as f32);
        let r = &self.rows[row];
        Rates {
            share_per_s: [r[0] + part * r[4], r[1] + part * r[5], r[2] + part * r[6]],
            dose_per_s: r[3] + part * r[7],
        }
    }
}

/// Concentration at which a row starts, kg/m3.
fn start(row: usize) -> f32 {
    let lowest = ((LOWEST_EXPONENT + 127) as u32) << 23;
    f32::from_bits(lowest + ((row as u32) << SHIFT))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::substance::Substances;

    #[test]
    fn the_table_is_the_formula_and_never_less() {
        // Grade: exact (3e-4, and 1.6 % of concentration where a level begins).
        let all = Substances::embedded();
        for s in &all.substances {
            let table = DoseTable::new(s, 288.15, 101_325.0);
            for k in 0..4000 {
                let c = 1e-9 * base::math::pow(10.0, f64::from(k) * 0.0023);
                let ppm = s.ppm(c, 288.15, 101_325.0);
                let got = table.rates(c as f32);
                for level in 1..=3u8 {
                    let (want, near) =
                        (load_rate_per_s(&s.harm, level, ppm), load_rate_per_s(&s.harm, level, 1.016 * ppm));
                    let got = f64::from(got.share_per_s[usize::from(level) - 1]);
                    let columns = s.harm.aegl.as_ref().map(|a| *a.level(level)).unwrap_or_default();
                    let column = columns.iter().flatten().any(|c| (ppm / c - 1.0).abs() < 1.0 / 64.0);
                    let fine = (got - want).abs() <= 4e-4 * want
                        || got >= want && got <= near * 1.001
                        || column && got >= 0.984 * want && got < near;
                    assert!(fine, "{} {level} at {ppm} ppm: {got} {want} {near}", s.key);
                }
                if let Some(p) = &s.harm.probit {
                    let want = p.value.dose_rate_per_s(c);
                    assert!((f64::from(got.dose_per_s) - want).abs() <= 4e-4 * want, "{} at {c}", s.key);
                }
            }
        }
    }

    #[test]
    fn nothing_and_nonsense_add_nothing() {
        // Grade: exact.
        let all = Substances::embedded();
        let table = DoseTable::new(all.find("chlorine").expect("there"), 288.15, 101_325.0);
        for c in [0.0, -1.0, f32::NAN, 1e-12, f32::NEG_INFINITY] {
            assert_eq!(table.rates(c), Rates::default(), "{c}");
        }
        assert!(table.rates(100.0).dose_per_s > 0.0);
    }
}
