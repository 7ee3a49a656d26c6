//! XML with byte ranges, shared by the formats that are XML.
