//! Puffs that become one and puffs that become two. Both keep mass, centre and spread exactly.

use super::{Own, Puff};
use base::math;

/// Nearer than this part of their sigma, puffs that follow each other become one.
const TOUCH: f64 = 0.3;
/// Puffs whose sizes differ by more are let be.
const ALIKE: f64 = 0.25;

/// Makes neighbours in the order of release one where they overlap almost wholly. Puffs of different releases never meet.
pub fn merge(puffs: &mut Vec<Puff>) {
    let mut kept: Vec<Puff> = Vec::with_capacity(puffs.len());
    for puff in puffs.drain(..) {
        match kept.last_mut() {
            Some(last) if alike(last, &puff) => *last = joined(last, &puff),
            _ => kept.push(puff),
        }
    }
    *puffs = kept;
}

fn alike(a: &Puff, b: &Puff) -> bool {
    let apart = (b.x_m - a.x_m, b.y_m - a.y_m);
    let length = math::hypot(apart.0, apart.1);
    let direction = if length > 0.0 { (apart.0 / length, apart.1 / length) } else { (1.0, 0.0) };
    let sigma = a.sigma_m(direction).min(b.sigma_m(direction));
    let near = |x: f64, y: f64| (x - y).abs() <= ALIKE * x.max(y);
    a.release == b.release
        && a.guide.is_none()
        && b.guide.is_none()
        && length <= TOUCH * sigma
        && near(a.largest_m(), b.largest_m())
        && near(a.depth_m, b.depth_m)
        && (a.height_m - b.height_m).abs() <= TOUCH * a.depth_m.min(b.depth_m)
}

/// Two puffs as one of the same mass, centre, covariance and mean depth.
pub fn joined(a: &Puff, b: &Puff) -> Puff {
    let mass_kg = a.mass_kg + b.mass_kg;
    let share = if mass_kg > 0.0 { b.mass_kg / mass_kg } else { 0.5 };
    let mix = |x: f64, y: f64| x + share * (y - x);
    let (dx, dy) = (b.x_m - a.x_m, b.y_m - a.y_m);
    let between = share * (1.0 - share);
    Puff {
        release: a.release,
        mass_kg,
        x_m: mix(a.x_m, b.x_m),
        y_m: mix(a.y_m, b.y_m),
        height_m: mix(a.height_m, b.height_m),
        spread_m2: [
            mix(a.spread_m2[0], b.spread_m2[0]) + between * dx * dx,
            mix(a.spread_m2[1], b.spread_m2[1]) + between * dx * dy,
            mix(a.spread_m2[2], b.spread_m2[2]) + between * dy * dy,
        ],
        depth_m: mix(a.depth_m, b.depth_m),
        age_s: mix(a.age_s, b.age_s),
        way_m: mix(a.way_m, b.way_m),
        guide: None,
        own: Own { variance_m2: mix(a.own.variance_m2, b.own.variance_m2), depth_m: mix(a.own.depth_m, b.own.depth_m) },
    }
}

/// Part of the variance that goes into the distance of the two halves. Up to a half the sum has one hump; at 0.3 its
/// kurtosis is 2.82 against the Gaussian's 3.
const HALVED: f64 = 0.3;
/// Puffs are not split to more than this many.
const MOST: usize = 4000;

/// Splits puffs that have grown beyond `largest_m` in the direction of their length, so that each half goes with the wind
/// where it is.
pub fn split(puffs: &mut Vec<Puff>, largest_m: f64) {
    if puffs.iter().all(|p| p.guide.is_some() || p.largest_m() <= largest_m) {
        return;
    }
    let mut kept = Vec::with_capacity(2 * puffs.len());
    for puff in puffs.iter() {
        if puff.largest_m() > largest_m && puff.guide.is_none() && puffs.len() + kept.len() < MOST {
            kept.extend(halves(puff));
        } else {
            kept.push(*puff);
        }
    }
    *puffs = kept;
}

/// Two halves side by side along the longer axis.
pub fn halves(puff: &Puff) -> [Puff; 2] {
    let [xx, xy, yy] = puff.spread_m2;
    let variance = 0.5 * (xx + yy) + math::hypot(0.5 * (xx - yy), xy);
    // The axis belongs to the larger eigenvalue; of the two forms of it the one without cancellation.
    let axis = if xx >= yy { (variance - yy, xy) } else { (xy, variance - xx) };
    let length = math::hypot(axis.0, axis.1);
    let (ux, uy) = if length > 0.0 { (axis.0 / length, axis.1 / length) } else { (1.0, 0.0) };
    let away = math::sqrt(HALVED * variance);
    [-away, away].map(|by| {
        let mut half = *puff;
        half.mass_kg *= 0.5;
        half.x_m += by * ux;
        half.y_m += by * uy;
        half.widen((ux, uy), -HALVED * variance);
        // No half is narrower than what its source gave it.
        half.own.variance_m2 *= 1.0 - HALVED;
        half
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn puff(x_m: f64, y_m: f64, mass_kg: f64, spread_m2: [f64; 3]) -> Puff {
        Puff {
            release: 0,
            mass_kg,
            x_m,
            y_m,
            height_m: 1.0,
            spread_m2,
            depth_m: 4.0,
            age_s: 60.0,
            way_m: 300.0,
            guide: None,
            own: Own::default(),
        }
    }

    #[test]
    fn a_split_puff_and_its_halves_have_the_same_moments() {
        // Grade: exact.
        for spread in [[100.0, 0.0, 25.0], [25.0, 0.0, 100.0], [60.0, 30.0, 40.0], [9.0, 0.0, 9.0], [40.0, -30.0, 60.0]]
        {
            let whole = puff(10.0, -5.0, 2.0, spread);
            let [a, b] = halves(&whole);
            let back = joined(&a, &b);
            assert!((back.mass_kg - 2.0).abs() < 1e-12 && (back.x_m - 10.0).abs() < 1e-9);
            for k in 0..3 {
                assert!((back.spread_m2[k] - spread[k]).abs() < 1e-9 * 100.0, "{spread:?} {:?}", back.spread_m2);
            }
            assert!(a.largest_m() <= whole.largest_m() + 1e-12);
        }
    }

    #[test]
    fn merging_and_splitting_a_whole_train_keeps_its_mass_centre_and_spread() {
        // Grade: exact. Mass, first and second moments about the origin, and mass times depth, of a bent train.
        let train: Vec<Puff> = (0..40)
            .map(|k| {
                let s = f64::from(k);
                let mut p = puff(2.0 * s, 0.03 * s * s, 1.0 + 0.1 * s, [30.0 + 4.0 * s, 0.5 * s, 20.0 + 3.0 * s]);
                p.depth_m = 4.0 + 0.05 * s;
                p
            })
            .collect();
        let sums = |puffs: &[Puff]| {
            let mut sum = [0.0; 7];
            for p in puffs {
                let ([xx, xy, yy], x, y) = (p.spread_m2, p.x_m, p.y_m);
                let more = [1.0, x, y, x * x + xx, x * y + xy, y * y + yy, p.depth_m];
                sum.iter_mut().zip(more).for_each(|(s, v)| *s += p.mass_kg * v);
            }
            sum
        };
        let before = sums(&train);
        let mut merged = train.clone();
        merge(&mut merged);
        assert!(merged.len() < 30, "{} of 40 are left", merged.len());
        let mut parted = merged.clone();
        split(&mut parted, 8.0);
        assert!(parted.len() > merged.len());
        for after in [sums(&merged), sums(&parted)] {
            for (k, (a, b)) in before.iter().zip(after).enumerate() {
                assert!((a - b).abs() < 1e-9 * a.abs(), "moment {k}: {a} {b}");
            }
        }
    }

    #[test]
    fn only_near_puffs_of_one_release_and_size_merge() {
        // Grade: exact.
        let near = |dx: f64| puff(dx, 0.0, 1.0, [100.0, 0.0, 100.0]);
        let mut puffs = vec![near(0.0), near(2.0), near(30.0)];
        merge(&mut puffs);
        assert_eq!(puffs.len(), 2);
        assert!((puffs[0].mass_kg - 2.0).abs() < 1e-12 && (puffs[0].spread_m2[0] - 101.0).abs() < 1e-12);
        let mut other = near(2.0);
        other.release = 1;
        let mut puffs = vec![near(0.0), other];
        merge(&mut puffs);
        assert_eq!(puffs.len(), 2);
    }
}
