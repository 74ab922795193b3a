//! The only file that knows rayon. Work is cut into chunks of a fixed size, never by the number of threads, and
//! partial sums are added in chunk order: so a result has the same bits on 1, 2 or 8 threads.

use rayon::prelude::*;

/// Rows per chunk. A constant of the results: changing it changes the last bits of floating sums.
pub const CHUNK: usize = 8192;

/// Runs `work` with a pool of `threads` threads (0: one per core).
pub fn with_threads<R: Send>(threads: usize, work: impl FnOnce() -> R + Send) -> R {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("could not start worker threads");
    pool.install(work)
}

/// Sum of `value(row)` over `0..rows`.
pub fn sum(rows: usize, value: impl Fn(usize) -> f64 + Sync) -> f64 {
    let chunks = rows.div_ceil(CHUNK);
    let partial: Vec<f64> = (0..chunks)
        .into_par_iter()
        .map(|c| (c * CHUNK..((c + 1) * CHUNK).min(rows)).map(&value).sum::<f64>())
        .collect();
    partial.into_iter().sum()
}

/// Number of rows in `0..rows` for which `test` holds.
pub fn count(rows: usize, test: impl Fn(usize) -> bool + Sync) -> u64 {
    (0..rows).into_par_iter().with_min_len(CHUNK).filter(|&row| test(row)).count() as u64
}

/// `make(index)` for every index of `0..n`, in order. For heavy items: a raster tile, a route tree.
pub fn map<T: Send>(n: usize, make: impl Fn(usize) -> T + Sync) -> Vec<T> {
    (0..n).into_par_iter().map(&make).collect()
}

/// Calls `work(first_row, rows)` on fixed chunks of a column and gathers what each chunk has to say, in row order.
pub fn gather<T: Send, R: Send>(column: &mut [T], work: impl Fn(usize, &mut [T]) -> Vec<R> + Sync) -> Vec<R> {
    let said: Vec<Vec<R>> = column.par_chunks_mut(CHUNK).enumerate().map(|(c, rows)| work(c * CHUNK, rows)).collect();
    said.into_iter().flatten().collect()
}

/// Calls `work(index, item)` for every item, in parallel; each touches only its own item.
pub fn each<T: Send>(items: &mut [T], work: impl Fn(usize, &mut T) + Sync) {
    items.par_iter_mut().enumerate().for_each(|(i, item)| work(i, item));
}

/// Calls `work(index, chunk)` on chunks of `size` items.
pub fn each_chunk<T: Send>(items: &mut [T], size: usize, work: impl Fn(usize, &mut [T]) + Sync) {
    items.par_chunks_mut(size).enumerate().for_each(|(i, chunk)| work(i, chunk));
}

/// Calls `work(index, chunks, note)` on the chunks of `size` items of three columns of one length; each chunk has a
/// note of its own to write to.
pub fn each_chunk3<T: Send, N: Send>(
    columns: (&mut [T], &mut [T], &mut [T]),
    size: usize,
    notes: &mut [N],
    work: impl Fn(usize, (&mut [T], &mut [T], &mut [T]), &mut N) + Sync,
) {
    let (a, b, c) = columns;
    assert_eq!(notes.len(), a.len().div_ceil(size), "one note per chunk");
    a.par_chunks_mut(size)
        .zip(b.par_chunks_mut(size))
        .zip(c.par_chunks_mut(size))
        .zip(notes.par_iter_mut())
        .enumerate()
        .for_each(|(i, (((a, b), c), note))| work(i, (a, b, c), note));
}

/// Columns of one length, four of them, mutable.
pub type Four<'a, T> = (&'a mut [T], &'a mut [T], &'a mut [T], &'a mut [T]);

/// Calls `work(index, chunks, note)` on the chunks of `size` items of four columns of one length; each chunk has a
/// note of its own to write to. Each is a piece of work by itself: the heavy ones may all lie side by side.
pub fn each_chunk4<T: Send, N: Send>(
    columns: Four<T>,
    size: usize,
    notes: &mut [N],
    work: impl Fn(usize, Four<T>, &mut N) + Sync,
) {
    let (a, b, c, d) = columns;
    assert_eq!(notes.len(), a.len().div_ceil(size), "one note per chunk");
    a.par_chunks_mut(size)
        .zip(b.par_chunks_mut(size))
        .zip(c.par_chunks_mut(size))
        .zip(d.par_chunks_mut(size))
        .zip(notes.par_iter_mut())
        .enumerate()
        .with_max_len(1)
        .for_each(|(i, ((((a, b), c), d), note))| work(i, (a, b, c, d), note));
}

/// Largest `value(i)` over `0..n`; `floor` when there is none. A maximum has no rounding, so order does not matter.
pub fn max(n: usize, floor: f64, value: impl Fn(usize) -> f64 + Sync) -> f64 {
    (0..n).into_par_iter().with_min_len(64).map(&value).reduce(|| floor, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_has_the_same_bits_on_any_number_of_threads() {
        let value = |i: usize| 1.0 / (1.0 + i as f64 * 0.37);
        let on = |threads| with_threads(threads, || sum(1_000_003, value)).to_bits();
        assert_eq!(on(1), on(2));
        assert_eq!(on(1), on(8));
        assert_eq!(on(1), on(13));
    }
}
