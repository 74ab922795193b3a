//! The ground of a deck, and every number that is given for each cell of it: constants, rasters, classes.

use super::build::Builder;
use super::*;

impl Builder<'_> {
    /// Voids, and heights that are none.
    pub(super) fn ground(&mut self) {
        let path = self.loaded.path(&self.loaded.deck.terrain.file);
        let voids = self.terrain.voids();
        if voids == self.grid.len() {
            self.wrong.add(&path, "holds voids only", "");
        } else if voids > 0 && self.loaded.deck.terrain.voids == Voids::Refuse {
            let first = self.grid.centre(self.outside.iter().position(|o| *o).expect("there is one"));
            self.wrong.add(
                &path,
                format!("holds {voids} voids, the first at ({}, {})", first.x, first.y),
                "voids: Wall keeps water out of them; gdal_fillnodata fills them",
            );
        }
        if let Some(bad) = self.terrain.outside(&path, -11_000.0, 9_000.0, "m") {
            self.wrong.0.push(bad);
        }
    }

    /// A number for every cell; 0 outside the model.
    pub(super) fn field(&mut self, field: &Field, what: &str, least: f64, most: f64, unit: &str) -> Vec<f64> {
        let n = self.grid.len();
        let (path, mut values, voids) = match field {
            Field::Constant(v) => (self.file().to_path_buf(), vec![*v; n], None),
            Field::FromRaster(RasterField { file, voids }) => match self.on_grid(file) {
                Some((path, raster)) => (path, raster.values.iter().map(|v| f64::from(*v)).collect(), *voids),
                None => return vec![0.0; n],
            },
            Field::Classes(classes) => match self.on_grid(&classes.file) {
                Some((path, raster)) => {
                    let values = self.by_class(&path, &raster, classes, what);
                    (path, values, None)
                }
                None => return vec![0.0; n],
            },
        };
        let (mut void, mut bad) = (Vec::new(), Vec::new());
        for (cell, value) in values.iter_mut().enumerate() {
            if self.outside[cell] {
                *value = 0.0;
            } else if value.is_nan() {
                match voids {
                    Some(v) => *value = v,
                    None => void.push(cell),
                }
            }
            if !self.outside[cell] && !value.is_nan() && !(least..=most).contains(value) {
                bad.push((cell, *value));
            }
        }
        if let Some((cell, value)) = bad.first() {
            let p = self.grid.centre(*cell);
            let more = bad.len() - 1;
            let said = format!("{what} is {value} {unit} at ({}, {}), out of range in {more} more cells", p.x, p.y);
            self.wrong.add(&path, said.replace("  ", " "), format!("{least} to {most} {unit}"));
        }
        if let (Some(cell), false) = (void.first(), matches!(field, Field::Classes(_))) {
            let p = self.grid.centre(*cell);
            let said = format!("{what} is void at ({}, {}) and in {} more cells on ground", p.x, p.y, void.len() - 1);
            self.wrong.add(&path, said, "`voids: 0.03` in the deck gives them a value");
        }
        values
    }

    pub(super) fn by_class(&mut self, path: &Path, raster: &Raster, classes: &ClassField, what: &str) -> Vec<f64> {
        let table: BTreeMap<i32, f64> = classes.values.iter().copied().collect();
        let mut unknown: BTreeMap<String, usize> = BTreeMap::new();
        let values = raster.values.iter().zip(&self.outside).map(|(class, outside)| {
            let known = (class.fract() == 0.0).then(|| table.get(&(*class as i32))).flatten();
            if known.is_none() && !outside {
                *unknown.entry(class.to_string()).or_default() += 1;
            }
            known.copied().unwrap_or(f64::NAN)
        });
        let values: Vec<f64> = values.collect();
        for (class, cells) in unknown {
            let said = format!("{what}: {cells} cells are of class {class}, which has no value");
            self.wrong.add(path, said, "list it under `values` in the deck");
        }
        values
    }

    /// A raster that must lie on the terrain.
    pub(super) fn on_grid(&mut self, file: &Path) -> Option<(PathBuf, Raster)> {
        let path = self.loaded.path(file);
        let raster = self.loaded.raster(file).map_err(|e| self.wrong.extend(e)).ok()?;
        let terrain = self.loaded.path(&self.loaded.deck.terrain.file);
        let apart = raster.mismatch(&path, &self.terrain, &terrain);
        if !apart.is_empty() {
            self.wrong.extend(apart);
            return None;
        }
        Some((path, raster))
    }

    pub(super) fn start(&mut self, bed_m: &[f64]) -> Vec<f64> {
        match &self.loaded.deck.start {
            Start::Dry => vec![0.0; self.grid.len()],
            Start::Depth(field) => self.field(field, "start depth", 0.0, 1000.0, "m"),
            Start::Stage(field) => {
                let stage = self.field(field, "start level", -11_000.0, 9_000.0, "m");
                let outside = &self.outside;
                let depth = |c: usize| if outside[c] { 0.0 } else { (stage[c] - bed_m[c]).max(0.0) };
                (0..self.grid.len()).map(depth).collect()
            }
        }
    }
}
