//! Who is who: the roster, joining, roles and labels, and the check of the requester against the export.
