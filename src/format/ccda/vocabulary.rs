//! Names that CDA R2 and its SDTC extensions define. What is not here is unknown: scanned as free text and told in the report.
//!
//! Sources: CDA.xsd and POCD_MT000040.xsd of CDA R2, datatypes-base.xsd, SDTC.xsd of the HL7 SDWG extensions.

/// Namespace of CDA.
pub const V3: &str = "urn:hl7-org:v3";
/// Namespace of the HL7 SDWG extensions.
pub const SDTC: &str = "urn:hl7-org:sdtc";

/// Is this element defined? Elements without a namespace are taken for CDA's: fragments and sloppy exporters leave it out.
pub fn is_known(uri: &str, local: &[u8]) -> bool {
    match uri {
        V3 | "" => CDA.binary_search(&local).is_ok(),
        SDTC => SDTC_NAMES.binary_search(&local).is_ok(),
        _ => false,
    }
}

/// Parts of an address.
pub fn is_address_part(local: &[u8]) -> bool {
    matches!(
        local,
        b"streetAddressLine"
            | b"additionalLocator"
            | b"unitID"
            | b"unitType"
            | b"houseNumber"
            | b"houseNumberNumeric"
            | b"direction"
            | b"streetName"
            | b"streetNameBase"
            | b"streetNameType"
            | b"deliveryAddressLine"
            | b"postBox"
            | b"precinct"
            | b"city"
            | b"state"
            | b"county"
            | b"postalCode"
            | b"country"
            | b"censusTract"
    )
}

#[rustfmt::skip]
/// Elements of CDA R2, sorted.
static CDA: &[&[u8]] = &[
    b"ClinicalDocument", b"act", b"additionalLocator", b"addr", b"administrationUnitCode", b"administrativeGenderCode",
    b"approachSiteCode", b"asMaintainedEntity", b"asOrganizationPartOf", b"assignedAuthor", b"assignedAuthoringDevice",
    b"assignedCustodian", b"assignedEntity", b"assignedPerson", b"associatedEntity", b"associatedPerson", b"authenticator",
    b"author", b"authorization", b"availabilityTime", b"awarenessCode", b"birthTime", b"birthplace", b"buildingNumberSuffix",
    b"careOf", b"censusTract", b"center", b"city", b"code", b"comp", b"component", b"componentOf", b"confidentialityCode",
    b"consent", b"consumable", b"copyTime", b"country", b"county", b"criterion", b"custodian", b"dataEnterer", b"delimiter",
    b"deliveryAddressLine", b"deliveryInstallationArea", b"deliveryInstallationQualifier", b"deliveryInstallationType",
    b"deliveryMode", b"deliveryModeIdentifier", b"denominator", b"derivationExpr", b"desc", b"digits", b"direction",
    b"dischargeDispositionCode", b"documentationOf", b"doseQuantity", b"effectiveTime", b"encompassingEncounter", b"encounter",
    b"encounterParticipant", b"entry", b"entryRelationship", b"ethnicGroupCode", b"event", b"expectedUseTime",
    b"expirationTime", b"externalAct", b"externalDocument", b"externalObservation", b"externalProcedure", b"family",
    b"functionCode", b"given", b"guardian", b"guardianOrganization", b"guardianPerson", b"head", b"healthCareFacility", b"high",
    b"houseNumber", b"houseNumberNumeric", b"id", b"inFulfillmentOf", b"increment", b"independentInd", b"informant",
    b"informationRecipient", b"intendedRecipient", b"interpretationCode", b"languageCode", b"languageCommunication",
    b"legalAuthenticator", b"location", b"lotNumberText", b"low", b"maintainingPerson", b"manufacturedLabeledDrug",
    b"manufacturedMaterial", b"manufacturedProduct", b"manufacturerModelName", b"manufacturerOrganization",
    b"maritalStatusCode", b"maxDoseQuantity", b"methodCode", b"modeCode", b"name", b"nonXMLBody", b"numerator", b"observation",
    b"observationMedia", b"observationRange", b"offset", b"order", b"organizer", b"origin", b"originalText", b"parentDocument",
    b"participant", b"participantRole", b"patient", b"patientRole", b"performer", b"period", b"phase", b"place",
    b"playingDevice", b"playingEntity", b"postBox", b"postalCode", b"precinct", b"precondition", b"preferenceInd", b"prefix",
    b"priorityCode", b"procedure", b"product", b"proficiencyLevelCode", b"providerOrganization", b"qualifier", b"quantity",
    b"raceCode", b"rateQuantity", b"realmCode", b"receivedOrganization", b"recordTarget", b"reference", b"referenceRange",
    b"regionOfInterest", b"relatedDocument", b"relatedEntity", b"relatedPerson", b"relatedSubject", b"religiousAffiliationCode",
    b"repeatNumber", b"representedCustodianOrganization", b"representedOrganization", b"responsibleParty", b"routeCode",
    b"scale", b"scopingEntity", b"scopingOrganization", b"section", b"seperatableInd", b"sequenceNumber", b"serviceEvent",
    b"serviceProviderOrganization", b"setId", b"signatureCode", b"softwareName", b"specimen", b"specimenPlayingEntity",
    b"specimenRole", b"standardIndustryClassCode", b"state", b"statusCode", b"streetAddressLine", b"streetName",
    b"streetNameBase", b"streetNameType", b"structuredBody", b"subject", b"substanceAdministration", b"suffix", b"supply",
    b"tail", b"targetSiteCode", b"telecom", b"templateId", b"text", b"thumbnail", b"time", b"title", b"translation", b"typeId",
    b"unitID", b"unitType", b"useablePeriod", b"validTime", b"value", b"versionNumber", b"wholeOrganization", b"width",
];

#[rustfmt::skip]
/// Elements of the SDTC extensions, sorted.
static SDTC_NAMES: &[&[u8]] = &[
    b"actReference", b"addr", b"admissionReferralSourceCode", b"allFalse", b"allTrue", b"allergyTestCode",
    b"alternateIdentification", b"asLocatedEntity", b"asMember", b"asNamedEntity", b"asPatient", b"asPatientRelationship",
    b"atLeastOneFalse", b"atLeastOneTrue", b"birthTime", b"birthplace", b"center", b"code", b"conditionalAction",
    b"containedInOfficeVisit", b"countryOfOrigin", b"criterion", b"currencyCode", b"deceasedInd", b"deceasedTime", b"desc",
    b"detailedAddress", b"dischargeDispositionCode", b"dose", b"effectiveTime", b"ethnicGroupCode", b"exactlyOneFalse",
    b"exactlyOneTrue", b"expirationTime", b"functionCode", b"high", b"household", b"householdMember", b"id", b"identifiedBy",
    b"inFulfillmentOf1", b"inclusionCode", b"informationRecipient", b"itemsFrom", b"lengthOfStayQuantity", b"low",
    b"maskingInd", b"multipleBirthInd", b"multipleBirthOrderNumber", b"name", b"negationInd", b"onlyOneFalse", b"onlyOneTrue",
    b"originalText", b"patient", b"person", b"preAdmitTestInd", b"precondition", b"precondition2", b"priorityCode", b"raceCode",
    b"sdtc", b"signatureText", b"specialArrangementCode", b"specialtyCode", b"statusCode", b"subject1", b"targetAwarenessCode",
    b"telecom", b"templateId", b"text", b"translation", b"typeId", b"value", b"width",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted() {
        assert!(CDA.is_sorted() && SDTC_NAMES.is_sorted());
        assert!(is_known(V3, b"recordTarget") && is_known(SDTC, b"deceasedTime") && !is_known("urn:other", b"name"));
    }
}
