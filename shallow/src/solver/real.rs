//! The numbers a solver computes with: single or double precision, one source for both. Everything here gives the
//! same bits on every machine: only operations that IEEE 754 fixes. The fused multiply-add is one of them: it is written
//! where it is wanted (never put in by the compiler), and machines without one (x86 before 2013) get the same bits slowly.

use super::band::Piece;
use serde::{Serialize, de::DeserializeOwned};
use std::fmt::Debug;
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub, SubAssign};

/// `f32` or `f64`.
pub trait Real:
    Copy
    + Default
    + Debug
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + Send
    + Sync
    + Serialize
    + DeserializeOwned
    + 'static
{
    /// Name for tables: "f32" or "f64".
    const NAME: &'static str;
    fn of(v: f64) -> Self;
    fn f64(self) -> f64;
    fn size(self) -> Self;
    fn is_sound(self) -> bool;
    /// self * a + b, rounded once.
    fn fused(self, a: Self, b: Self) -> Self;
    /// Square root, correctly rounded.
    fn root(self) -> Self;
    /// Square root to seven digits: wave speeds steer the upwinding and need no more, and a root in single precision
    /// is three times as quick as one in double.
    fn quick_root(self) -> Self;
    /// 1 / x for 1e-30 < x < 1e30: to the last digit in single, to fourteen digits in double precision.
    fn reciprocal(self) -> Self;
    /// x^(-1/6) for x > 0, relative error below 1e-6: a guess from the bits of the number in single precision (error
    /// 3 %) and three Newton steps without a division.
    fn inverse_sixth_root(self) -> Self;
    /// x^(-1/3) for 1e-30 < x < 1e30, relative error below 1e-6: a guess from the bits of the number in single precision
    /// (error 3 %), one step of Householder and one of Newton without a division.
    fn inverse_cube_root(self) -> Self;
    /// The same after the first of the two steps: relative error below 3e-5, enough for friction, whose roughness is known to
    /// two digits.
    fn near_inverse_cube_root(self) -> Self;
    /// A band's step, compiled for the machine's vector registers; here and not where it is called, so that it is compiled once.
    fn dispatch(piece: Piece<'_, Self>);
}

impl Real for f32 {
    const NAME: &'static str = "f32";
    #[inline(always)]
    fn of(v: f64) -> f32 {
        v as f32
    }
    #[inline(always)]
    fn f64(self) -> f64 {
        f64::from(self)
    }
    #[inline(always)]
    fn size(self) -> f32 {
        self.abs()
    }
    #[inline(always)]
    fn is_sound(self) -> bool {
        self.is_finite()
    }
    #[inline(always)]
    fn fused(self, a: f32, b: f32) -> f32 {
        self.mul_add(a, b)
    }
    #[inline(always)]
    fn root(self) -> f32 {
        self.sqrt()
    }
    #[inline(always)]
    fn quick_root(self) -> f32 {
        self.sqrt()
    }
    #[inline(always)]
    fn reciprocal(self) -> f32 {
        1.0 / self
    }
    #[inline(always)]
    fn inverse_sixth_root(self) -> f32 {
        let mut y = sixth_root_guess(self);
        let sixth = self * (-1.0 / 6.0);
        for _ in 0..3 {
            let y3 = y * y * y;
            y *= (sixth * y3).mul_add(y3, 7.0 / 6.0);
        }
        y
    }
    #[inline(always)]
    fn near_inverse_cube_root(self) -> f32 {
        let y = cube_root_guess(self);
        let c = self * (y * y * y);
        y * (-c).mul_add((-c).mul_add(HOUSEHOLDER[2], HOUSEHOLDER[1]), HOUSEHOLDER[0])
    }
    #[inline(always)]
    fn inverse_cube_root(self) -> f32 {
        let y = self.near_inverse_cube_root();
        let c = (-self).mul_add(y * y * y, 1.0);
        (y * (1.0 / 3.0)).mul_add(c, y)
    }
    fn dispatch(piece: Piece<'_, f32>) {
        pulp::Arch::new().dispatch(piece);
    }
}

impl Real for f64 {
    const NAME: &'static str = "f64";
    #[inline(always)]
    fn of(v: f64) -> f64 {
        v
    }
    #[inline(always)]
    fn f64(self) -> f64 {
        self
    }
    #[inline(always)]
    fn size(self) -> f64 {
        self.abs()
    }
    #[inline(always)]
    fn is_sound(self) -> bool {
        self.is_finite()
    }
    #[inline(always)]
    fn fused(self, a: f64, b: f64) -> f64 {
        self.mul_add(a, b)
    }
    #[inline(always)]
    fn root(self) -> f64 {
        self.sqrt()
    }
    #[inline(always)]
    fn quick_root(self) -> f64 {
        f64::from((self as f32).sqrt())
    }
    #[inline(always)]
    fn reciprocal(self) -> f64 {
        let y = f64::from(1.0 / (self as f32));
        y * (2.0 - self * y)
    }
    #[inline(always)]
    fn inverse_sixth_root(self) -> f64 {
        let mut y = f64::from(sixth_root_guess(self as f32));
        let sixth = self * (-1.0 / 6.0);
        for _ in 0..3 {
            let y3 = y * y * y;
            y *= (sixth * y3).mul_add(y3, 7.0 / 6.0);
        }
        y
    }
    #[inline(always)]
    fn near_inverse_cube_root(self) -> f64 {
        let y = f64::from(cube_root_guess(self as f32));
        let [a, b, d] = HOUSEHOLDER.map(f64::from);
        let c = self * (y * y * y);
        y * (-c).mul_add((-c).mul_add(d, b), a)
    }
    #[inline(always)]
    fn inverse_cube_root(self) -> f64 {
        let y = self.near_inverse_cube_root();
        let c = (-self).mul_add(y * y * y, 1.0);
        (y * (1.0 / 3.0)).mul_add(c, y)
    }
    fn dispatch(piece: Piece<'_, f64>) {
        pulp::Arch::new().dispatch(piece);
    }
}

/// Coefficients of the Householder step that spread the guess's error evenly: from memory of Moroz et al. 2021 (Energies 14,
/// 1058), and checked below.
const HOUSEHOLDER: [f32; 3] = [1.752_319_7, 1.250_952_4, 0.509_381_83];

/// About x^(-1/3), to 3 %.
#[inline(always)]
fn cube_root_guess(x: f32) -> f32 {
    root_guess(x, 0x548c_2b4b_u32 as f32, 3.0)
}

/// About x^(-1/6), to 3 %.
#[inline(always)]
fn sixth_root_guess(x: f32) -> f32 {
    root_guess(x, 0x4a0e_2000_u32 as f32, 6.0)
}

/// A root's bits are a constant less a share of the bits of x: reckoned in floating point (to 14 of 23 bits), where a vector
/// unit is quicker than in whole numbers.
#[inline(always)]
fn root_guess(x: f32, constant: f32, root: f32) -> f32 {
    const SHIFT: f32 = 1.0 / 512.0;
    // 2^23: adding it leaves the whole number in the low bits.
    const WHOLE: f32 = 8_388_608.0;
    let bits = (x.to_bits() as i32) as f32;
    f32::from_bits((bits.mul_add(-SHIFT / root, constant * SHIFT) + WHOLE).to_bits() << 9)
}

#[inline(always)]
pub fn greater<R: Real>(a: R, b: R) -> R {
    if a > b { a } else { b }
}
#[inline(always)]
pub fn lesser<R: Real>(a: R, b: R) -> R {
    if a < b { a } else { b }
}

/// Largest of some numbers, at least zero, in lanes that a vector register holds.
#[inline(always)]
pub fn largest<R: Real>(values: &[R]) -> R {
    let mut lanes = [R::of(0.0); 16];
    let mut chunks = values.chunks_exact(16);
    for chunk in &mut chunks {
        for (lane, v) in lanes.iter_mut().zip(chunk) {
            *lane = greater(*v, *lane);
        }
    }
    let mut most = R::of(0.0);
    for v in lanes.iter().chain(chunks.remainder()) {
        most = greater(*v, most);
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quick_roots_are_as_good_as_they_say_over_all_depths() {
        // Grade: exact.
        let mut x = 1e-9_f64;
        while x < 1e5 {
            let y = x.inverse_sixth_root();
            assert!((x * y.powi(6) - 1.0).abs() < 6e-7, "{x}: {y}");
            let single = f64::from((x as f32).inverse_sixth_root());
            assert!((x * single.powi(6) - 1.0).abs() < 6e-6, "{x}: {single}");
            let cube = x.inverse_cube_root();
            assert!((x * cube.powi(3) - 1.0).abs() < 1e-6, "{x}: {cube}");
            let single = f64::from((x as f32).inverse_cube_root());
            assert!((x * single.powi(3) - 1.0).abs() < 3e-6, "{x}: {single}");
            let near = f64::from((x as f32).near_inverse_cube_root());
            assert!((near * x.cbrt() - 1.0).abs() < 3e-5 && (x.near_inverse_cube_root() * x.cbrt() - 1.0).abs() < 3e-5);
            assert!((x.quick_root() / x.sqrt() - 1.0).abs() < 1e-6);
            assert!((x * x.reciprocal() - 1.0).abs() < 2e-14);
            x *= 1.0173;
        }
    }

    #[test]
    fn the_largest_of_a_row_is_found_wherever_it_stands() {
        // Grade: exact.
        for n in [0, 1, 15, 16, 17, 63, 64, 65] {
            for k in 0..n {
                let mut row = vec![0.5f32; n];
                row[k] = 2.0;
                assert_eq!(largest(&row), 2.0);
            }
        }
    }
}
