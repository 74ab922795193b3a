//! Indicators as curves over the run, with a line at the moment on the screen. A click in a chart goes there.

use crate::app::ViewerApp;
use crate::colours;
use crate::words::{number, pick};
use egui::{Color32, RichText, ScrollArea, Ui};
use egui_plot::{Line, Plot, PlotPoints, VLine};
use sim_core::base::time::{TICK_S, Tick};
use sim_core::record::Tally;
use sim_core::vocab::body::Doing;

/// One curve: name, colour, value of a tally.
struct Curve {
    name: String,
    colour: Color32,
    value: Box<dyn Fn(&Tally) -> f64>,
}

/// Points per curve at most: more than a panel has pixels is waste.
const POINTS: usize = 400;

pub fn ui(app: &mut ViewerApp, ui: &mut Ui) {
    let lang = app.lang;
    let curve = |name: &str, colour: (u8, u8, u8), value: fn(&Tally) -> f64| Curve {
        name: name.into(),
        colour: Color32::from_rgb(colour.0, colour.1, colour.2),
        value: Box::new(value),
    };
    let gauges = app.rec.tallies.iter().map(|t| t.stage_m.len()).max().unwrap_or(0);
    let shelters = app.rec.tallies.iter().map(|t| t.shelter_load.len()).max().unwrap_or(0);
    let mut charts: Vec<(String, Vec<Curve>)> = Vec::new();
    charts.push((
        lang.of("居民状态（人）", "People by what they do").into(),
        Doing::ALL
            .into_iter()
            .filter(|d| app.rec.tallies.iter().any(|t| t.doing[*d as usize] > 0))
            .map(|doing| {
                // Dark dots that read well on the map vanish on a dark panel.
                let c = colours::doing(doing);
                let lift = |v: u8| (u16::from(v) + (255 - u16::from(v)) * 2 / 5) as u8;
                Curve {
                    name: pick(lang, doing.names()).into(),
                    colour: Color32::from_rgb(lift(c.r()), lift(c.g()), lift(c.b())),
                    value: Box::new(move |t: &Tally| f64::from(t.doing[doing as usize])),
                }
            })
            .collect(),
    ));
    charts.push((
        lang.of("伤亡（人）", "Casualties (people)").into(),
        vec![
            curve(lang.of("轻伤", "lightly hurt"), (250, 200, 90), |t| f64::from(t.hurt_light)),
            curve(lang.of("重伤", "seriously hurt"), (250, 120, 70), |t| f64::from(t.hurt_serious)),
            curve(lang.of("死亡", "dead"), (240, 60, 80), |t| f64::from(t.dead)),
        ],
    ));
    charts.push((
        lang.of("淹没面积（km²）与受影响人数（千人）", "Flooded land (km²), people in water (thousands)").into(),
        vec![
            curve(lang.of("淹没面积", "flooded land"), (90, 170, 250), |t| t.flooded_land_m2 / 1e6),
            curve(lang.of("水中人数", "people in water"), (230, 130, 200), |t| f64::from(t.people_in_water) / 1e3),
        ],
    ));
    charts.push((
        lang.of("水量收支（百万 m³）", "Water (million m³)").into(),
        vec![
            curve(lang.of("存水", "on the grid"), (90, 170, 250), |t| t.water_m3 / 1e6),
            curve(lang.of("降雨", "rain"), (130, 220, 240), |t| t.water_rain_m3 / 1e6),
            curve(lang.of("边界流入", "boundary"), (180, 160, 250), |t| t.water_boundary_m3 / 1e6),
            curve(lang.of("排出", "drained"), (140, 210, 140), |t| t.water_drained_m3 / 1e6),
            curve(lang.of("泵排", "pumped"), (220, 200, 110), |t| t.water_pumped_m3 / 1e6),
        ],
    ));
    charts.push((
        lang.of("水位（m）", "Stage (m)").into(),
        (0..gauges.min(6))
            .map(|g| Curve {
                name: app.names().gauge(sim_core::base::ids::GaugeId::of(g)),
                colour: palette(g),
                value: Box::new(move |t: &Tally| t.stage_m.get(g).copied().unwrap_or(f64::NAN)),
            })
            .collect(),
    ));
    charts.push((
        lang.of("溃口宽度（m）", "Breach width (m)").into(),
        vec![curve(lang.of("溃口宽度", "breach width"), (250, 110, 100), |t| t.breach_width_m)],
    ));
    charts.push((
        lang.of("气体（kg）", "Gas (kg)").into(),
        vec![
            curve(lang.of("累计泄漏", "released"), (220, 200, 80), |t| t.gas_released_kg),
            curve(lang.of("空中", "airborne"), (200, 130, 220), |t| t.gas_airborne_kg),
        ],
    ));
    let names: Vec<String> = app
        .rec
        .city
        .facilities_of(sim_core::place::city::FacilityKind::Shelter)
        .map(|(_, f)| f.name.get(lang).to_string())
        .collect();
    charts.push((
        lang.of("避难场所安置人数", "People in shelters").into(),
        std::iter::once(curve(lang.of("合计", "all"), (240, 240, 240), |t| {
            t.shelter_load.iter().map(|n| f64::from(*n)).sum()
        }))
        .chain((0..shelters.min(8)).map(|s| Curve {
            name: names.get(s).cloned().unwrap_or_else(|| format!("#{s}")),
            colour: palette(s),
            value: Box::new(move |t: &Tally| t.shelter_load.get(s).map_or(0.0, |n| f64::from(*n))),
        }))
        .collect(),
    ));
    charts.push((
        lang.of("消息（条）", "Messages").into(),
        vec![
            curve(lang.of("发出", "sent"), (200, 210, 230), |t| f64::from(t.messages_sent)),
            curve(lang.of("送达", "delivered"), (120, 205, 135), |t| f64::from(t.messages_delivered)),
            curve(lang.of("丢失", "lost"), (255, 115, 105), |t| f64::from(t.messages_lost)),
        ],
    ));
    charts.push((
        lang.of("指令与队伍", "Orders and units").into(),
        vec![
            curve(lang.of("已下达指令", "orders issued"), (200, 210, 230), |t| f64::from(t.orders_issued)),
            curve(lang.of("已完成", "done"), (120, 205, 135), |t| f64::from(t.orders_done)),
            curve(lang.of("失败", "failed"), (255, 115, 105), |t| f64::from(t.orders_failed)),
            curve(lang.of("出动队伍", "units at work"), (100, 180, 255), |t| f64::from(t.units_busy)),
        ],
    ));
    charts.push((
        lang.of("道路", "Roads").into(),
        vec![
            curve(lang.of("中断路段", "roads closed"), (255, 115, 105), |t| f64::from(t.roads_closed)),
            curve(lang.of("行驶车辆", "cars moving"), (170, 120, 230), |t| f64::from(t.cars_moving)),
            curve(lang.of("熄火车辆", "cars stalled"), (250, 200, 90), |t| f64::from(t.cars_stalled)),
        ],
    ));

    let tallies = &app.rec.tallies;
    if tallies.is_empty() {
        ui.label(RichText::new(lang.of("尚无统计", "No tallies yet")).weak());
        return;
    }
    let stride = tallies.len().div_ceil(POINTS).max(1);
    let hour = |tick: Tick| tick.seconds() / 3600.0;
    let now = app.at_s / 3600.0;
    let start_h = app.rec.header.clock.hour_of_day(Tick(0));
    let mut jump = None;
    let tally_now = app.rec.tally_at(app.tick());
    ScrollArea::vertical().id_salt("charts").auto_shrink([false, false]).show(ui, |ui| {
        for (row, (title, curves)) in charts.into_iter().enumerate() {
            if curves.is_empty() {
                continue;
            }
            ui.label(RichText::new(&title).strong());
            // The legend is in words with the values now, so that no colour has to be read off the curves.
            let mut job = egui::text::LayoutJob::default();
            let font = egui::FontId::proportional(11.0);
            for c in &curves {
                let v = tally_now.map_or(f64::NAN, |tally| (c.value)(tally));
                job.append("■ ", 0.0, egui::TextFormat::simple(font.clone(), c.colour));
                let text =
                    if v.is_finite() { format!("{} {}   ", c.name, number(v)) } else { format!("{}   ", c.name) };
                job.append(&text, 0.0, egui::TextFormat::simple(font.clone(), ui.visuals().text_color()));
            }
            ui.add(egui::Label::new(job).wrap());
            let response = Plot::new(("chart", row))
                .height(if row == 0 { 190.0 } else { 120.0 })
                .allow_drag(false)
                .allow_zoom(false)
                .allow_scroll(false)
                .allow_boxed_zoom(false)
                .show_axes([true, true])
                .include_y(0.0)
                .include_x(0.0)
                .include_x(hour(app.rec.last_tick()))
                .link_axis(egui::Id::unique("charts-x"), [true, false])
                .x_axis_formatter(move |mark, _| {
                    let h = (start_h + mark.value).rem_euclid(24.0);
                    let minutes = (h * 60.0).round() as u32;
                    format!("{:02}:{:02}", minutes / 60 % 24, minutes % 60)
                })
                .grid_color(Color32::from_gray(58))
                .show(ui, |plot| {
                    for c in curves {
                        let points: PlotPoints<'_> = tallies
                            .iter()
                            .step_by(stride)
                            .map(|t| [hour(t.tick), (c.value)(t)])
                            .filter(|p| p[1].is_finite())
                            .collect();
                        plot.line(Line::new(c.name, points).color(c.colour).width(1.6));
                    }
                    plot.vline(VLine::new("", now).color(Color32::WHITE).width(1.0));
                    plot.pointer_coordinate()
                });
            response.response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &title));
            if response.response.clicked()
                && let Some(at) = response.inner
            {
                jump = Some(Tick((at.x.max(0.0) * 3600.0 / f64::from(TICK_S)).round() as u32));
            }
            ui.add_space(6.0);
        }
    });
    if let Some(tick) = jump {
        app.jump(tick);
    }
}

fn palette(k: usize) -> Color32 {
    const LIST: [(u8, u8, u8); 8] = [
        (100, 180, 255),
        (250, 170, 90),
        (130, 210, 140),
        (230, 130, 200),
        (220, 215, 110),
        (170, 150, 250),
        (120, 220, 220),
        (240, 130, 120),
    ];
    let (r, g, b) = LIST[k % LIST.len()];
    Color32::from_rgb(r, g, b)
}
