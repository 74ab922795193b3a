//! Draws the ground of the cases.
use hydro::cases::{delta, picture, valley};
fn main() {
    let t = std::time::Instant::now();
    let d = delta::Delta::new(delta::Size::FULL, 1);
    println!("delta {:?} polders {} underpasses {}", t.elapsed(), d.polders.len(), d.underpasses.len());
    let p = picture::map(
        &d.grid,
        &d.bed_m,
        &|c| (d.start_m[c] as f64 > d.bed_m[c]).then(|| d.start_m[c] as f64 - d.bed_m[c]),
        &picture::DEPTH,
        true,
        1,
    );
    image::save_buffer("/tmp/mountain/delta.png", &p.rgb, p.width as u32, p.height as u32, image::ColorType::Rgb8)
        .unwrap();
    let t = std::time::Instant::now();
    let v = valley::Valley::new(valley::Size::FULL, 1);
    println!("valley {:?}", t.elapsed());
    let p = picture::map(
        &v.grid,
        &v.bed_m,
        &|c| v.loose.binary_search(&c).is_ok().then_some(0.6),
        &picture::DEPTH,
        true,
        2,
    );
    image::save_buffer("/tmp/mountain/valley.png", &p.rgb, p.width as u32, p.height as u32, image::ColorType::Rgb8)
        .unwrap();
}
