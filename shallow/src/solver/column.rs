//! Columns that begin where a cache line does: a vector register then loads and stores within one line and not across two; and
//! long ones each at another place of a page.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::ops::{Deref, DerefMut};

/// Bytes of a cache line, and of the widest vector register.
pub const LINE_BYTES: usize = 64;

/// Long columns come from the system page by page, so that all would begin at the same place of a page, and the same cell of all
/// of them would fall into the same few lines of the nearest cache (which knows an address by its place in a page) and push the
/// others out. So they begin at sixteen places, spread over a page.
const LONG_BYTES: usize = 1 << 16;
const PAGE_BYTES: usize = 4096;
const COLOURS: usize = 16;
const COLOUR_LINES: usize = PAGE_BYTES / LINE_BYTES / COLOURS;

/// Numbers in a row, number `AT` of them at the start of a cache line.
pub struct Column<R, const AT: usize = 0> {
    store: Vec<R>,
    start: usize,
    len: usize,
}

impl<R: Clone, const AT: usize> Column<R, AT> {
    pub fn filled(value: R, len: usize) -> Column<R, AT> {
        let line = LINE_BYTES / size_of::<R>().max(1);
        let spread = if len * size_of::<R>() < LONG_BYTES { 0 } else { COLOURS * COLOUR_LINES * line };
        let store = vec![value; len + line + spread];
        let aligned = (store.as_ptr().align_offset(LINE_BYTES) % line + line - AT % line) % line;
        // By the page where it happens to lie: neighbours in memory then differ.
        let colour = if spread == 0 { 0 } else { (store.as_ptr().addr() / PAGE_BYTES) % COLOURS };
        let start = aligned + colour * COLOUR_LINES * line;
        Column { store, start, len }
    }
    /// As long as `len` at least; new numbers are zero, old ones go.
    pub fn fit(&mut self, len: usize)
    where
        R: Default,
    {
        if self.len < len {
            *self = Column::filled(R::default(), len);
        }
    }
    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.store.capacity() * size_of::<R>()
    }
}

impl<R, const AT: usize> Deref for Column<R, AT> {
    type Target = [R];
    #[inline(always)]
    fn deref(&self) -> &[R] {
        &self.store[self.start..self.start + self.len]
    }
}

impl<R, const AT: usize> DerefMut for Column<R, AT> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [R] {
        &mut self.store[self.start..self.start + self.len]
    }
}

impl<R: Clone, const AT: usize> FromIterator<R> for Column<R, AT> {
    fn from_iter<I: IntoIterator<Item = R>>(items: I) -> Column<R, AT> {
        Column::from(&items.into_iter().collect::<Vec<R>>()[..])
    }
}

impl<R: Clone, const AT: usize> From<&[R]> for Column<R, AT> {
    fn from(items: &[R]) -> Column<R, AT> {
        let Some(first) = items.first() else { return Column::default() };
        let mut column = Column::filled(first.clone(), items.len());
        column.clone_from_slice(items);
        column
    }
}

impl<R: Clone, const AT: usize> Clone for Column<R, AT> {
    fn clone(&self) -> Column<R, AT> {
        Column::from(&self[..])
    }
}

impl<R, const AT: usize> Default for Column<R, AT> {
    fn default() -> Column<R, AT> {
        Column { store: Vec::new(), start: 0, len: 0 }
    }
}

impl<R: PartialEq, const AT: usize> PartialEq for Column<R, AT> {
    fn eq(&self, other: &Column<R, AT>) -> bool {
        self[..] == other[..]
    }
}

impl<R: fmt::Debug, const AT: usize> fmt::Debug for Column<R, AT> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self[..].fmt(f)
    }
}

/// Written as the numbers alone.
impl<R: Serialize, const AT: usize> Serialize for Column<R, AT> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self[..].serialize(serializer)
    }
}

impl<'de, R: Deserialize<'de> + Clone, const AT: usize> Deserialize<'de> for Column<R, AT> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Column<R, AT>, D::Error> {
        Ok(Column::from(&Vec::<R>::deserialize(deserializer)?[..]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_and_its_copies_lie_by_cache_lines_and_hold_the_same() {
        // Grade: exact.
        for len in [0, 1, 17, 1000, 100_003] {
            let column: Column<f32, 2> = (0..len).map(|k| k as f32).collect();
            let copy = column.clone();
            let read: Column<f32, 2> = serde_json::from_str(&serde_json::to_string(&column).unwrap()).unwrap();
            for one in [&column, &copy, &read] {
                assert!(len < 3 || one[2..].as_ptr().align_offset(LINE_BYTES) == 0);
                assert_eq!(*one, column);
                assert!(one.iter().enumerate().all(|(k, v)| *v == k as f32) && one.len() == len);
            }
        }
    }
}
