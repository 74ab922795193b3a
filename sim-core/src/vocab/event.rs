//! Events: what happened. Everyone tells them; only the recording hears them. No model may read one.

use crate::base::{ids::*, text::Text, time::Tick};
use crate::vocab::body::{Cause, Health};
use crate::vocab::chain::{Happening, Link};
use crate::vocab::condition::{Fact, HazardKind, Level};
use crate::vocab::lever::{Closure, Lever};
use crate::vocab::message::{Loss, Medium, Message, Party};
use crate::vocab::order::{Order, OrderState, Warning};
use crate::vocab::study::GasStudy;
use hydro::structures::news::StructureNews;
use serde::{Deserialize, Serialize};

/// An event and its tick.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stamped {
    pub tick: Tick,
    pub event: Event,
}

/// How an inject came to fire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Firing {
    Timed,
    Conditional,
    Manual,
}

/// What a household settled on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Choice {
    Stay,
    /// Shut windows and stay (就地避险).
    Seal,
    /// Open the windows wide after the all clear (开窗通风).
    Air,
    /// Go to an upper floor.
    GoUp,
    /// Go to this shelter on foot.
    WalkTo(FacilityId),
    /// Drive to this shelter or exit.
    DriveTo(FacilityId),
    /// Wait for the bus of the evacuation crew.
    AwaitTransport,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Event {
    // -- drill
    InjectFired {
        inject: InjectId,
        how: Firing,
    },
    /// The inject's condition never held before its expiry.
    InjectExpired {
        inject: InjectId,
    },
    LeverPulled {
        lever: Lever,
        inject: Option<InjectId>,
        unit: Option<UnitId>,
    },

    // -- hazards
    LeveeSeeps {
        levee: LeveeId,
    },
    LeveeStrengthened {
        levee: LeveeId,
    },
    LeveeBreached {
        levee: LeveeId,
        x: f64,
        y: f64,
    },
    BreachClosed {
        levee: LeveeId,
    },
    /// Water first stands in the streets of a zone.
    WaterReached {
        zone: ZoneId,
        depth_m: f64,
    },
    GasReleased {
        site: FacilityId,
        substance: String,
        rate_kg_s: f64,
    },
    GasStopped {
        site: FacilityId,
        released_kg: f64,
    },
    /// An AEGL level is first reached outdoors in a zone.
    GasReached {
        zone: ZoneId,
        aegl: u8,
    },
    /// Something begins to burn; `site` is where the fire stands in the list of places.
    FireBegan {
        site: FacilityId,
        what: Happening,
        substance: String,
        x: f64,
        y: f64,
    },
    FireEnded {
        site: FacilityId,
        what: Happening,
        burnt_kg: f64,
    },
    /// A link of the disaster chain (灾害链): it threatens, has happened, or was spared.
    Chain(Link),
    /// A blast wave went out: houses hit by degree (minor, major, fallen), and the roads that their debris closes.
    Blast {
        site: FacilityId,
        what: Happening,
        x: f64,
        y: f64,
        houses: [u32; 3],
        roads: u32,
    },
    /// The heat of a fire set a building alight.
    BuildingAlight {
        building: BuildingId,
        zone: ZoneId,
    },
    WindTurned {
        speed_m_s: f64,
        from_deg: f64,
    },
    PumpStopped {
        facility: FacilityId,
        why: Text,
    },
    PumpStarted {
        facility: FacilityId,
    },
    /// News of the scenario's waterworks: a gate stuck, an underpass full, a levee overtopped (水工程).
    Works(StructureNews),
    OutageBegan {
        zone: Option<ZoneId>,
        what: crate::vocab::lever::Outage,
    },
    OutageEnded {
        zone: Option<ZoneId>,
        what: crate::vocab::lever::Outage,
    },
    RoadClosed {
        link: LinkId,
        why: Closure,
    },
    RoadOpened {
        link: LinkId,
    },
    /// A model had to step in (a clipped value, a stalled step). Named, never silent.
    Intervention {
        model: String,
        what: String,
    },

    // -- messages, pictures, command
    MessageSent(Message),
    MessageDelivered {
        message: MessageId,
        to: Party,
    },
    MessageLost {
        message: MessageId,
        to: Party,
        why: Loss,
    },
    MessageAcknowledged {
        message: MessageId,
        by: PostId,
    },
    /// A post's picture changed: what it now believes, and from which message.
    PictureChanged {
        post: PostId,
        fact: Fact,
        message: Option<MessageId>,
    },
    LevelSet {
        hazard: HazardKind,
        level: Level,
        by: PostId,
    },
    ClauseFired {
        post: PostId,
        clause: String,
    },
    /// The clause's deadline passed without the act it asks for; its "else" was taken.
    ClauseMissed {
        post: PostId,
        clause: String,
    },
    OrderIssued(Order),
    OrderChanged {
        order: OrderId,
        state: OrderState,
    },
    WarningIssued(Warning),

    // -- units
    UnitDispatched {
        unit: UnitId,
        order: OrderId,
    },
    UnitArrived {
        unit: UnitId,
        order: OrderId,
        x: f64,
        y: f64,
    },
    /// A unit saw something with its own eyes or instruments.
    UnitObserved {
        unit: UnitId,
        fact: Fact,
    },
    UnitFinished {
        unit: UnitId,
        order: OrderId,
    },
    UnitReturned {
        unit: UnitId,
    },
    UnitLost {
        unit: UnitId,
        why: Text,
    },

    // -- people
    /// The person learns of the danger for the first time (or of new advice).
    PersonWarned {
        person: PersonId,
        medium: Medium,
    },
    /// The person noticed water or gas with own senses.
    PersonSensed {
        person: PersonId,
        hazard: HazardKind,
    },
    HouseholdDecided {
        household: HouseholdId,
        choice: Choice,
    },
    TripStarted {
        person: PersonId,
        by_car: bool,
    },
    /// A traveller met a closed road and chose another way.
    TripRerouted {
        person: PersonId,
        link: LinkId,
    },
    CarStalled {
        car: CarId,
        link: LinkId,
    },
    PersonSheltered {
        person: PersonId,
        facility: FacilityId,
    },
    PersonLeft {
        person: PersonId,
        exit: FacilityId,
    },
    PersonTrapped {
        person: PersonId,
    },
    /// Help was called for a person or a group (报警).
    HelpCalled {
        incident: IncidentId,
        person: PersonId,
        zone: ZoneId,
        people: u32,
    },
    PersonPickedUp {
        person: PersonId,
        unit: UnitId,
    },
    PersonHarmed {
        person: PersonId,
        health: Health,
        cause: Cause,
    },
    PersonHospitalised {
        person: PersonId,
        facility: FacilityId,
    },
    /// Food, water and a place to lie: the clock of the 10-hour relief indicator stops (基本救助).
    PersonRelieved {
        person: PersonId,
    },
    ShelterOpened {
        facility: FacilityId,
    },
    ShelterFull {
        facility: FacilityId,
    },
    HospitalFull {
        facility: FacilityId,
    },

    // -- what posts work out
    /// A post looked into the guidebook or ran its gas model on what it believes (态势研判).
    GasStudied(Box<GasStudy>),
}
