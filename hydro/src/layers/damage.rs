//! Direct damage by depth: the Asian curves of Huizinga, de Moel & Szewczyk (2017, JRC105688) as shipped in physrisk-lib
//! 1.10.6 (homes, trade, industry, with their standard deviations) and hydromt_fiat 0.3.1 (roads); those of farmland and
//! transport facilities were recalled and want checking. Depth is above the ground, buildings averaged.
//!
//!   loss = area x cost x depreciation x (1 - undamageable) x (1 + contents) x ratio(depth)
//!
//! The industrial curve is JRC's own: the one in hydromt_fiat 0.3.1 repeats the commercial one.

use base::math;
use serde::{Deserialize, Serialize};

/// What is damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Asset {
    /// 住宅 (with contents)
    Residential,
    /// 商业
    Commercial,
    /// 工业
    Industrial,
    /// 道路
    Roads,
    /// 农业
    Agriculture,
    /// 交通设施
    Transport,
}

impl Asset {
    pub const ALL: [Asset; 6] =
        [Asset::Residential, Asset::Commercial, Asset::Industrial, Asset::Roads, Asset::Agriculture, Asset::Transport];
}

/// Depths of the curves, m.
pub const DEPTHS_M: [f64; 9] = [0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0];

/// Damage as a share of the greatest damage: mean, and the spread between studies where it was published.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Ratio {
    pub mean: f64,
    pub sd: Option<f64>,
}

/// Mean ratios at `DEPTHS_M`.
pub fn means(asset: Asset) -> [f64; 9] {
    match asset {
        Asset::Residential => [0.0, 0.3266, 0.4941, 0.6166, 0.7207, 0.8695, 0.9315, 0.9836, 1.0],
        Asset::Commercial => [0.0, 0.3768, 0.5377, 0.6593, 0.7628, 0.8833, 0.9419, 0.9808, 1.0],
        Asset::Industrial => [0.0, 0.2832, 0.4816, 0.6292, 0.7172, 0.8567, 0.9086, 0.9553, 1.0],
        Asset::Roads => [0.0, 0.2144, 0.3728, 0.6039, 0.7097, 0.8084, 0.8872, 0.9688, 1.0],
        Asset::Agriculture => [0.0, 0.135, 0.37, 0.524, 0.558, 0.66, 0.834, 0.988, 0.994],
        Asset::Transport => [0.0, 0.358, 0.572, 0.733, 0.847, 1.0, 1.0, 1.0, 1.0],
    }
}

/// Standard deviations at `DEPTHS_M`, where published.
pub fn deviations(asset: Asset) -> Option<[f64; 9]> {
    match asset {
        Asset::Residential => Some([0.0, 0.2516, 0.2154, 0.2145, 0.2073, 0.1675, 0.1245, 0.0478, 0.0]),
        Asset::Commercial => Some([0.0, 0.2405, 0.2406, 0.2436, 0.2503, 0.1717, 0.1124, 0.0528, 0.0]),
        Asset::Industrial => Some([0.0, 0.2433, 0.2960, 0.3006, 0.2685, 0.2345, 0.1592, 0.0795, 0.0]),
        Asset::Roads | Asset::Agriculture | Asset::Transport => None,
    }
}

fn on_curve(values: [f64; 9], depth_m: f64) -> f64 {
    let k = DEPTHS_M.partition_point(|d| *d <= depth_m);
    match k {
        0 => values[0],
        9 => values[8],
        _ => {
            values[k - 1] + (values[k] - values[k - 1]) * (depth_m - DEPTHS_M[k - 1]) / (DEPTHS_M[k] - DEPTHS_M[k - 1])
        }
    }
}

/// The damage ratio at a depth above the ground (straight lines between the points, held beyond 6 m).
pub fn ratio(asset: Asset, depth_m: f64) -> Ratio {
    Ratio { mean: on_curve(means(asset), depth_m), sd: deviations(asset).map(|sd| on_curve(sd, depth_m)) }
}

/// What a square metre of floor is worth.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FloorValue {
    /// Construction cost, EUR of 2010 per m2.
    pub cost_eur_m2: f64,
    /// Value left by age (0.6, Huizinga 2017: from memory).
    pub depreciation: f64,
    /// Share that water cannot damage (concrete or masonry 0.4: CLIMAAX handbook after Huizinga, read).
    pub undamageable: f64,
    /// Contents as a multiple of the structure's greatest damage: 0.5, 1.0, 1.5 for homes, trade, industry (same; read).
    pub contents: f64,
}

impl FloorValue {
    /// From gross domestic product per head in USD of 2010: cost = a G^b, JRC's base formulas as in hydromt_fiat 0.3.1
    /// (read). `None` for what has no floor.
    pub fn of(asset: Asset, gdp_per_head_usd2010: f64) -> Option<FloorValue> {
        let (a, b, contents) = match asset {
            Asset::Residential => (24.078, 0.3852, 0.5),
            Asset::Commercial => (33.642, 0.3574, 1.0),
            Asset::Industrial => (30.824, 0.3249, 1.5),
            Asset::Roads | Asset::Agriculture | Asset::Transport => return None,
        };
        let cost_eur_m2 = a * math::pow(gdp_per_head_usd2010, b);
        Some(FloorValue { cost_eur_m2, depreciation: 0.6, undamageable: 0.4, contents })
    }
    /// Greatest damage to structure and contents, EUR of 2010 per m2.
    pub fn greatest_eur_m2(&self) -> f64 {
        self.cost_eur_m2 * self.depreciation * (1.0 - self.undamageable) * (1.0 + self.contents)
    }
}

/// A building as far as damage is concerned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stock {
    pub asset: Asset,
    /// Floor area of one storey, m2.
    pub footprint_m2: f64,
    pub storeys: u32,
    pub storey_m: f64,
    /// Ground floor above the street, m (flats in Jiangsu 0.3 to 0.45: assumption).
    pub plinth_m: f64,
}

/// Loss at one building with water `depth_m` over the street, EUR of 2010: each flooded storey by the depth in it. The
/// curve speaks of whole buildings averaged; by storeys it is an approximation for tall ones (parameter notes, from
/// memory). Returns mean and standard deviation (0 where none was published).
pub fn loss_eur(stock: &Stock, value: &FloorValue, depth_m: f64) -> (f64, f64) {
    let (mut mean, mut sd) = (0.0, 0.0);
    for storey in 0..stock.storeys.max(1) {
        let inside = depth_m - stock.plinth_m - f64::from(storey) * stock.storey_m;
        if inside <= 0.0 {
            break;
        }
        let worth = stock.footprint_m2 * value.greatest_eur_m2();
        let ratio = ratio(stock.asset, inside);
        mean += worth * ratio.mean;
        sd += worth * ratio.sd.unwrap_or(0.0);
    }
    (mean, sd)
}

/// Sum of losses with its spread. The curves' spread is between studies and regions, so it is mostly shared: `shared` of
/// 1 adds deviations, 0 adds variances.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Tally {
    pub mean: f64,
    deviations: f64,
    variances: f64,
}

impl Tally {
    pub fn add(&mut self, (mean, sd): (f64, f64)) {
        self.mean += mean;
        self.deviations += sd;
        self.variances += sd * sd;
    }
    pub fn sd(&self, shared: f64) -> f64 {
        math::sqrt(shared * self.deviations * self.deviations + (1.0 - shared) * self.variances)
    }
}

/// Losses of many buildings by asset, in the order of `Asset::ALL`: `depth_m` is the greatest depth over the street at a
/// cell, `value` what a building's floor is worth.
pub fn assess<'a>(
    buildings: impl IntoIterator<Item = (usize, &'a Stock)>,
    depth_m: impl Fn(usize) -> f64,
    value: impl Fn(&Stock) -> FloorValue,
) -> [Tally; 6] {
    let mut tallies = [Tally::default(); 6];
    for (cell, stock) in buildings {
        tallies[stock.asset as usize].add(loss_eur(stock, &value(stock), depth_m(cell)));
    }
    tallies
}

/// Days a business stands still by the depth inside: (least, most). Analyst's figures, low confidence (parameter notes).
pub fn interruption_d(depth_m: f64) -> (f64, f64) {
    match depth_m {
        d if d <= 0.0 => (0.0, 0.0),
        d if d < 0.3 => (3.0, 7.0),
        d if d < 1.0 => (7.0, 30.0),
        d if d < 2.0 => (30.0, 90.0),
        _ => (90.0, 180.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Grade: reference (JRC Asia, the rounded table of the parameter notes, section 2).
    #[test]
    fn the_curves_pass_through_their_published_points() {
        let table = [
            (0.5, [0.327, 0.377, 0.283, 0.214, 0.135]),
            (1.0, [0.494, 0.538, 0.482, 0.373, 0.370]),
            (1.5, [0.617, 0.659, 0.629, 0.604, 0.524]),
            (2.0, [0.721, 0.763, 0.717, 0.710, 0.558]),
            (3.0, [0.870, 0.883, 0.857, 0.808, 0.660]),
            (4.0, [0.931, 0.942, 0.909, 0.887, 0.834]),
            (5.0, [0.984, 0.981, 0.955, 0.969, 0.988]),
        ];
        for (depth, ratios) in table {
            for (asset, expected) in Asset::ALL.into_iter().zip(ratios) {
                assert!((ratio(asset, depth).mean - expected).abs() <= 5.1e-4, "{asset:?} at {depth} m");
            }
        }
        assert_eq!(ratio(Asset::Residential, 9.0), Ratio { mean: 1.0, sd: Some(0.0) });
        assert!((ratio(Asset::Residential, 0.25).mean - 0.1633).abs() < 1e-12);
        assert_eq!(ratio(Asset::Residential, -0.2).mean, 0.0);
    }

    /// Grade: reference (JRC construction costs of China at 4433 USD2010 a head: 611.4, 676.4, 471.8 EUR/m2).
    #[test]
    fn costs_by_income_have_the_published_values_of_china() {
        for (asset, cost) in [(Asset::Residential, 611.4), (Asset::Commercial, 676.4), (Asset::Industrial, 471.8)] {
            let value = FloorValue::of(asset, 4433.0).unwrap();
            assert!((value.cost_eur_m2 / cost - 1.0).abs() < 2e-3, "{asset:?}: {}", value.cost_eur_m2);
        }
        // The table works out 220 EUR/m2 of structure and 330 with contents for homes.
        let homes = FloorValue::of(Asset::Residential, 4433.0).unwrap();
        assert!((homes.greatest_eur_m2() - 330.0).abs() < 1.0);
    }

    /// Grade: exact.
    #[test]
    fn only_flooded_storeys_lose() {
        let value = FloorValue { cost_eur_m2: 100.0, depreciation: 1.0, undamageable: 0.0, contents: 0.0 };
        let stock = Stock { asset: Asset::Residential, footprint_m2: 10.0, storeys: 6, storey_m: 3.0, plinth_m: 0.4 };
        assert_eq!(loss_eur(&stock, &value, 0.4), (0.0, 0.0));
        let (mean, sd) = loss_eur(&stock, &value, 1.4);
        assert!((mean - 494.1).abs() < 1e-9 && (sd - 215.4).abs() < 1e-9);
        let (two, _) = loss_eur(&stock, &value, 3.9);
        assert!((two - 1000.0 * (0.8695 + 0.5 * (0.9315 - 0.8695) + 0.3266)).abs() < 1e-9);
        let all = assess([(3, &stock), (7, &stock)], |cell| if cell == 7 { 1.4 } else { 0.0 }, |_| value);
        assert!((all[Asset::Residential as usize].mean - 494.1).abs() < 1e-9);
        assert_eq!(all[Asset::Industrial as usize].mean, 0.0);
        let mut tally = Tally::default();
        (0..4).for_each(|_| tally.add((1.0, 2.0)));
        assert_eq!((tally.mean, tally.sd(0.0), tally.sd(1.0)), (4.0, 4.0, 8.0));
    }

    /// Grade: reference (the table file itself, where it is at hand).
    #[test]
    fn the_curves_are_those_of_the_parameter_table() {
        let Some(table) = crate::layers::tables::rows("depth_damage.csv") else { return };
        let names = [
            "residential building+contents",
            "commercial",
            "industrial",
            "roads/infrastructure",
            "agriculture",
            "transport facilities",
        ];
        let mut rows = 0;
        for row in table.iter().filter(|row| row[0] == "flood" && row[2] == "Asia") {
            let asset = Asset::ALL[names.iter().position(|name| *name == row[1]).unwrap()];
            let given = ratio(asset, row[3].parse().unwrap());
            assert_eq!(given.mean, row[4].parse::<f64>().unwrap(), "{row:?}");
            assert_eq!(given.sd, row[5].parse().ok(), "{row:?}");
            rows += 1;
        }
        assert_eq!(rows, 54, "six curves of nine points");
    }
}
