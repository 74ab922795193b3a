//! What structures tell: things that happen once, for the record and for whoever stands there.

use base::text::Text;
use serde::{Deserialize, Serialize};

/// Something that happened at a structure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum StructureNews {
    /// Water stands above a crest (漫堤), at its deepest here.
    Overtopped {
        levee: String,
        x: f64,
        y: f64,
        depth_m: f64,
    },
    OvertoppingEnded {
        levee: String,
    },
    /// 决口.
    Breached {
        levee: String,
        breach: usize,
        x: f64,
        y: f64,
    },
    /// 合龙: a breach is closed over its whole width.
    BreachClosed {
        levee: String,
        breach: usize,
    },
    /// 渗漏、管涌.
    Leaking {
        levee: String,
        x: f64,
        y: f64,
    },
    LeakStopped {
        levee: String,
    },
    /// A gate has come to rest at this share of its height, having stood elsewhere before.
    GateMoved {
        gate: String,
        open: f64,
    },
    /// A gate was told to move and cannot.
    GateStuck {
        gate: String,
        why: Text,
    },
    PumpStarted {
        pump: String,
    },
    PumpStopped {
        pump: String,
        why: Text,
    },
    /// Water stands in an underpass, entrance or basement so that cars or people no longer pass.
    StorageImpassable {
        storage: String,
        depth_m: f64,
    },
    StoragePassable {
        storage: String,
    },
    /// Full to the roof (没顶).
    StorageFull {
        storage: String,
    },
    /// Debris blocks more than half of a bridge's opening.
    BridgeBlocked {
        bridge: String,
        share: f64,
    },
    /// An order that cannot be carried out.
    Refused {
        /// The order, as a sentence.
        what: Text,
        why: Text,
    },
}

impl StructureNews {
    /// The news as a sentence, in both languages.
    pub fn said(&self) -> Text {
        use StructureNews as N;
        let both = |zh: String, en: String| Text::new(zh, en);
        match self {
            N::Overtopped { levee, x, y, depth_m } => both(
                format!("{levee}漫堤，最深处({x:.0}, {y:.0})堤顶水深 {depth_m:.2} m"),
                format!("{levee} is overtopped: {depth_m:.2} m over its crest at ({x:.0}, {y:.0})"),
            ),
            N::OvertoppingEnded { levee } => {
                both(format!("{levee}漫堤停止"), format!("{levee} is no longer overtopped"))
            }
            N::Breached { levee, breach, x, y } => both(
                format!("{levee}在({x:.0}, {y:.0})决口（第 {} 处）", breach + 1),
                format!("{levee} breaches at ({x:.0}, {y:.0}) (its breach {})", breach + 1),
            ),
            N::BreachClosed { levee, breach } => both(
                format!("{levee}第 {} 处决口合龙", breach + 1),
                format!("breach {} of {levee} is closed", breach + 1),
            ),
            N::Leaking { levee, x, y } => {
                both(format!("{levee}在({x:.0}, {y:.0})渗漏"), format!("{levee} leaks at ({x:.0}, {y:.0})"))
            }
            N::LeakStopped { levee } => both(format!("{levee}渗漏止住"), format!("the leak of {levee} is stopped")),
            N::GateMoved { gate, open } => both(
                format!("{gate}开度到 {:.0} %", 100.0 * open),
                format!("{gate} has come to rest {:.0} % open", 100.0 * open),
            ),
            N::GateStuck { gate, why } => {
                both(format!("{gate}无法启闭：{}", why.zh), format!("{gate} cannot move: {}", why.en))
            }
            N::PumpStarted { pump } => both(format!("{pump}开机"), format!("{pump} starts")),
            N::PumpStopped { pump, why } => {
                both(format!("{pump}停机：{}", why.zh), format!("{pump} stops: {}", why.en))
            }
            N::StorageImpassable { storage, depth_m } => both(
                format!("{storage}积水 {depth_m:.2} m，不能通行"),
                format!("{storage} is impassable: {depth_m:.2} m of water"),
            ),
            N::StoragePassable { storage } => {
                both(format!("{storage}恢复通行"), format!("{storage} can be passed again"))
            }
            N::StorageFull { storage } => both(format!("{storage}没顶"), format!("{storage} is full to its roof")),
            N::BridgeBlocked { bridge, share } => both(
                format!("{bridge}过水断面被漂浮物堵塞 {:.0} %", 100.0 * share),
                format!("debris blocks {:.0} % of the opening of {bridge}", 100.0 * share),
            ),
            N::Refused { what, why } => both(
                format!("命令“{}”未执行：{}", what.zh, why.zh),
                format!("order \"{}\" not carried out: {}", what.en, why.en),
            ),
        }
    }
}

/// News of a step, in order.
pub type News = Vec<StructureNews>;
