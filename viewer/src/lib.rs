//! Sandtable's viewer. It replays a recording or follows a run in progress. It knows the recording and nothing of the
//! engine that wrote it.
//!
//! - [`run`] opens a native window;
//! - [`ViewerApp`] is the whole screen without a window: `app.ui(ui)` draws it into any egui surface;
//! - [`snapshot`] gives the screen as a picture, without display or GPU.

mod app;
mod camera;
mod canvas;
mod charts;
mod colours;
mod fonts;
mod index;
mod legend;
mod map;
mod moment;
mod paint;
mod raster;
mod seat;
mod side;
mod snapshot;
mod story;
mod study;
mod symbols;
mod timeline;
mod truth;
mod words;

pub use app::{SPEEDS, Standing, Tab, ViewerApp};
pub use fonts::set_up;
pub use paint::Show;
pub use snapshot::{picture_of, snapshot};
pub use story::Selected;

use sim_core::base::text::Lang;
use sim_core::record::Recording;
use std::path::PathBuf;

/// How the window opens.
#[derive(Debug, Clone, Default)]
pub struct ViewOptions {
    pub lang: Lang,
    /// Start to play at once.
    pub play: bool,
}

/// Opens a window on a recording: the file, or a run's folder; complete, cut off, or still being written. Returns when
/// the window is closed; `Err` says in words why nothing could be shown.
pub fn run(path: PathBuf, options: ViewOptions) -> Result<(), String> {
    let rec = Recording::open(&path).map_err(|e| e.to_string())?;
    let title = format!("Sandtable 沙盘 · {}", rec.header.title.get(options.lang));
    let mut app = ViewerApp::new(rec, options.lang);
    app.playing = options.play;
    let native = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default()
            .with_title(&title)
            .with_inner_size([1440.0, 900.0])
            .with_min_inner_size([900.0, 600.0]),
        ..Default::default()
    };
    eframe::run_native(
        &title,
        native,
        Box::new(|creation| {
            fonts::set_up(&creation.egui_ctx);
            Ok(Box::new(Window(app)))
        }),
    )
    .map_err(|e| format!("no window could be opened ({e}); `--snapshot` needs none"))
}

struct Window(ViewerApp);

impl eframe::App for Window {
    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        self.0.ui(ui);
    }
}
