//! A cloud among buildings (街区近场): the wind in streets and the gas that it carries, within some hundred metres of a leak.
//!
//! ```text
//! u0: profile of the approaching air + zones of each building (displacement, cavity, wake, canyon, roof)      zones
//! minimise int (u - u0)^2 + (w - w0)^2 with div u = 0, no flux through walls                                  solve, wind
//! dx_i = (U_i + sigma_i r_i) dt,   dr_i = (-r_i/T_i + d sigma_i/dx_i) dt + sqrt(2/T_i) dW_i                    particles
//! ```
//!
//! The wind is solved once for a direction and a profile ([`library::Library`]) and scales with the speed; winds between two directions are
//! blends of two fields, which keeps them free of divergence. Particles carry the mass; what they leave in the lowest three metres is the
//! concentration; those that leave the box become puffs with the same mass and the same first and second moments. A whole release at once: [`near`]; moment by moment, for
//! drills: [`live`].

pub mod buildings;
pub mod count;
pub mod flow;
pub mod library;
pub mod live;
pub mod near;
pub mod particles;
pub mod read;
pub mod scene;
pub mod solve;
pub mod swarm;
pub mod wind;
pub mod zones;

pub use buildings::Buildings;
pub use library::Library;
pub use live::{Live, Pace, Quarter, Span};
pub use near::{Near, Plan};

#[cfg(test)]
mod live_tests;
#[cfg(test)]
mod tests;
