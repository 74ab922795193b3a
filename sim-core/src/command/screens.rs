//! Screens of a post (屏幕): readings of gauges, monitors, forecasts and tallies. They do not queue like calls: a screen shows the newest value of each
//! thing, and one look takes in all that has changed since the last.
//!
//! A value that a newer one of the same sender has replaced before anyone looked was never known at the post.

use crate::vocab::message::Message;
use serde::{Deserialize, Serialize};

/// What has come onto the screens since someone last looked, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Screens {
    unseen: Vec<Message>,
}

impl Screens {
    /// Shows a reading; what it tells anew of the same sender's topics is gone from the screen.
    pub fn show(&mut self, reading: Message) {
        for old in self.unseen.iter_mut().filter(|old| old.from == reading.from) {
            old.facts.retain(|f| reading.facts.iter().all(|n| n.topic != f.topic || n.observed < f.observed));
        }
        self.unseen.retain(|old| !old.facts.is_empty() || old.from != reading.from);
        self.unseen.push(reading);
    }

    pub fn nothing_new(&self) -> bool {
        self.unseen.is_empty()
    }

    /// A look at them: what has changed since the last.
    pub fn look(&mut self) -> Vec<Message> {
        std::mem::take(&mut self.unseen)
    }

    /// Number of readings that nobody has looked at.
    pub fn unseen(&self) -> usize {
        self.unseen.len()
    }
}
