//! Messages: the only way in which one post learns what another knows.

use crate::base::{ids::*, text::Text, time::Tick};
use crate::vocab::condition::Fact;
use serde::{Deserialize, Serialize};

/// How a message travels. Delay, loss and what it depends on are data (`comms`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Medium {
    /// Fixed or mobile phone call, one to one.
    Phone,
    /// Mobile data: SMS 12379, app, cell broadcast.
    Mobile,
    /// Narrow-band trunked radio (窄带集群).
    Radio,
    /// Satellite phone or Beidou short message (卫星).
    Satellite,
    /// Village loudspeaker (村村响).
    Loudspeaker,
    /// Siren (警报).
    Siren,
    /// Television and radio broadcast.
    Broadcast,
    /// Officers from door to door (入户).
    DoorToDoor,
    /// Word of mouth.
    Neighbour,
    /// Data line of a sensor.
    Telemetry,
    /// In the same room, or with own eyes.
    Direct,
}

impl Medium {
    pub const ALL: [Medium; 11] = [
        Medium::Phone,
        Medium::Mobile,
        Medium::Radio,
        Medium::Satellite,
        Medium::Loudspeaker,
        Medium::Siren,
        Medium::Broadcast,
        Medium::DoorToDoor,
        Medium::Neighbour,
        Medium::Telemetry,
        Medium::Direct,
    ];
    pub fn names(self) -> (&'static str, &'static str) {
        match self {
            Medium::Phone => ("电话", "phone"),
            Medium::Mobile => ("短信/应用", "SMS and apps"),
            Medium::Radio => ("窄带集群", "radio"),
            Medium::Satellite => ("卫星", "satellite"),
            Medium::Loudspeaker => ("村村响", "loudspeaker"),
            Medium::Siren => ("警报器", "siren"),
            Medium::Broadcast => ("广播电视", "broadcast"),
            Medium::DoorToDoor => ("入户", "door to door"),
            Medium::Neighbour => ("邻里相告", "neighbours"),
            Medium::Telemetry => ("遥测", "telemetry"),
            Medium::Direct => ("当面/目击", "direct"),
        }
    }
}

/// Who speaks or listens.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Party {
    Post(PostId),
    Unit(UnitId),
    Person(PersonId),
    Gauge(GaugeId),
    /// A person played by the controllers (模拟人员).
    Persona(String),
    /// The public of these zones.
    Public(Vec<ZoneId>),
    /// A fixed gas monitor.
    Monitor(MonitorId),
}

/// What a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum MessageKind {
    /// A report up the line (信息报告): 首报 is number 1.
    Report {
        number: u32,
    },
    Order(OrderId),
    /// "Received" (回执).
    Acknowledge(MessageId),
    /// The answer of the receiver of an order: refused, done, failed.
    OrderState(OrderId),
    /// A resident's or persona's call for help (报警).
    Call(IncidentId),
    Warning,
    Info,
    /// A reading of a sensor.
    Reading,
}

/// A message: facts and words from one party to others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    pub id: MessageId,
    pub kind: MessageKind,
    pub from: Party,
    pub to: Vec<Party>,
    pub medium: Medium,
    pub facts: Vec<Fact>,
    pub text: Text,
    pub sent: Tick,
    /// The inject that put it in, if it did not arise by itself.
    pub inject: Option<InjectId>,
}

/// Why a message did not arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Loss {
    /// Lost by chance (noise, busy line).
    Noise,
    /// The sender had no means.
    SenderCutOff,
    /// The receiver had no means.
    ReceiverCutOff,
}
