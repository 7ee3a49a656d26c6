"""C-CDA documents of the same patient: a continuity of care document and an unstructured referral letter."""

import base64

from people import *
from texts import CCDA_LETTER

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<?xml-stylesheet type="text/xsl" href="CDA.xsl"?>
<!-- exported for Marisol Reyes by user ograves; chart also opened by April Foley -->
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:sdtc="urn:hl7-org:sdtc" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <realmCode code="US"/>
  <typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>
  <templateId root="2.16.840.1.113883.10.20.22.1.1" extension="2015-08-01"/>
  <templateId root="{template}" extension="2015-08-01"/>
  <id root="2.999.1.4.7" extension="{doc}"/>
  <code code="{code}" codeSystem="2.16.840.1.113883.6.1" displayName="{display}"/>
  <title>{title}</title>
  <effectiveTime value="20230801100000-0700"/>
  <confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25"/>
  <languageCode code="en-US"/>
  <recordTarget>
    <patientRole>
      <id root="2.999.1.4.1" extension="90417733"/>
      <id root="2.16.840.1.113883.4.1" extension="900-41-7733"/>
      <addr use="HP"><streetAddressLine>1200 Martin Luther King Jr Way</streetAddressLine><streetAddressLine>Apt 5</streetAddressLine><city>Fairhaven</city><state>WA</state><postalCode>98990</postalCode><country>US</country></addr>
      <telecom use="MC" value="tel:+1-206-555-0142"/>
      <telecom value="mailto:marisol.reyes@example.com"/>
      <patient>
        <name use="L"><prefix>Ms.</prefix><given>Marisol</given><given>Ana</given><family>Reyes</family></name>
        <administrativeGenderCode code="F" codeSystem="2.16.840.1.113883.5.1"/>
        <birthTime value="19840314"/>
        <guardian>
          <code code="MTH" codeSystem="2.16.840.1.113883.5.111" displayName="Mother"/>
          <addr><streetAddressLine>77 Quarry Road</streetAddressLine><city>Ellensport</city><state>WA</state><postalCode>98991</postalCode></addr>
          <telecom value="tel:+1(206)555-0117"/>
          <guardianPerson><name><given>Graciela</given><family>Reyes</family></name></guardianPerson>
        </guardian>
        <birthplace><place><addr><city>Yakima</city><state>WA</state></addr></place></birthplace>
      </patient>
      <providerOrganization><id root="2.16.840.1.113883.4.6" extension="{npi_hospital}"/><name>Harriet Lane Memorial Hospital</name><telecom use="WP" value="tel:+1-206-555-0100"/></providerOrganization>
    </patientRole>
  </recordTarget>
  <author>
    <time value="20230801100000-0700"/>
    <assignedAuthor>
      <id root="2.16.840.1.113883.4.6" extension="{npi_graves}"/>
      <id root="2.999.1.4.9" extension="ograves"/>
      <code code="207Q00000X" codeSystem="2.16.840.1.113883.6.101" displayName="Family Medicine"/>
      <addr><streetAddressLine>45 Summit Ave</streetAddressLine><city>Fairhaven</city><state>WA</state><postalCode>98990</postalCode></addr>
      <telecom use="WP" value="tel:+1-206-555-0150"/>
      <assignedPerson><name><prefix>Dr.</prefix><given>Owen</given><family>Graves</family><suffix>MD</suffix></name></assignedPerson>
      <representedOrganization><name>Harriet Lane Memorial Hospital</name></representedOrganization>
    </assignedAuthor>
  </author>
"""

PARTIES = """  <informant>
    <relatedEntity classCode="PRS">
      <code code="MTH" codeSystem="2.16.840.1.113883.5.111" displayName="Mother"/>
      <addr nullFlavor="NI"/>
      <telecom value="tel:2065550117"/>
      <relatedPerson><name><prefix>Mrs.</prefix><given>Graciela</given><family>Reyes</family></name></relatedPerson>
    </relatedEntity>
  </informant>
  <custodian><assignedCustodian><representedCustodianOrganization><id root="2.999.1.4"/><name>Harriet Lane Memorial Hospital</name></representedCustodianOrganization></assignedCustodian></custodian>
  <informationRecipient><intendedRecipient><informationRecipient><name><given>Hannah</given><family>Okonkwo</family><suffix>MD</suffix></name></informationRecipient></intendedRecipient></informationRecipient>
  <legalAuthenticator>
    <time value="20230801100500-0700"/>
    <signatureCode code="S"/>
    <sdtc:signatureText mediaType="text/plain" representation="B64">{signature}</sdtc:signatureText>
    <assignedEntity><id root="2.16.840.1.113883.4.6" extension="{npi_graves}"/><assignedPerson><name><given>Owen</given><family>Graves</family></name></assignedPerson></assignedEntity>
  </legalAuthenticator>
  <participant typeCode="IND">
    <associatedEntity classCode="GUAR">
      <code code="BRO" codeSystem="2.16.840.1.113883.5.111" displayName="Brother"/>
      <addr><streetAddressLine>9 Alder Court</streetAddressLine><city>Ellensport</city><state>WA</state></addr>
      <telecom value="tel:+1-206-555-0123"/>
      <associatedPerson><name><given>Jos&#233;</given><family>Reyes</family></name></associatedPerson>
    </associatedEntity>
  </participant>
  <documentationOf>
    <serviceEvent classCode="PCPR">
      <effectiveTime><low value="20230518"/><high value="20230801"/></effectiveTime>
      <performer typeCode="PRF">
        <functionCode code="PP" codeSystem="2.16.840.1.113883.12.443" displayName="Primary Care Provider"/>
        <assignedEntity><id root="2.16.840.1.113883.4.6" extension="{npi_graves}"/><assignedPerson><name><given>Owen</given><family>Graves</family></name></assignedPerson></assignedEntity>
      </performer>
      <performer typeCode="PRF">
        <assignedEntity><id root="2.16.840.1.113883.4.6" extension="{npi_okonkwo}"/><code code="207RE0101X" codeSystem="2.16.840.1.113883.6.101" displayName="Endocrinology"/><telecom value="mailto:Hannah.Okonkwo@example.com"/><assignedPerson><name>Hannah Okonkwo, MD</name></assignedPerson></assignedEntity>
      </performer>
    </serviceEvent>
  </documentationOf>
"""

BODY = """  <component>
    <structuredBody>
      <component>
        <section>
          <templateId root="2.16.840.1.113883.10.20.22.2.5.1"/>
          <code code="11450-4" codeSystem="2.16.840.1.113883.6.1" displayName="Problem list"/>
          <title>Problems</title>
          <text>
            <table border="1"><thead><tr><th>Problem</th><th>Since</th><th>Noted by</th></tr></thead>
              <tbody>
                <tr ID="p1"><td><content ID="p1-name">Hashimoto thyroiditis</content></td><td>09/2015</td><td>Owen <content styleCode="Bold">Graves</content>, MD</td></tr>
                <tr ID="p2"><td>Graves disease &#8211; ruled out</td><td>2015</td><td>Dr. Okonkwo</td></tr>
              </tbody></table>
          </text>
          <entry typeCode="DRIV">
            <act classCode="ACT" moodCode="EVN">
              <id root="{act}"/>
              <code code="CONC" codeSystem="2.16.840.1.113883.5.6"/>
              <statusCode code="active"/>
              <effectiveTime><low value="201509"/></effectiveTime>
              <entryRelationship typeCode="SUBJ">
                <observation classCode="OBS" moodCode="EVN">
                  <id root="{obs}" extension="1"/>
                  <code code="64572001" codeSystem="2.16.840.1.113883.6.96" displayName="Condition"/>
                  <text><reference value="#p1-name"/></text>
                  <statusCode code="completed"/>
                  <effectiveTime><low value="201509"/></effectiveTime>
                  <value xsi:type="CD" code="21983002" codeSystem="2.16.840.1.113883.6.96" displayName="Hashimoto thyroiditis (disorder)"><originalText><reference value="#p1-name"/></originalText></value>
                  <author><time value="201509"/><assignedAuthor><id root="2.16.840.1.113883.4.6" extension="{npi_graves}"/><assignedPerson><name><given>O.</given><family>Graves</family></name></assignedPerson></assignedAuthor></author>
                </observation>
              </entryRelationship>
            </act>
          </entry>
        </section>
      </component>
      <component>
        <section>
          <templateId root="2.16.840.1.113883.10.20.22.2.15" extension="2015-08-01"/>
          <code code="10157-6" codeSystem="2.16.840.1.113883.6.1" displayName="Family history"/>
          <title>Family history</title>
          <text>
            <paragraph>Father: <content ID="fh1">Ernesto Reyes</content>, Parkinson disease at 52, died at 61.</paragraph>
            <paragraph>Mother: Graciela, hypertension.</paragraph>
          </text>
          <entry>
            <organizer classCode="CLUSTER" moodCode="EVN">
              <id root="{fam}"/>
              <statusCode code="completed"/>
              <subject>
                <relatedSubject classCode="PRS">
                  <code code="FTH" codeSystem="2.16.840.1.113883.5.111" displayName="Father"/>
                  <subject>
                    <sdtc:id root="2.999.1.4.1" extension="60811220"/>
                    <name><given>Ernesto</given><family>Reyes</family></name>
                    <administrativeGenderCode code="M" codeSystem="2.16.840.1.113883.5.1"/>
                    <birthTime value="19551011"/>
                    <sdtc:deceasedInd value="true"/>
                  </subject>
                </relatedSubject>
              </subject>
              <component>
                <observation classCode="OBS" moodCode="EVN">
                  <id root="{fob}"/>
                  <code code="64572001" codeSystem="2.16.840.1.113883.6.96" displayName="Condition"/>
                  <statusCode code="completed"/>
                  <value xsi:type="CD" code="49049000" codeSystem="2.16.840.1.113883.6.96" displayName="Parkinson's disease (disorder)"/>
                </observation>
              </component>
            </organizer>
          </entry>
        </section>
      </component>
      <component>
        <section>
          <templateId root="2.16.840.1.113883.10.20.22.2.18"/>
          <code code="48768-6" codeSystem="2.16.840.1.113883.6.1" displayName="Payers"/>
          <title>Insurance</title>
          <text><table><tbody><tr><td>Cascadia Mutual Health Plan</td><td>Subscriber: Colin Abernathy (husband)</td><td>ID WNX880417220</td></tr></tbody></table></text>
          <entry typeCode="DRIV">
            <act classCode="ACT" moodCode="EVN">
              <id root="{cov}"/>
              <code code="48768-6" codeSystem="2.16.840.1.113883.6.1"/>
              <statusCode code="completed"/>
              <entryRelationship typeCode="COMP">
                <act classCode="ACT" moodCode="EVN">
                  <id root="{pol}"/>
                  <code code="SELF" codeSystem="2.16.840.1.113883.5.110"/>
                  <statusCode code="completed"/>
                  <performer typeCode="PRF"><assignedEntity classCode="GUAR"><id root="2.999.1.4.5" extension="G-5502917"/><addr><streetAddressLine>9 Alder Court</streetAddressLine></addr><telecom value="tel:+1-206-555-0123"/><assignedPerson><name><given>Jos&#xE9;</given><family>Reyes</family></name></assignedPerson></assignedEntity></performer>
                  <participant typeCode="COV"><participantRole classCode="PAT"><id root="2.999.1.4.6" extension="02"/><code code="FAMDEP" codeSystem="2.16.840.1.113883.5.111"/><playingEntity><name><given>Marisol</given><family>Reyes</family></name><sdtc:birthTime value="19840314"/></playingEntity></participantRole></participant>
                  <participant typeCode="HLD"><participantRole><id root="2.999.1.4.8" extension="WNX880417220"/><playingEntity><name><given>Colin</given><family>Abernathy</family></name></playingEntity></participantRole></participant>
                </act>
              </entryRelationship>
            </act>
          </entry>
        </section>
      </component>
      <component>
        <section>
          <templateId root="2.16.840.1.113883.10.20.22.2.3.1" extension="2015-08-01"/>
          <code code="30954-2" codeSystem="2.16.840.1.113883.6.1" displayName="Results"/>
          <title>Results</title>
          <text><list><item ID="r1">TSH 1.50 mIU/L (06/27/2023), reviewed by H. Okonkwo</item></list></text>
          <entry>
            <organizer classCode="BATTERY" moodCode="EVN">
              <id root="{res}"/>
              <code code="3016-3" codeSystem="2.16.840.1.113883.6.1" displayName="Thyrotropin"/>
              <statusCode code="completed"/>
              <component>
                <observation classCode="OBS" moodCode="EVN">
                  <id root="{tsh}"/>
                  <code code="3016-3" codeSystem="2.16.840.1.113883.6.1" displayName="Thyrotropin [Units/volume] in Serum or Plasma"/>
                  <text><reference value="#r1"/></text>
                  <statusCode code="completed"/>
                  <effectiveTime value="20230627091500-0700"/>
                  <value xsi:type="PQ" value="1.50" unit="m[IU]/L"/>
                  <performer><assignedEntity><id root="2.16.840.1.113883.4.6" extension="{npi_okonkwo}"/><assignedPerson><name><given>Hannah</given><family>Okonkwo</family></name></assignedPerson></assignedEntity></performer>
                </observation>
              </component>
              <entryRelationship typeCode="SUBJ"><act classCode="ACT" moodCode="EVN"><code code="48767-8" codeSystem="2.16.840.1.113883.6.1" displayName="Comment"/><text>Called the patient's brother José Reyes, no answer. A. Foley RN</text></act></entryRelationship>
            </organizer>
          </entry>
        </section>
      </component>
    </structuredBody>
  </component>
</ClinicalDocument>
"""

LETTER_BODY = """  <component>
    <nonXMLBody>
      <text mediaType="text/plain" representation="B64">{data}</text>
    </nonXMLBody>
  </component>
</ClinicalDocument>
"""


def values(**more):
    signature = base64.b64encode(b"<Signature><X509SubjectName>CN=Owen Graves, OU=Harriet Lane</X509SubjectName></Signature>").decode()
    base = {"npi_graves": NPI_GRAVES, "npi_okonkwo": NPI_OKONKWO, "npi_hospital": NPI_HOSPITAL, "signature": signature}
    base.update({k: uid("ccda-" + k) for k in ("act", "obs", "fam", "fob", "cov", "pol", "res", "tsh")})
    base.update(more)
    return base


def summary() -> bytes:
    v = values(template="2.16.840.1.113883.10.20.22.1.2", doc="ccd-1", code="34133-9", display="Summarization of Episode Note",
               title="Continuity of Care Document for Marisol Reyes by Dr. Owen Graves")
    return (HEAD + PARTIES + BODY).format(**v).encode("utf-8")


def letter() -> bytes:
    data = base64.encodebytes(CCDA_LETTER.encode("utf-8")).decode("ascii")
    v = values(template="2.16.840.1.113883.10.20.22.1.10", doc="letter-1", code="57133-1", display="Referral note",
               title="Letter of referral", data="\n" + data + "      ")
    return (HEAD + LETTER_BODY).format(**v).encode("utf-8")
