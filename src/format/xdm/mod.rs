//! IHE XDM / ebRIM metadata.
