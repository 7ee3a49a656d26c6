//! Tests of the built program through its command line. Nothing here uses the library: what comes out is decoded by code of its own
//! (`reading`), so that a defect of the product cannot hide itself. `desk` alone prepares its cases through the library's store.

mod cli;
mod corpus;
mod desk;
mod filing;
mod hits;
mod hostile;
mod identity;
mod layering;
mod names_model;
mod notes;
mod pdf;
mod places;
mod policies;
mod reading;
mod reports;
mod review;
mod run;
mod samples;
mod scans;
mod schema;
mod xdm;
