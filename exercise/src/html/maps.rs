//! Map frames at the key moments, embedded as PNG, with a legend that has words.

use super::{t, tt};
use crate::After;
use base64::Engine;
use image::ImageEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use maud::{Markup, html};
use sim_core::base::{text::Text, time::Tick};
use sim_core::record::frame::LayerName;
use sim_core::report::map::{MapStyle, draw_map};
use sim_core::report::words;
use sim_core::report::{cascade, colours};
use sim_core::vocab::body::{Doing, Duty};
use sim_core::vocab::chain::Stage;
use sim_core::vocab::event::Event;

/// Widths of a map in the report, px: the first whose maps fit into the file.
const WIDTHS_PX: [u32; 3] = [860, 640, 480];
/// Room for all maps together, bytes as embedded: the file must stay easy to send.
const ROOM_BYTES: usize = 6 << 20;

/// Moments worth a map, in time order, none within three minutes of another.
pub fn moments(after: &After) -> Vec<(Tick, Text)> {
    let l = &after.ledger;
    let rec = l.rec;
    let mut all: Vec<(Tick, Text)> = Vec::new();
    let mut add = |tick: Tick, zh: &str, en: &str| {
        let tick = tick.min(l.last);
        if all.iter().all(|(t, _)| t.0.abs_diff(tick.0) >= 18) {
            all.push((tick, Text::new(zh, en)));
        }
    };
    add(l.last, "结束时", "At the end");
    if let Some((tick, _)) = l.breach {
        add(tick.plus_s(600.0), "溃口后10分钟", "10 min after the breach");
    }
    if let Some((tick, _)) = l.release {
        add(tick.plus_s(600.0), "泄漏后10分钟", "10 min after the release");
    }
    let violent = rec.events.iter().find(|e| match &e.event {
        Event::Chain(link) => link.stage == Stage::Happened && cascade::is_violent(link.effect.what),
        _ => false,
    });
    if let Some(e) = violent {
        // The frame of heat at the end of a minute holds the strongest of that minute.
        add(
            Tick((e.tick.0 + 1).div_ceil(6) * 6),
            "爆炸或火球后1分钟内",
            "Within a minute of the explosion or fireball",
        );
    }
    let turned = rec
        .events
        .iter()
        .find(|e| matches!(e.event, Event::WindTurned { .. }) && l.release.is_some_and(|r| e.tick > r.0));
    if let Some(e) = turned {
        add(e.tick.plus_s(900.0), "风向转变后15分钟", "15 min after the wind turned");
    }
    let peak =
        rec.tallies.iter().max_by(|a, b| a.flooded_land_m2.total_cmp(&b.flooded_land_m2).then(b.tick.cmp(&a.tick)));
    // Less than 0.01 km2 would be a map of no flood.
    if let Some(peak) = peak.filter(|t| t.flooded_land_m2 >= 1e4) {
        add(peak.tick, "淹没面积最大时", "When the flooded area was largest");
    }
    let before = l.onset.map_or(Tick(0), |(t, _)| Tick(t.0.saturating_sub(6)));
    add(before, "险情发生前", "Before the first sign");
    all.sort_by_key(|(t, _)| *t);
    all
}

pub fn section(after: &After) -> Markup {
    let rec = after.ledger.rec;
    let moments = moments(after);
    let mut pictures: Vec<String> = Vec::new();
    for width_px in WIDTHS_PX {
        pictures = moments.iter().map(|(tick, _)| picture(after, *tick, width_px)).collect();
        if pictures.iter().map(String::len).sum::<usize>() <= ROOM_BYTES {
            break;
        }
    }
    html! {
        (legend(!rec.layer_ticks(LayerName::Heat).is_empty()))
        @if let Some(near) = rec.programme.near_field.as_ref().filter(|_| !rec.layer_ticks(LayerName::Gas).is_empty()) {
            p.sub { (t(near)) }
        }
        div.maps {
            @for ((tick, caption), picture) in moments.iter().zip(&pictures) {
                @let tick = *tick;
                figure {
                    img src={ "data:image/png;base64," (picture) } alt={ (caption.zh) " / " (caption.en) };
                    figcaption {
                        b { (t(&words::clock(rec, tick))) } " " (t(caption))
                        @if let Some(tally) = rec.tally_at(tick) {
                            span.sub {
                                @let km2 = words::number((tally.flooded_land_m2 / 1e4).round() / 100.0);
                                @let trapped = tally.doing[Doing::Trapped as usize];
                                (t(&Text::new(
                                    format!("淹没{km2} km²，被困{trapped}人，死亡{}人，风{}风 {} m/s", tally.dead, words::wind_from(tally.wind_from_deg).zh, words::number(tally.wind_speed_m_s)),
                                    format!("{km2} km² under water, {trapped} trapped, {} dead, wind from the {} at {} m/s", tally.dead, words::wind_from(tally.wind_from_deg).en, words::number(tally.wind_speed_m_s)),
                                )))
                            }
                        }
                    }
                }
            }
        }
    }
}

fn picture(after: &After, tick: Tick, width_px: u32) -> String {
    let mut image = draw_map(after.ledger.rec, tick, MapStyle { width_px, ..MapStyle::default() });
    // Seven bits a channel cannot be told from eight on paper, and pack a good deal smaller.
    for pixel in image.pixels_mut() {
        pixel.0 = pixel.0.map(|v| v & 0xfe);
    }
    let mut png = Vec::new();
    PngEncoder::new_with_quality(&mut png, CompressionType::Best, FilterType::Adaptive)
        .write_image(image.as_raw(), image.width(), image.height(), image::ExtendedColorType::Rgb8)
        .expect("an image in memory is always written");
    base64::engine::general_purpose::STANDARD.encode(png)
}

fn legend(heat: bool) -> Markup {
    let chip = |colour: colours::Rgb, text: Text| html! { span.chip { i style={ "background:" (colours::hex(colour)) } {} (t(&text)) } };
    let shown = [
        Doing::Unaware,
        Doing::Staying,
        Doing::Sealed,
        Doing::Upstairs,
        Doing::Walking,
        Doing::Driving,
        Doing::Carried,
        Doing::Sheltered,
        Doing::InHospital,
        Doing::Trapped,
        Doing::Hurt,
        Doing::Dead,
    ];
    html! {
        div.legend {
            div { b { (tt("人员（点）", "People (dots)")) }
                @for d in shown { (chip(colours::doing(d), words::text(d.names()))) }
            }
            div { b { (tt("队伍（方块）", "Units (squares)")) }
                @for d in Duty::ALL { (chip(colours::duty(d), words::text(d.names()))) }
            }
            div { b { (tt("毒气 mg/m³", "Gas mg/m³")) }
                @for (i, (top, colour, _)) in colours::GAS_CLASSES.iter().enumerate() {
                    @let from = if i == 0 { colours::GAS_SHOWN_MG_M3 } else { colours::GAS_CLASSES[i - 1].0 };
                    @let label = if top.is_finite() { format!("{from}–{top}") } else { format!(">{from}") };
                    (chip(*colour, Text::new(label.clone(), label)))
                }
            }
            @if heat { div { b { (tt("热辐射 kW/m²", "Heat kW/m²")) }
                @for (i, (top, colour, _)) in colours::HEAT_CLASSES.iter().enumerate() {
                    @let from = if i == 0 { colours::HEAT_SHOWN_KW_M2 } else { colours::HEAT_CLASSES[i - 1].0 };
                    @let label = if top.is_finite() { format!("{from}–{top}") } else { format!(">{from}") };
                    (chip(*colour, Text::new(label.clone(), label)))
                }
            } }
            div { b { (tt("其他", "Other")) }
                (chip([0xd0, 0x1c, 0x2a], Text::new("✕ 溃口", "✕ breach")))
                (chip([0xf2, 0xc2, 0x00], Text::new("▲ 泄漏", "▲ leak")))
                (chip(colours::INCIDENT, Text::new("○ 求救", "○ call for help")))
                (chip(colours::CLOSED_WATER, Text::new("积水断路", "road cut by water")))
                (chip(colours::CLOSED_ORDER, Text::new("管制封路", "road closed by order")))
                (chip([0x1b, 0x9e, 0x4b], Text::new("避难场所", "shelter")))
                (chip([0xe0, 0x76, 0x2e], Text::new("储罐区", "tank yard")))
            }
        }
    }
}
