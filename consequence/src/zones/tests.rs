use super::*;
use crate::puff::plume::Aloha;
use crate::puff::{Options, Scheme};
use crate::release::{Emission, Entry, Release, Step};
use crate::weather::{Weather, WeatherSpec};

fn weather(class: &str, wind_m_s: f64, from_deg: f64) -> Weather {
    let text = format!(
        "(ground: OpenCountry, reports: [(wind_m_s: {wind_m_s}, wind_from_deg: {from_deg}, stability: Class({class}), \
         mixing_height_m: Some(3000))])"
    );
    ron::from_str::<WeatherSpec>(&text).expect("reads").check("test").expect("sound")
}

fn leak(rate_kg_s: f64) -> Release {
    let state = Emission {
        entry: Entry::Cloud,
        temperature_k: 288.15,
        vapour_share: 1.0,
        speed_m_s: 0.0,
        area_m2: 0.01,
        width_m: 0.1,
    };
    Release {
        substance: "ammonia".into(),
        at: Point::new(0.0, 0.0),
        height_m: 0.0,
        steps: vec![Step { from_s: 0.0, to_s: 3600.0, rate_kg_s, state }],
        bursts: Vec::new(),
    }
}

fn peaks(wind: &Wind, grid: Grid, seconds: f64) -> Peaks {
    let options = Options { scheme: Scheme::BriggsCountry, interval_s: 2.0, ..Options::default() };
    let mut cloud = Cloud::new(options, vec![leak(1.0)]);
    let mut peaks = Peaks::new(grid);
    let mut time_s = 0.0;
    while time_s < seconds {
        cloud.advance(wind, 10.0);
        time_s += 10.0;
        if time_s % 100.0 == 0.0 {
            peaks.see(&cloud, 0, wind, 0.0);
        }
    }
    peaks
}

#[test]
fn a_zone_reaches_as_far_as_aloha_s_and_its_lines_hold_it() {
    // Grade: reference. ALOHA I1: 1 kg/s of ammonia, class D, 5 m/s: 100 ppm at 570 m; 5 % (puffs on a raster).
    let wind = Wind::uniform(weather("D", 5.0, 270.0));
    let grid = Grid { x0: -200.0, y0: -400.0, cell_m: 10.0, nx: 120, ny: 80 };
    let peaks = peaks(&wind, grid, 500.0);
    let ppm100 = 100e-6 * 0.01703 * 101_325.0 / (8.314_462_6 * 288.15);
    let level = Level { name: "100 ppm".into(), concentration_kg_m3: ppm100 };
    let none = Level { name: "never".into(), concentration_kg_m3: 1e6 };
    let air = wind.weather.at(0.0);
    let found = zones(&peaks, Point::new(0.0, 0.0), &air, &[level, none], Vec::new());
    let zone = &found.zones[0];
    assert!((zone.farthest_m / 570.0 - 1.0).abs() < 0.05, "{}", zone.farthest_m);
    assert!(!zone.cut && zone.pieces.iter().any(|p| p.holds(Point::new(300.0, 0.0))));
    assert!(!zone.pieces.iter().any(|p| p.holds(Point::new(300.0, 150.0))));
    let swept: f64 = zone.possible.iter().map(Piece::area_m2).sum();
    assert!(swept > 2.0 * zone.area_m2, "{swept} around {}", zone.area_m2);
    let angle = found.angle_deg.to_radians() * 0.9;
    let aside = Point::new(400.0 * angle.cos(), 400.0 * angle.sin());
    assert!(zone.possible.iter().any(|p| p.holds(aside)));
    assert_eq!((found.zones[1].farthest_m, found.zones[1].pieces.len()), (0.0, 0));
    // The closed form beside it.
    let aloha = Aloha::open_country(1.0);
    assert!((zone.farthest_m / aloha.zone_m(ppm100).unwrap() - 1.0).abs() < 0.05);
}

#[test]
fn a_turned_wind_turns_the_zone_and_calm_has_no_direction() {
    // Grade: exact for the turn by a right angle on a square grid.
    let grid = Grid { x0: -600.0, y0: -600.0, cell_m: 20.0, nx: 60, ny: 60 };
    let area = |from_deg: f64| {
        let wind = Wind::uniform(weather("D", 5.0, from_deg));
        let peaks = peaks(&wind, grid, 300.0);
        peaks.outline(2e-4).iter().map(Piece::area_m2).sum::<f64>()
    };
    let (east, north) = (area(270.0), area(180.0));
    assert!(east > 1000.0 && (east / north - 1.0).abs() < 1e-4, "{east} {north}");
    let calm = weather("D", 1.0, 270.0).at(0.0);
    assert_eq!(angle_deg(&calm), 180.0);
    let windy = weather("D", 8.0, 270.0).at(0.0);
    let lively = weather("B", 4.0, 270.0).at(0.0);
    assert!(angle_deg(&windy) < angle_deg(&lively), "{} {}", angle_deg(&windy), angle_deg(&lively));
}

#[test]
fn a_zone_that_leaves_the_grid_says_so() {
    // Grade: behaviour.
    let grid = Grid { x0: -100.0, y0: -100.0, cell_m: 10.0, nx: 30, ny: 20 };
    let wind = Wind::uniform(weather("D", 5.0, 270.0));
    let peaks = peaks(&wind, grid, 300.0);
    let level = Level { name: "low".into(), concentration_kg_m3: 1e-5 };
    assert!(zones(&peaks, Point::new(0.0, 0.0), &wind.weather.at(0.0), &[level], Vec::new()).zones[0].cut);
}
