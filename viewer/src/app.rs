//! The viewer: a recording, the moment on the screen, and the panels around the map. It needs no window: `ui` draws
//! it into any egui surface.

use crate::camera::Camera;
use crate::index::{Index, Mark, MarkClass};
use crate::map::MapView;
use crate::moment::Moment;
use crate::paint::Show;
use crate::story::{Selected, story};
use crate::truth::ZoneTruth;
use crate::words::Names;
use crate::{colours, seat, side, timeline};
use egui::{Key, RichText, Ui};
use sim_core::base::{ids::*, text::Lang, time::TICK_S, time::Tick};
use sim_core::record::Recording;
use sim_core::vocab::body::Point;
use std::time::{Duration, Instant, SystemTime};

/// The pages of the right panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tab {
    #[default]
    Selection,
    Injects,
    Messages,
    Orders,
    Clauses,
    Indicators,
}

impl Tab {
    pub const ALL: [Tab; 6] = [Tab::Selection, Tab::Injects, Tab::Messages, Tab::Orders, Tab::Clauses, Tab::Indicators];
    pub fn names(self) -> (&'static str, &'static str) {
        match self {
            Tab::Selection => ("选中对象", "Selected"),
            Tab::Injects => ("注入", "Injects"),
            Tab::Messages => ("消息", "Messages"),
            Tab::Orders => ("指令", "Orders"),
            Tab::Clauses => ("预案条款", "Clauses"),
            Tab::Indicators => ("指标", "Charts"),
        }
    }
}

/// Speeds of play, seconds of the run per second.
pub const SPEEDS: [f64; 7] = [1.0, 10.0, 60.0, 120.0, 300.0, 600.0, 1000.0];

/// Where the recording stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The run came to its end.
    Complete,
    /// The file still grows.
    Live,
    /// No end, and no growth any more.
    CutOff,
}

/// How long a file without an end may stand still and yet count as a run in progress.
const LIVE_PATIENCE: Duration = Duration::from_secs(60);
const REFRESH_EVERY: Duration = Duration::from_secs(1);

/// What the message list shows.
#[derive(Debug, Clone, Default)]
pub struct MessageFilter {
    pub post: Option<PostId>,
    pub lost_only: bool,
    pub text: String,
}

pub struct ViewerApp {
    pub rec: Recording,
    pub index: Index,
    pub moment: Moment,
    pub map: MapView,
    pub zones: ZoneTruth,
    pub lang: Lang,
    /// The moment on the screen, seconds since the start of the run.
    pub at_s: f64,
    pub playing: bool,
    /// Row of [`SPEEDS`].
    pub speed: usize,
    /// Stay at the newest moment of a run in progress.
    pub follow: bool,
    pub tab: Tab,
    pub show: Show,
    pub layers_open: bool,
    pub selected: Option<Selected>,
    /// Show what this post believes instead of the truth.
    pub see_as: Option<PostId>,
    /// Show the truth under the belief, for comparison.
    pub against_truth: bool,
    pub marks_shown: [bool; MarkClass::ALL.len()],
    pub filter: MessageFilter,
    pub message: Option<MessageId>,
    /// Why the recording could not be read on, if so.
    pub trouble: Option<String>,
    story: Option<(Selected, usize, Vec<usize>)>,
    last_refresh: Instant,
    last_growth: Instant,
    grew_lately: bool,
}

impl ViewerApp {
    pub fn new(rec: Recording, lang: Lang) -> ViewerApp {
        let mut index = Index::default();
        index.take(&rec);
        let mut moment = Moment::default();
        moment.recording_grew(&rec);
        moment.seek(&rec, Tick(0));
        let map = MapView::new(&rec.city);
        // A file that was written to a moment ago is taken for a run in progress until it stands still.
        let young = std::fs::metadata(rec.path())
            .and_then(|meta| meta.modified())
            .is_ok_and(|at| SystemTime::now().duration_since(at).is_ok_and(|age| age < LIVE_PATIENCE));
        let live = rec.end.is_none() && young;
        let mut app = ViewerApp {
            rec,
            index,
            moment,
            map,
            zones: ZoneTruth::default(),
            lang,
            at_s: 0.0,
            playing: false,
            speed: 2,
            follow: live,
            tab: Tab::Selection,
            show: Show::default(),
            layers_open: true,
            selected: None,
            see_as: None,
            against_truth: false,
            marks_shown: [true; MarkClass::ALL.len()],
            filter: MessageFilter::default(),
            message: None,
            trouble: None,
            story: None,
            last_refresh: Instant::now(),
            last_growth: Instant::now(),
            grew_lately: live,
        };
        if live {
            app.go(app.rec.last_tick());
        }
        app
    }
    /// The whole tick on the screen.
    pub fn tick(&self) -> Tick {
        Tick((self.at_s / f64::from(TICK_S)).floor() as u32)
    }
    pub fn names(&self) -> Names<'_> {
        Names { rec: &self.rec, lang: self.lang }
    }
    /// The last moment that can be shown.
    pub fn last(&self) -> Tick {
        self.rec.last_tick()
    }
    pub fn standing(&self) -> Standing {
        match (&self.rec.end, self.grew_lately) {
            (Some(_), _) => Standing::Complete,
            (None, true) => Standing::Live,
            (None, false) => Standing::CutOff,
        }
    }
    /// Goes to a tick.
    pub fn go(&mut self, tick: Tick) {
        self.at_s = tick.seconds().min(self.last().seconds());
        self.moment.seek(&self.rec, self.tick());
    }
    /// Goes to a tick because the user asked for it: a followed run is let go.
    pub fn jump(&mut self, tick: Tick) {
        self.follow = false;
        self.go(tick);
    }
    pub fn select(&mut self, selected: Selected) {
        self.selected = Some(selected);
        self.tab = Tab::Selection;
    }
    /// The post through whose eyes alone the run is seen, if so.
    pub fn seat(&self) -> Option<PostId> {
        self.see_as.filter(|_| !self.against_truth)
    }
    /// Whether the seat, if one looks through one, knows of the event in this row as it happens.
    pub fn told(&self, row: usize) -> bool {
        let (event, programme) = (&self.rec.events[row].event, &self.rec.programme);
        self.seat().is_none_or(|post| seat::knows(event, &self.index, programme, post))
    }
    /// Whether a mark is on the timeline: its lane is on, and who looks knows of it.
    pub fn mark_shown(&self, mark: &Mark) -> bool {
        self.marks_shown[mark.class as usize] && self.told(mark.event)
    }
    /// Goes to the next or previous mark of the lanes that are on.
    pub fn step_mark(&mut self, forward: bool) {
        let target = self.index.neighbour(self.tick(), forward, &|mark| self.mark_shown(mark));
        if let Some(tick) = target {
            self.jump(tick);
        }
    }
    pub fn toggle_play(&mut self) {
        self.playing = !self.playing;
        self.follow = false;
        if self.playing && self.tick() >= self.last() {
            self.go(Tick(0));
        }
    }
    /// Rows of the events that name what is selected.
    pub fn story_rows(&mut self) -> Vec<usize> {
        let Some(selected) = self.selected else { return Vec::new() };
        let events = self.rec.events.len();
        match &self.story {
            Some((of, upto, rows)) if *of == selected && *upto == events => rows.clone(),
            _ => {
                let rows = story(&self.rec.events, &self.index, &self.rec.city, selected);
                self.story = Some((selected, events, rows.clone()));
                rows
            }
        }
    }
    /// Moves the map: this point in the middle, at this scale.
    pub fn look_at(&mut self, centre: Point, m_per_px: f64) {
        self.map.camera = Some(Camera { centre, m_per_px: m_per_px.clamp(0.1, 500.0) });
        self.map.fitted = false;
    }
    /// Where a unit's position is on the screen, if it is recorded at this moment.
    pub fn unit_on_screen(&self, unit: UnitId) -> Option<egui::Pos2> {
        (unit.index() < self.moment.units.x.len()).then(|| self.map.to_screen(crate::map::unit_at(self, unit)))
    }
    /// How often the map's picture was composed so far.
    pub fn composed(&self) -> u64 {
        self.map.composed
    }

    /// One frame of the whole screen.
    pub fn ui(&mut self, ui: &mut Ui) {
        self.advance(ui);
        self.keys(ui);
        egui::Panel::top("bar").show(ui, |ui| self.bar(ui));
        egui::Panel::bottom("timeline").resizable(false).show(ui, |ui| timeline::ui(self, ui));
        egui::Panel::right("side").default_size(410.0).size_range(300.0..=720.0).show(ui, |ui| side::ui(self, ui));
        if self.layers_open {
            egui::Panel::left("layers").resizable(false).exact_size(198.0).show(ui, |ui| crate::legend::ui(self, ui));
        }
        egui::CentralPanel::no_frame().show(ui, |ui| crate::map::ui(self, ui));
    }

    /// Lets time pass: play, and follow a run in progress.
    fn advance(&mut self, ui: &Ui) {
        let ctx = ui.ctx().clone();
        if self.rec.end.is_none() && self.last_refresh.elapsed() >= REFRESH_EVERY {
            self.last_refresh = Instant::now();
            match self.rec.refresh() {
                Ok(true) => {
                    self.index.take(&self.rec);
                    self.moment.recording_grew(&self.rec);
                    (self.last_growth, self.grew_lately) = (Instant::now(), true);
                    self.trouble = None;
                }
                Ok(false) => self.grew_lately &= self.last_growth.elapsed() < LIVE_PATIENCE,
                Err(error) => self.trouble = Some(error.to_string()),
            }
        }
        if self.follow {
            self.go(self.last());
        } else if self.playing {
            let dt = f64::from(ui.input(|i| i.unstable_dt)).min(0.25);
            self.at_s += dt * SPEEDS[self.speed];
            if self.at_s >= self.last().seconds() {
                self.at_s = self.last().seconds();
                if self.standing() == Standing::Live {
                    self.follow = true;
                }
                self.playing = false;
            }
        }
        self.moment.seek(&self.rec, self.tick());
        if self.playing {
            ctx.request_repaint();
        } else if self.standing() == Standing::Live {
            ctx.request_repaint_after(REFRESH_EVERY);
        }
    }
    fn keys(&mut self, ui: &Ui) {
        // Keys belong to a text field while one has the focus.
        if ui.ctx().text_edit_focused() {
            return;
        }
        let pressed = |key: Key| ui.input_mut(|i| i.consume_key(egui::Modifiers::NONE, key));
        if pressed(Key::Space) {
            self.toggle_play();
        }
        let (left, right) = (pressed(Key::ArrowLeft), pressed(Key::ArrowRight));
        if left || right {
            let minute = 60 / TICK_S;
            let now = self.tick().0;
            self.jump(Tick(if left { now.saturating_sub(minute) } else { now.saturating_add(minute) }));
        }
        if pressed(Key::ArrowUp) || pressed(Key::PageUp) {
            self.step_mark(false);
        }
        if pressed(Key::ArrowDown) || pressed(Key::PageDown) {
            self.step_mark(true);
        }
        if pressed(Key::Home) {
            self.jump(Tick(0));
        }
        if pressed(Key::End) {
            self.jump(self.last());
        }
        let faster = pressed(Key::Plus)
            || pressed(Key::Equals)
            || ui.input_mut(|i| i.consume_key(egui::Modifiers::SHIFT, Key::Plus));
        if faster {
            self.speed = (self.speed + 1).min(SPEEDS.len() - 1);
        }
        if pressed(Key::Minus) {
            self.speed = self.speed.saturating_sub(1);
        }
    }
    fn bar(&mut self, ui: &mut Ui) {
        ui.horizontal_wrapped(|ui| {
            let lang = self.lang;
            if self.rec.header.exercise {
                let text = RichText::new(" EXERCISE 演练 ").strong().color(egui::Color32::BLACK);
                ui.label(text.background_color(colours::EXERCISE));
            }
            ui.heading(self.rec.header.title.get(lang));
            ui.separator();
            let (text, colour) = match self.standing() {
                Standing::Complete => {
                    (lang.of("完整记录", "complete recording"), egui::Color32::from_rgb(120, 200, 130))
                }
                Standing::Live => (lang.of("● 实时推演中", "● live"), egui::Color32::from_rgb(255, 110, 100)),
                Standing::CutOff => (
                    lang.of(
                        "记录不完整：运行中断，仅显示到最后一段",
                        "cut off: the run did not end; shown as far as it goes",
                    ),
                    egui::Color32::from_rgb(255, 190, 80),
                ),
            };
            ui.label(RichText::new(text).color(colour).strong());
            if self.standing() == Standing::Live {
                ui.checkbox(&mut self.follow, lang.of("跟随最新", "follow"));
            }
            if let Some(trouble) = &self.trouble {
                ui.label(RichText::new(trouble).color(egui::Color32::from_rgb(255, 110, 100)));
            }
            ui.separator();
            self.see_as_box(ui);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let other = lang.of("English", "中文");
                if ui.button(other).on_hover_text(lang.of("切换语言", "change the language")).clicked() {
                    self.lang = if lang == Lang::Zh { Lang::En } else { Lang::Zh };
                }
                ui.toggle_value(&mut self.layers_open, lang.of("图层与图例", "Layers and legend"));
            });
        });
    }
    fn see_as_box(&mut self, ui: &mut Ui) {
        let lang = self.lang;
        let label = ui.label(lang.of("视角", "See as"));
        let text = self.see_as.map_or(lang.of("真实情况", "the truth").into(), |post| self.names().post(post));
        let posts: Vec<String> =
            (0..self.rec.programme.posts.len()).map(|p| self.names().post(PostId::of(p))).collect();
        let combo = egui::ComboBox::from_id_salt("see-as").selected_text(text).width(150.0).show_ui(ui, |ui| {
            ui.selectable_value(&mut self.see_as, None, lang.of("真实情况", "the truth"));
            for (row, name) in posts.iter().enumerate() {
                ui.selectable_value(&mut self.see_as, Some(PostId::of(row)), name);
            }
        });
        combo.response.labelled_by(label.id);
        if self.see_as.is_some() {
            ui.checkbox(&mut self.against_truth, lang.of("对照真实", "with the truth"));
        }
    }
}
