//! Panels of curves as one SVG: two columns of axes, each with its title and a legend above it.

use base::math;
use hydro::validate::case::digits;
use hydro::validate::{Panel, Role, Series};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::path::Path;

const WIDTH: u32 = 560;
const HEIGHT: u32 = 340;
/// Points of a curve at most: more cannot be seen and swell the file.
const POINTS_MOST: usize = 400;

type Fault = Box<dyn std::error::Error>;

pub fn write(path: &Path, panels: &[Panel]) -> Result<(), Fault> {
    let columns = if panels.len() > 1 { 2 } else { 1 };
    let rows = panels.len().div_ceil(columns);
    let size = (WIDTH * columns as u32, HEIGHT * rows as u32);
    let mut text = String::new();
    {
        let root = SVGBackend::with_string(&mut text, size).into_drawing_area();
        root.fill(&WHITE)?;
        for (area, panel) in root.split_evenly((rows, columns)).iter().zip(panels) {
            draw(area, panel)?;
        }
        root.present()?;
    }
    std::fs::write(path, text)?;
    Ok(())
}

fn colour(role: Role) -> RGBColor {
    match role {
        Role::Computed => RGBColor(20, 90, 200),
        Role::ComputedToo => RGBColor(230, 120, 20),
        Role::Exact => RGBColor(20, 20, 20),
        Role::Peer => RGBColor(30, 150, 90),
        Role::PeerToo => RGBColor(150, 70, 170),
        Role::Experiment => RGBColor(200, 30, 50),
        Role::Bed => RGBColor(140, 110, 80),
    }
}

/// Smallest and largest of the finite values, a little apart from each other and from the frame.
fn span(values: impl Iterator<Item = f64>, margin: f64) -> (f64, f64) {
    let (least, most) =
        values.filter(|v| v.is_finite()).fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)));
    if least > most {
        return (0.0, 1.0);
    }
    // A straight line drawn over its own rounding would show noise as hills.
    let room = (most - least).max(1e-3 * most.abs().max(least.abs())).max(1e-12);
    let middle = 0.5 * (least + most);
    (middle - (0.5 + margin) * room, middle + (0.5 + margin) * room)
}

fn draw(area: &DrawingArea<SVGBackend, Shift>, panel: &Panel) -> Result<(), Fault> {
    let on_axes = |(x, y): (f64, f64)| if panel.log { (math::log10(x), math::log10(y)) } else { (x, y) };
    let series: Vec<Series> = panel
        .series
        .iter()
        .map(|s| Series { points: thin(&s.points).into_iter().map(on_axes).collect(), ..s.clone() })
        .collect();
    let (x0, x1) = span(series.iter().flat_map(|s| s.points.iter().map(|p| p.0)), 0.0);
    let (y0, y1) = span(series.iter().flat_map(|s| s.points.iter().map(|p| p.1)), 0.05);
    let left = Pos::new(HPos::Left, VPos::Center);
    area.draw(&Text::new(panel.title.clone(), (52, 14), TextStyle::from(("sans-serif", 15)).pos(left)))?;
    // Widths of letters are not known without a font: 6.2 px each will do at this size.
    let (mut x, mut y) = (52, 33);
    for s in &series {
        let width = 34 + (s.name.chars().count() as f64 * 6.2) as i32;
        if x + width > WIDTH as i32 - 10 {
            (x, y) = (52, y + 16);
        }
        stroke(area, s.role, &[(x, y), (x + 18, y)])?;
        let style = ("sans-serif", 12).into_font().color(&colour(s.role)).pos(left);
        area.draw(&Text::new(s.name.clone(), (x + 24, y), style))?;
        x += width;
    }
    let body = area.margin(y + 10, 8, 8, 14);
    let mut chart = ChartBuilder::on(&body)
        .set_label_area_size(LabelAreaPosition::Left, 58)
        .set_label_area_size(LabelAreaPosition::Bottom, 38)
        .build_cartesian_2d(x0..x1, y0..y1)?;
    let label = |v: &f64| if panel.log { decade(*v) } else { short(*v) };
    chart
        .configure_mesh()
        .light_line_style(RGBColor(240, 240, 240))
        .bold_line_style(RGBColor(222, 222, 222))
        .x_labels(7)
        .y_labels(7)
        .x_desc(panel.x.clone())
        .y_desc(panel.y.clone())
        .x_label_formatter(&label)
        .y_label_formatter(&label)
        .label_style(("sans-serif", 12))
        .draw()?;
    // Grounds first, ours last, so that what is compared lies on top.
    let order =
        [Role::Bed, Role::Peer, Role::PeerToo, Role::Experiment, Role::Exact, Role::ComputedToo, Role::Computed];
    for role in order {
        for s in series.iter().filter(|s| s.role == role) {
            let colour = colour(role);
            match role {
                Role::Bed => {
                    let style = colour.mix(0.25);
                    chart.draw_series(AreaSeries::new(s.points.iter().copied(), y0, style).border_style(colour))?;
                }
                Role::Experiment => {
                    let radius = dot(s.points.len());
                    chart.draw_series(s.points.iter().map(|p| Circle::new(*p, radius, colour.filled())))?;
                }
                Role::Peer | Role::PeerToo => {
                    chart.draw_series(DashedLineSeries::new(s.points.iter().copied(), 5, 4, colour.stroke_width(1)))?;
                }
                Role::Exact => {
                    chart.draw_series(LineSeries::new(s.points.iter().copied(), colour.stroke_width(2)))?;
                }
                Role::Computed | Role::ComputedToo => {
                    chart.draw_series(LineSeries::new(s.points.iter().copied(), colour.stroke_width(1)))?;
                    if s.points.len() <= 40 {
                        chart.draw_series(s.points.iter().map(|p| Circle::new(*p, 3, colour.filled())))?;
                    }
                }
            }
        }
    }
    Ok(())
}

/// Radius of measured points, px: to be seen one by one, smaller where a series is nearly a line.
fn dot(points: usize) -> u32 {
    if points <= 200 { 3 } else { 2 }
}

/// The stroke of a role in the legend.
fn stroke(area: &DrawingArea<SVGBackend, Shift>, role: Role, line: &[(i32, i32)]) -> Result<(), Fault> {
    let colour = colour(role);
    let (a, b) = (line[0], line[1]);
    match role {
        Role::Experiment => {
            for k in 0..2 {
                area.draw(&Circle::new((a.0 + 4 + 10 * k, a.1), 3, colour.filled()))?;
            }
        }
        Role::Peer | Role::PeerToo => {
            for k in 0..2 {
                area.draw(&PathElement::new(
                    vec![(a.0 + 10 * k, a.1), (a.0 + 10 * k + 6, a.1)],
                    colour.stroke_width(1),
                ))?;
            }
        }
        Role::Exact | Role::Bed => area.draw(&PathElement::new(vec![a, b], colour.stroke_width(3)))?,
        Role::Computed | Role::ComputedToo => area.draw(&PathElement::new(vec![a, b], colour.stroke_width(1)))?,
    }
    Ok(())
}

/// A tick of a logarithmic axis.
fn decade(v: f64) -> String {
    let value = math::pow(10.0, v);
    if value >= 1.0 { format!("{value:.0}") } else { format!("{value:.0e}") }
}

/// A tick's number without a tail of zeros.
fn short(v: f64) -> String {
    let text = digits(if v.abs() < 1e-12 { 0.0 } else { v });
    if !text.contains('.') || text.contains('e') {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

/// Every so many-th point, with the last one.
fn thin(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let stride = points.len().div_ceil(POINTS_MOST).max(1);
    let last = points.len().saturating_sub(1);
    points.iter().enumerate().filter(|(k, _)| k % stride == 0 || *k == last).map(|(_, p)| *p).collect()
}
