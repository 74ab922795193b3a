//! The map in the middle of the screen: the picture from `paint`, the signs on top, and the mouse.

use crate::app::ViewerApp;
use crate::camera::Camera;
use crate::canvas::Canvas;
use crate::colours;
use crate::index::Learned;
use crate::paint::{self, Ground, Show};
use crate::story::Selected;
use crate::study;
use crate::symbols;
use crate::words::{pick, value};
use egui::{
    Align2, Color32, ColorImage, FontId, Painter, Pos2, Rect, Sense, Stroke, TextureHandle, TextureOptions, Ui, Vec2,
    WidgetInfo, vec2,
};
use sim_core::base::{ids::*, time::Tick};
use sim_core::place::city::{City, Cover, FacilityKind};
use sim_core::record::frame::LayerName;
use sim_core::vocab::body::{Doing, Duty, Point};
use sim_core::vocab::condition::{Quantity, Topic};
use std::collections::BTreeMap;

/// What the map keeps between frames.
pub struct MapView {
    pub camera: Option<Camera>,
    /// The camera still shows all of the map: it follows the size of the window until the user moves it.
    pub fitted: bool,
    /// Size of the picture when it was last drawn, pixels.
    pub size: [usize; 2],
    /// Where the map was on the screen, and pixels per point.
    pub rect: Rect,
    pub pixels_per_point: f32,
    ground: Ground,
    open_water: Vec<bool>,
    nothing_skipped: Vec<bool>,
    drawn: Canvas,
    drawn_key: Option<(Camera, [usize; 2], Show)>,
    picture: Canvas,
    picture_key: Option<PictureKey>,
    texture: Option<TextureHandle>,
    /// How often the picture was composed: a paused viewer composes nothing.
    pub composed: u64,
}

#[derive(Clone, PartialEq)]
struct PictureKey {
    camera: Camera,
    size: [usize; 2],
    show: Show,
    version: u64,
    share: u32,
    belief: Option<(PostId, bool, Tick)>,
}

impl MapView {
    pub fn new(city: &City) -> MapView {
        MapView {
            camera: None,
            fitted: true,
            size: [0, 0],
            rect: Rect::ZERO,
            pixels_per_point: 1.0,
            ground: Ground::new(city),
            open_water: city.cover.iter().map(|c| *c == Cover::Water).collect(),
            nothing_skipped: vec![false; city.grid.len()],
            drawn: Canvas::default(),
            drawn_key: None,
            picture: Canvas::default(),
            picture_key: None,
            texture: None,
            composed: 0,
        }
    }
    /// Where a point of the city is on the screen.
    pub fn to_screen(&self, p: Point) -> Pos2 {
        let Some(camera) = self.camera else { return self.rect.center() };
        let (x, y) = camera.to_px(self.size, p);
        self.rect.min + vec2(x, y) / self.pixels_per_point
    }
    fn to_world(&self, pos: Pos2) -> Option<Point> {
        let px = (pos - self.rect.min) * self.pixels_per_point;
        Some(self.camera?.to_world(self.size, px.x, px.y))
    }
    pub fn centre_on(&mut self, p: Point) {
        self.fitted = false;
        if let Some(camera) = &mut self.camera {
            camera.centre = p;
        }
    }
}

/// Draws the picture if anything in it has changed; returns whether it did.
pub fn compose(app: &mut ViewerApp) -> bool {
    let Some(camera) = app.map.camera else { return false };
    let (size, show) = (app.map.size, app.show);
    let share = if app.playing { app.moment.share(app.at_s) as f32 } else { settled_share(app) };
    let key = PictureKey {
        camera,
        size,
        show,
        version: app.moment.version,
        share: share.to_bits(),
        belief: app.see_as.map(|post| (post, app.against_truth, app.tick())),
    };
    if app.map.picture_key.as_ref() == Some(&key) {
        return false;
    }
    let city = app.rec.city.clone();
    let ground_key = (camera, size, Show { people: false, units: false, ..show });
    if app.map.drawn_key != Some(ground_key) {
        app.map.drawn = app.map.ground.draw(&city, &camera, size, &show);
        app.map.drawn_key = Some(ground_key);
    }
    let mut picture = std::mem::take(&mut app.map.picture);
    picture.clone_from(&app.map.drawn);
    let truth = app.seat().is_none();
    if truth {
        for (name, on) in [
            (LayerName::WaterDepth, show.water_depth),
            (LayerName::WaterSpeed, show.water_speed),
            (LayerName::Gas, show.gas),
            (LayerName::Heat, show.heat),
            (LayerName::Overpressure, show.overpressure),
        ] {
            if let (true, Some(now)) = (on, app.moment.layer(name)) {
                let skip = if matches!(name, LayerName::Gas | LayerName::Heat | LayerName::Overpressure) {
                    &app.map.nothing_skipped
                } else {
                    &app.map.open_water
                };
                paint::layer(&mut picture, &city, &camera, name, now, skip);
            }
        }
        if show.traffic {
            paint::traffic(&mut picture, &city, &camera, &app.moment);
        }
        if show.closures {
            paint::closures(&mut picture, &city, &camera, &app.moment);
        }
        if show.people {
            paint::people(&mut picture, &city, &camera, &app.moment, share);
        }
    }
    if let Some(post) = app.see_as {
        let picture_of_post = app.index.picture(post, app.tick());
        paint::zone_tint(&mut picture, &city, &camera, &|zone| believed_tint(&picture_of_post, u32::from(zone)));
    }
    app.map.picture = picture;
    app.map.picture_key = Some(key);
    app.map.composed += 1;
    true
}

/// When paused the picture stands at the moment on the clock.
fn settled_share(app: &ViewerApp) -> f32 {
    app.moment.share(app.tick().seconds()) as f32
}

/// The tint of a zone in a post's eyes: gas before water.
fn believed_tint(picture: &BTreeMap<Topic, Learned>, zone: u32) -> Option<(Color32, u8)> {
    let at = |quantity| picture.get(&Topic { quantity, about: zone }).map(|l| l.fact.value);
    if let Some(level) = at(Quantity::ZoneGas).filter(|v| *v >= 1.0) {
        // AEGL levels as classes of the gas ramp.
        let steps = colours::steps(LayerName::Gas);
        let step = steps[(2.0 * level) as usize % steps.len()];
        return Some((step.colour, 190));
    }
    let depth = at(Quantity::ZoneDepth)?;
    match colours::class(colours::steps(LayerName::WaterDepth), depth as f32) {
        Some(step) => Some((step.colour, 180)),
        // Believed dry: known, and nothing there.
        None => Some((Color32::from_rgb(120, 190, 120), 70)),
    }
}

pub fn ui(app: &mut ViewerApp, ui: &mut Ui) {
    let rect = ui.available_rect_before_wrap();
    let response = ui.allocate_rect(rect, Sense::click_and_drag());
    let lang = app.lang;
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Image, true, lang.of("地图", "Map")));
    let ppp = ui.ctx().pixels_per_point();
    let size = [(rect.width() * ppp).round().max(1.0) as usize, (rect.height() * ppp).round().max(1.0) as usize];
    (app.map.size, app.map.rect, app.map.pixels_per_point) = (size, rect, ppp);
    if app.map.camera.is_none() || app.map.fitted {
        app.map.camera = Some(Camera::fit(&app.rec.city.grid, size[0] as f64, size[1] as f64));
    }
    mouse(app, ui, &response);

    if compose(app) || app.map.texture.is_none() {
        let image = ColorImage::new(size, app.map.picture.px.clone());
        match &mut app.map.texture {
            Some(texture) => texture.set(image, TextureOptions::NEAREST),
            None => app.map.texture = Some(ui.ctx().load_texture("map", image, TextureOptions::NEAREST)),
        }
    }
    let painter = ui.painter_at(rect);
    if let Some(texture) = &app.map.texture {
        let uv = Rect::from_min_max(Pos2::ZERO, Pos2::new(1.0, 1.0));
        painter.image(texture.id(), rect, uv, Color32::WHITE);
    }
    signs(app, &painter);
    furniture(app, &painter, rect);
    buttons(app, ui, rect);
    hover(app, &response);
}

fn mouse(app: &mut ViewerApp, ui: &Ui, response: &egui::Response) {
    let ppp = app.map.pixels_per_point;
    let Some(mut camera) = app.map.camera else { return };
    if response.dragged() {
        let delta = response.drag_delta() * ppp;
        camera.pan(delta.x, delta.y);
        app.map.fitted = false;
    }
    if let Some(pos) = response.hover_pos() {
        let (scroll, pinch) = ui.input(|i| (i.smooth_scroll_delta().y, i.zoom_delta()));
        if scroll != 0.0 || pinch != 1.0 {
            app.map.fitted = false;
            let px = (pos - app.map.rect.min) * ppp;
            camera.zoom(app.map.size, px.x, px.y, f64::from((-scroll / 240.0).exp() / pinch));
        }
    }
    app.map.camera = Some(camera);
    if response.clicked()
        && let Some(pos) = response.interact_pointer_pos()
    {
        match hit(app, pos) {
            Some(selected) => app.select(selected),
            None => app.selected = None,
        }
    }
}

/// What is under the cursor: signs first, then people, roads, and the community last.
pub fn hit(app: &ViewerApp, pos: Pos2) -> Option<Selected> {
    let map = &app.map;
    let camera = map.camera?;
    let near = |p: Point, reach: f32| {
        let d = map.to_screen(p).distance(pos);
        (d <= reach).then_some(d)
    };
    let nearest = |list: &mut dyn Iterator<Item = (f32, Selected)>| -> Option<Selected> {
        list.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, selected)| selected)
    };
    if app.show.units {
        let mut units = visible_units(app).into_iter().filter_map(|(id, p)| Some((near(p, 11.0)?, Selected::Unit(id))));
        if let Some(found) = nearest(&mut units) {
            return Some(found);
        }
    }
    if app.show.facilities {
        let posts = app.rec.programme.posts.iter().enumerate();
        let mut posts = posts.filter_map(|(row, p)| {
            let reach = if p.tier < 2 || camera.m_per_px < 6.0 { 10.0 } else { 3.0 };
            Some((near(p.at, reach)?, Selected::Post(PostId::of(row))))
        });
        if let Some(found) = nearest(&mut posts) {
            return Some(found);
        }
        let facilities = app.rec.city.facilities.iter().enumerate();
        let mut facilities = facilities
            .filter(|(_, f)| facility_shown(f.kind, camera.m_per_px))
            .filter_map(|(row, f)| Some((near(f.at, 9.0)?, Selected::Facility(FacilityId::of(row)))));
        if let Some(found) = nearest(&mut facilities) {
            return Some(found);
        }
    }
    let world = map.to_world(pos)?;
    let truth = app.seat().is_none();
    if app.show.people && truth && camera.m_per_px < 12.0 {
        let share = app.moment.share(app.at_s) as f32;
        let (gx, gy) = (app.rec.city.grid.x0, app.rec.city.grid.y0);
        let reach_m = camera.m_per_px * 5.0;
        let mut people = (0..app.moment.people.len()).filter_map(|row| {
            let doing = Doing::from_u8(app.moment.people.doing[row]).filter(|d| *d != Doing::Away)?;
            let (x, y) = app.moment.place(row, share);
            let s = paint::scatter_m(row, doing);
            let p = Point::new(gx + f64::from(x) + s.x, gy + f64::from(y) + s.y);
            let d = p.distance_m(world);
            (d <= reach_m).then_some((d as f32, Selected::Person(PersonId::of(row))))
        });
        if let Some(found) = nearest(&mut people) {
            return Some(found);
        }
    }
    if app.show.roads
        && let Some(link) = paint::nearest_link(&app.rec.city, world, camera.m_per_px * 6.0, camera.m_per_px)
    {
        return Some(Selected::Road(link));
    }
    app.rec.city.zone_at(world).map(Selected::Zone)
}

/// In a coarse view only what a drill turns on; masts, schools and village offices come closer in.
fn facility_shown(kind: FacilityKind, m_per_px: f64) -> bool {
    match kind {
        FacilityKind::FireStation
        | FacilityKind::PoliceStation
        | FacilityKind::Hospital
        | FacilityKind::Shelter
        | FacilityKind::PumpStation
        | FacilityKind::Sluice
        | FacilityKind::TankYard
        | FacilityKind::CommandCentre
        | FacilityKind::TownHall
        | FacilityKind::FloodDepot
        | FacilityKind::Exit => true,
        FacilityKind::VillageOffice => m_per_px < 14.0,
        FacilityKind::School | FacilityKind::Store | FacilityKind::Substation | FacilityKind::BaseStation => {
            m_per_px < 8.0
        }
    }
}

/// Units with a position at this moment; in a post's eyes only its own.
fn visible_units(app: &ViewerApp) -> Vec<(UnitId, Point)> {
    (0..app.moment.units.x.len())
        .map(UnitId::of)
        .filter(|id| {
            let of = |post| app.rec.programme.units.get(id.index()).is_some_and(|card| card.post == post);
            app.seat().is_none_or(of)
        })
        .map(|id| (id, unit_at(app, id)))
        .collect()
}

pub fn unit_at(app: &ViewerApp, id: UnitId) -> Point {
    Point::new(f64::from(app.moment.units.x[id.index()]), f64::from(app.moment.units.y[id.index()]))
}

fn signs(app: &ViewerApp, painter: &Painter) {
    let map = &app.map;
    let Some(camera) = map.camera else { return };
    let (lang, now) = (app.lang, app.tick());
    let close = camera.m_per_px < 9.0;
    let on_screen = |p: Pos2| map.rect.expand(30.0).contains(p);
    let truth = app.seat().is_none();
    let belief = app.see_as.map(|post| app.index.picture(post, now));

    for (row, levee) in app.rec.city.levees.iter().enumerate() {
        let line: Vec<Pos2> = levee.line.iter().map(|p| map.to_screen(*p)).collect();
        let seeping = truth
            && app
                .index
                .seeps
                .iter()
                .rev()
                .find(|(tick, id, _)| *tick <= now && id.index() == row)
                .is_some_and(|(_, _, seeps)| *seeps);
        let colour = if seeping { Color32::from_rgb(230, 110, 20) } else { symbols::LEVEE };
        painter.line(line, Stroke::new(if seeping { 4.0 } else { 2.2 }, colour));
    }
    if app.see_as.is_some() {
        study::draw_advice(app, painter);
    }
    if app.show.zones && camera.m_per_px < 40.0 {
        // Of names that would lie over each other the first stays; closer in there is room for all.
        let mut taken: Vec<Rect> = Vec::new();
        for (row, zone) in app.rec.city.zones.iter().enumerate() {
            let at = map.to_screen(zone.centre);
            if !on_screen(at) {
                continue;
            }
            let mut text = zone.name.get(lang).to_string();
            if let Some(picture) = &belief {
                text += &believed_text(app, picture, ZoneId::of(row), now);
            }
            if belief.is_some() || camera.m_per_px < 22.0 {
                let ink = if belief.is_some() { colours::BELIEF } else { Color32::from_rgb(70, 62, 96) };
                // Below the office that usually stands in the middle.
                let at = at + vec2(0.0, 12.0);
                let size = painter.layout_no_wrap(text.clone(), FontId::proportional(11.0), ink).size();
                let rect = Align2::CENTER_TOP.anchor_size(at, size);
                if !taken.iter().any(|other| other.intersects(rect)) {
                    taken.push(symbols::plate(painter, at, Align2::CENTER_TOP, &text, 11.0, ink));
                }
            }
        }
    }
    if app.see_as.is_some() {
        study::draw(app, painter);
    }
    if app.show.facilities {
        let r = if close { 8.0 } else { 6.0 };
        for facility in &app.rec.city.facilities {
            let at = map.to_screen(facility.at);
            if !on_screen(at) || !facility_shown(facility.kind, camera.m_per_px) {
                continue;
            }
            symbols::facility(painter, at, r, facility.kind, lang);
            if camera.m_per_px < 4.5 {
                let name = facility.name.get(lang);
                symbols::plate(painter, at + vec2(0.0, r + 3.0), Align2::CENTER_TOP, name, 10.5, Color32::BLACK);
            }
        }
        for post in &app.rec.programme.posts {
            let at = map.to_screen(post.at);
            if on_screen(at) && (post.tier < 2 || camera.m_per_px < 20.0) {
                symbols::post(painter, at - vec2(0.0, r), r, post.tier);
            }
        }
    }
    if let Some(picture) = &belief {
        believed_signs(app, painter, picture, now);
    }
    if truth {
        for release in app.index.releases.iter().filter(|r| r.tick <= now && r.stopped.is_none_or(|t| t > now)) {
            if let Some(site) = app.rec.city.facilities.get(release.site.index()) {
                let at = map.to_screen(site.at);
                symbols::release(painter, at - vec2(0.0, 16.0), 9.0);
                let text = lang.of("泄漏", "release");
                symbols::plate(painter, at + vec2(12.0, -16.0), Align2::LEFT_CENTER, text, 11.5, Color32::BLACK);
            }
        }
        if app.show.people {
            for incident in app.index.incidents.iter().filter(|i| i.tick <= now && i.closed.is_none_or(|t| t > now)) {
                if let Some((p, _)) = app.moment.person(&app.rec, incident.person, app.at_s) {
                    let at = map.to_screen(p);
                    if on_screen(at) {
                        symbols::incident(painter, at, if close { 7.0 } else { 4.5 });
                        if camera.m_per_px < 5.0 && incident.people > 1 {
                            let text = format!("×{}", incident.people);
                            symbols::plate(
                                painter,
                                at + vec2(9.0, 0.0),
                                Align2::LEFT_CENTER,
                                &text,
                                10.5,
                                Color32::BLACK,
                            );
                        }
                    }
                }
            }
        }
    }
    if app.show.units {
        unit_signs(app, painter, close);
    }
    if truth {
        breaches(app, painter);
    }
    if let Some(selected) = app.selected {
        ring(app, painter, selected);
    }
}

/// Breaches, on top of the crews who work there.
fn breaches(app: &ViewerApp, painter: &Painter) {
    let now = app.tick();
    for breach in app.index.breaches.iter().filter(|b| b.tick <= now) {
        let open = breach.closed.is_none_or(|t| t > now);
        let at = app.map.to_screen(breach.at);
        symbols::breach(painter, at, 9.0, open);
        let mut text = app.lang.of("溃口", "breach").to_string();
        if !open {
            text = app.lang.of("溃口已封堵", "breach closed").into();
        } else if let Some(tally) = app.rec.tally_at(now).filter(|t| t.breach_width_m > 0.0) {
            text += &format!(" {:.0} m", tally.breach_width_m);
        }
        symbols::plate(painter, at + vec2(9.0, -13.0), Align2::LEFT_CENTER, &text, 11.5, colours::BREACH);
    }
}

/// Units; those that stand together in one duty are one sign with a count.
fn unit_signs(app: &ViewerApp, painter: &Painter, close: bool) {
    let map = &app.map;
    let r = if close { 8.0 } else { 6.0 };
    let mut groups: BTreeMap<(i32, i32, u8), Vec<UnitId>> = BTreeMap::new();
    for (id, p) in visible_units(app) {
        let at = map.to_screen(p);
        if !map.rect.expand(20.0).contains(at) {
            continue;
        }
        let duty = app.moment.units.duty[id.index()];
        groups.entry(((at.x / 12.0) as i32, (at.y / 12.0) as i32, duty)).or_default().push(id);
    }
    // Those at rest first, so that those at work are on top.
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|((_, _, duty), _)| *duty != Duty::Ready as u8);
    for ((_, _, duty), ids) in groups {
        let first = ids[0];
        let at = map.to_screen(unit_at(app, first)) + vec2(0.0, if duty == Duty::Ready as u8 { r + 3.0 } else { 0.0 });
        let Some(card) = app.rec.programme.units.get(first.index()) else { continue };
        let frame = Duty::from_u8(duty).map_or(Color32::GRAY, colours::duty);
        let sign: String = card.kind_name.get(app.lang).chars().take(1).collect::<String>().to_uppercase();
        symbols::unit(painter, at, r, &card.kind, frame, &sign);
        if duty == Duty::Lost as u8 {
            let stroke = Stroke::new(2.0, Color32::BLACK);
            painter.line_segment([at + vec2(-r, -r), at + vec2(r, r)], stroke);
            painter.line_segment([at + vec2(-r, r), at + vec2(r, -r)], stroke);
        }
        let aboard: u32 = ids.iter().map(|id| u32::from(app.moment.units.aboard[id.index()])).sum();
        let mut text = String::new();
        if ids.len() > 1 {
            text += &format!("×{}", ids.len());
        } else if app.map.camera.is_some_and(|c| c.m_per_px < 5.0) {
            text += card.name.get(app.lang);
        }
        if aboard > 0 && close {
            text += &format!(" {}{aboard}", app.lang.of("载", "+"));
        }
        if !text.is_empty() {
            symbols::plate(painter, at + vec2(r + 4.0, 0.0), Align2::LEFT_CENTER, text.trim(), 10.0, Color32::BLACK);
        }
    }
}

/// What a post believes of a zone, in words.
fn believed_text(app: &ViewerApp, picture: &BTreeMap<Topic, Learned>, zone: ZoneId, now: Tick) -> String {
    let names = app.names();
    let mut text = String::new();
    for quantity in [Quantity::ZoneDepth, Quantity::ZoneGas, Quantity::ZoneTrapped] {
        if let Some(l) = picture.get(&Topic { quantity, about: zone.0 }) {
            let what = match quantity {
                Quantity::ZoneDepth => app.lang.of("水", "water"),
                Quantity::ZoneGas => app.lang.of("毒气", "gas"),
                _ => app.lang.of("被困", "trapped"),
            };
            text +=
                &format!("\n{what} {} · {}", value(quantity, l.fact.value, app.lang), names.age(l.fact.observed, now));
        }
    }
    if text.is_empty() { format!("\n{}", app.lang.of("无信息", "nothing known")) } else { text }
}

/// Breaches and releases as a post believes them, in the colour of belief.
fn believed_signs(app: &ViewerApp, painter: &Painter, picture: &BTreeMap<Topic, Learned>, now: Tick) {
    let (map, lang) = (&app.map, app.lang);
    let names = app.names();
    for (topic, learned) in picture {
        if learned.fact.value < 0.5 {
            continue;
        }
        let age = names.age(learned.fact.observed, now);
        let plate = |at: Pos2, text: String| {
            symbols::plate(painter, at + vec2(12.0, 14.0), Align2::LEFT_CENTER, &text, 11.5, colours::BELIEF);
        };
        match topic.quantity {
            Quantity::BreachWidth | Quantity::LeveeSeep => {
                let Some(levee) = app.rec.city.levees.get(topic.about as usize) else { continue };
                let line: Vec<Pos2> = levee.line.iter().map(|p| map.to_screen(*p)).collect();
                let Some(middle) = middle_of(&line) else { continue };
                painter.line(line, Stroke::new(5.0, colours::BELIEF));
                if topic.quantity == Quantity::BreachWidth {
                    symbols::breach(painter, middle, 9.0, true);
                    plate(
                        middle,
                        format!("{} {:.0} m · {age}", lang.of("认为溃口", "believed breach"), learned.fact.value),
                    );
                } else {
                    plate(middle - vec2(0.0, 16.0), format!("{} · {age}", lang.of("认为渗漏", "believed seep")));
                }
            }
            Quantity::Release => {
                let Some(site) = app.rec.city.facilities.get(topic.about as usize) else { continue };
                let at = map.to_screen(site.at);
                symbols::release(painter, at, 9.0);
                plate(at, format!("{} · {age}", lang.of("认为泄漏", "believed release")));
            }
            _ => {}
        }
    }
}

/// The point half-way along a line.
fn middle_of(line: &[Pos2]) -> Option<Pos2> {
    let length: f32 = line.windows(2).map(|p| p[0].distance(p[1])).sum();
    let mut rest = length / 2.0;
    for pair in line.windows(2) {
        let d = pair[0].distance(pair[1]);
        if rest <= d {
            return Some(pair[0].lerp(pair[1], if d > 0.0 { rest / d } else { 0.0 }));
        }
        rest -= d;
    }
    line.first().copied()
}

fn ring(app: &ViewerApp, painter: &Painter, selected: Selected) {
    let (map, city) = (&app.map, &app.rec.city);
    let stroke = Stroke::new(2.5, Color32::from_rgb(0, 200, 255));
    let point = match selected {
        Selected::Person(id) => app.moment.person(&app.rec, id, app.at_s).map(|(p, doing)| {
            let s = paint::scatter_m(id.index(), doing);
            Point::new(p.x + s.x, p.y + s.y)
        }),
        Selected::Unit(id) => (id.index() < app.moment.units.x.len()).then(|| unit_at(app, id)),
        Selected::Facility(id) => city.facilities.get(id.index()).map(|f| f.at),
        Selected::Post(id) => app.rec.programme.posts.get(id.index()).map(|p| p.at),
        Selected::Zone(id) => city.zones.get(id.index()).map(|z| z.centre),
        Selected::Road(id) => {
            if let Some(link) = city.links.get(id.index()) {
                let line = link.line.iter().map(|p| map.to_screen(*p)).collect::<Vec<_>>();
                painter.line(line, Stroke::new(4.0, Color32::from_rgb(0, 200, 255)));
            }
            None
        }
    };
    if let Some(p) = point {
        painter.circle_stroke(map.to_screen(p), 15.0, Stroke::new(4.0, Color32::from_black_alpha(120)));
        painter.circle_stroke(map.to_screen(p), 15.0, stroke);
    }
}

/// Scale bar, attribution, wind, and what the picture stands for.
fn furniture(app: &ViewerApp, painter: &Painter, rect: Rect) {
    let Some(camera) = app.map.camera else { return };
    let lang = app.lang;
    let (length_m, px) = camera.scale_bar(130.0 * f64::from(app.map.pixels_per_point));
    let width = px / app.map.pixels_per_point;
    let left = rect.left_bottom() + vec2(14.0, -14.0);
    let text = if length_m >= 1000.0 { format!("{} km", length_m / 1000.0) } else { format!("{length_m} m") };
    painter.rect_filled(
        Rect::from_min_max(left + vec2(-6.0, -22.0), left + vec2(width + 8.0, 6.0)),
        3.0,
        Color32::from_rgba_unmultiplied(255, 255, 255, 200),
    );
    let stroke = Stroke::new(2.0, Color32::BLACK);
    painter.line_segment([left, left + vec2(width, 0.0)], stroke);
    for x in [0.0, width] {
        painter.line_segment([left + vec2(x, -5.0), left + vec2(x, 0.0)], stroke);
    }
    painter.text(
        left + vec2(width / 2.0, -3.0),
        Align2::CENTER_BOTTOM,
        text,
        FontId::proportional(11.0),
        Color32::BLACK,
    );
    let mut credit = app.rec.city.attribution.join(" · ");
    if app.rec.city.synthetic {
        credit = lang.of("合成城市，非真实地点", "synthetic city, no real place").into();
    }
    symbols::plate(
        painter,
        rect.right_bottom() + vec2(-6.0, -5.0),
        Align2::RIGHT_BOTTOM,
        &credit,
        10.0,
        Color32::from_gray(60),
    );
    if let Some(post) = app.see_as {
        let name = app.names().post(post);
        let text = if app.against_truth {
            format!("{} {name}{}", lang.of("视角：", "as seen by"), lang.of("（叠加真实情况）", ", over the truth"))
        } else {
            format!(
                "{} {name}{}",
                lang.of("视角：", "as seen by"),
                lang.of("（只显示其所知）", ": only what it believes")
            )
        };
        let at = rect.center_top() + vec2(0.0, 8.0);
        let galley = painter.layout_no_wrap(text, FontId::proportional(14.0), Color32::WHITE);
        let plate = Align2::CENTER_TOP.anchor_size(at, galley.size());
        painter.rect_filled(plate.expand2(vec2(10.0, 4.0)), 4.0, colours::BELIEF);
        painter.galley(plate.min, galley, Color32::WHITE);
    }
    wind(app, painter, rect);
}

/// An arrow that blows the way the wind blows, with its speed.
fn wind(app: &ViewerApp, painter: &Painter, rect: Rect) {
    let Some(tally) = app.rec.tally_at(app.tick()) else { return };
    if app.seat().is_some() || tally.wind_speed_m_s <= 0.0 {
        return;
    }
    let at = rect.left_top() + vec2(34.0, 34.0);
    painter.circle(at, 25.0, Color32::from_rgba_unmultiplied(255, 255, 255, 210), Stroke::new(1.0, Color32::GRAY));
    // The wind comes from `wind_from_deg`, clockwise from north; screen y points down.
    let to = (tally.wind_from_deg + 180.0).to_radians() as f32;
    let way: Vec2 = vec2(to.sin(), -to.cos());
    painter.arrow(at - way * 17.0, way * 34.0, Stroke::new(2.5, Color32::from_rgb(30, 60, 120)));
    let text = format!("{} {:.1} m/s", app.lang.of("风", "wind"), tally.wind_speed_m_s);
    symbols::plate(painter, at + vec2(-25.0, 28.0), Align2::LEFT_TOP, &text, 10.5, Color32::from_gray(30));
    if tally.rain_mm_h > 0.0 {
        let text = format!("{} {:.0} mm/h", app.lang.of("雨", "rain"), tally.rain_mm_h);
        symbols::plate(painter, at + vec2(-25.0, 44.0), Align2::LEFT_TOP, &text, 10.5, Color32::from_gray(30));
    }
}

fn buttons(app: &mut ViewerApp, ui: &mut Ui, rect: Rect) {
    let lang = app.lang;
    let corner = Rect::from_min_size(rect.right_top() + vec2(-66.0, 8.0), vec2(58.0, 96.0));
    ui.scope_builder(egui::UiBuilder::new().max_rect(corner), |ui| {
        let size = app.map.size;
        let middle = (size[0] as f32 / 2.0, size[1] as f32 / 2.0);
        let button = |text: &str| {
            egui::Button::new(text.to_string()).min_size(vec2(58.0, 24.0)).wrap_mode(egui::TextWrapMode::Extend)
        };
        for (text, hint, factor) in
            [("＋", lang.of("放大", "zoom in"), 0.6), ("－", lang.of("缩小", "zoom out"), 1.0 / 0.6)]
        {
            if ui.add(button(text)).on_hover_text(hint).clicked()
                && let Some(camera) = &mut app.map.camera
            {
                camera.zoom(size, middle.0, middle.1, factor);
                app.map.fitted = false;
            }
        }
        if ui.add(button(lang.of("全图", "fit"))).on_hover_text(lang.of("显示全图", "show the whole map")).clicked()
        {
            app.map.fitted = true;
        }
    });
}

/// A word on what is under the cursor.
fn hover(app: &ViewerApp, response: &egui::Response) {
    // While time runs or the map is dragged, a tip would only flicker.
    if app.playing || response.dragged() {
        return;
    }
    let Some(pos) = response.hover_pos() else { return };
    let Some(world) = app.map.to_world(pos) else { return };
    let names = app.names();
    let mut text = match hit(app, pos) {
        Some(Selected::Person(id)) => {
            let doing = app.moment.person(&app.rec, id, app.at_s).map(|(_, d)| pick(app.lang, d.names()));
            format!("{} · {}", names.person(id), doing.unwrap_or(""))
        }
        Some(Selected::Unit(id)) => format!(
            "{} · {}",
            names.unit(id),
            Duty::from_u8(app.moment.units.duty[id.index()]).map_or("", |d| pick(app.lang, d.names()))
        ),
        Some(Selected::Facility(id)) => names.facility(id),
        Some(Selected::Post(id)) => names.post(id),
        Some(Selected::Road(id)) => names.link(id),
        Some(Selected::Zone(id)) => names.zone(id),
        None => return,
    };
    let truth = app.seat().is_none();
    if let Some(cell) = app.rec.city.grid.cell_at(world).filter(|_| truth) {
        for name in LayerName::ALL {
            if let Some(v) = app.moment.layer(name).map(|l| l.values[cell]).filter(|v| *v > 0.0) {
                text += &format!(
                    "\n{} {} {}",
                    pick(app.lang, name.names()),
                    crate::words::number(f64::from(v)),
                    name.unit()
                );
            }
        }
        text += &format!("\n{} {:.1} m", app.lang.of("地面高程", "ground"), app.rec.city.terrain_m[cell]);
    }
    response.clone().on_hover_text_at_pointer(text);
}
