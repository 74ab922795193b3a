//! Two large cases, generated: a polder plain on a tidal river in a typhoon ("Taicang-like") and a mountain valley in a
//! cloudburst ("Emei-like"). The ground is synthetic, named after the places whose size and kind it has; it is no map of
//! them. Each case says what must come out, and checks it.

pub mod delta;
pub mod emei;
pub mod noise;
pub mod picture;
pub mod run;
pub mod taicang;
pub mod valley;
