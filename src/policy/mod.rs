//! Law as data: presets, overrides, checks.
