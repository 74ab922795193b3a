//! Our own ids. They are given in file order (or generator order) and never are an ECS `Entity`, whose value
//! and order depend on history.

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u32);

        impl $name {
            /// The id as an index into the column or list it numbers.
            #[inline]
            pub fn index(self) -> usize { self.0 as usize }
            /// The id of row `index`.
            #[inline]
            pub fn of(index: usize) -> Self { Self(u32::try_from(index).expect("more than 2^32 rows")) }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { write!(f, "{}", self.0) }
        }
    )*};
}

ids! {
    /// A resident. Row of the `People` columns.
    PersonId,
    /// A household (户): consecutive persons who live together and decide together.
    HouseholdId,
    /// A building.
    BuildingId,
    /// A road node.
    NodeId,
    /// A directed road link.
    LinkId,
    /// A vehicle of the public (responders' vehicles are units).
    CarId,
    /// A responder unit (队组).
    UnitId,
    /// A facility: station, hospital, shelter, pump station, tank yard...
    FacilityId,
    /// A command post or duty desk (岗位).
    PostId,
    /// A village or community, the smallest area that is warned and evacuated as one (村/社区).
    ZoneId,
    /// A levee reach (堤段).
    LeveeId,
    /// A gauge (测站).
    GaugeId,
    /// A fixed gas monitor (气体监测仪).
    MonitorId,
    /// An inject of the drill script (注入).
    InjectId,
    /// A message.
    MessageId,
    /// An order.
    OrderId,
    /// A call for help (警情).
    IncidentId,
}
